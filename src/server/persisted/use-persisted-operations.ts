import type { Source } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { OperationContext } from '../operation-context.ts';
import type { PersistedOperations } from './persisted-operations.ts';
import { notTrusted, refusal } from './refusal.ts';

/** Puts the document that a request names in its place, and refuses what may not be run. */
export function usePersistedOperations(persisted: PersistedOperations): Plugin<OperationContext> {
  return {
    onRequestParse: ({ request, requestParser, setRequestParser }) => {
      if (request.method !== 'GET' || requestParser === undefined) return;
      setRequestParser(async (own) => {
        try {
          return await requestParser(own);
        } catch (error) {
          // To Yoga it is a fault of its own.
          if (error instanceof SyntaxError) throw notJson();
          throw error;
        }
      });
    },
    onParams: ({ params, request, setParams }) => {
      // Yoga looks for four parameters in a URL, and this is a fifth.
      const documentId = request.method === 'GET' ? idInUrl(request.url) : null;
      setParams(persisted.resolve(documentId === null ? params : { ...params, documentId }));
    },
    // Whatever way a document came: none is parsed that may not be run.
    onParse: ({ params }) => {
      const source: string | Source = params.source;
      if (!persisted.allows(typeof source === 'string' ? source : source.body)) throw notTrusted('DOCUMENT');
    },
    onValidate:
      ({ context }) =>
      ({ valid }) => {
        if (valid) persisted.register(context.params);
      },
  };
}

function notJson() {
  return refusal('BAD_REQUEST', '"variables" and "extensions" of the address must be JSON.', 400);
}

function idInUrl(url: string): string | null {
  const at = url.indexOf('?');
  return at < 0 ? null : new URLSearchParams(url.slice(at + 1)).get('documentId');
}
