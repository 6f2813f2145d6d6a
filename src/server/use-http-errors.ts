import { GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { ErrorCode } from '../model/errors.ts';
import { withCode } from './mask-error.ts';

/** Yoga's own names of codes that the registry spells differently. */
const OUR_CODE: Readonly<Record<string, ErrorCode>> = {
  REQUEST_ENTITY_TOO_LARGE: 'PAYLOAD_TOO_LARGE',
};

/** No form types: a page of somebody else’s can send those from a browser without being asked. */
const READABLE = /^application\/(?:json|graphql|graphql\+json)\s*(?:;|$)/i;

/** Puts a code from the registry on errors of the HTTP request itself: its body, its content type, its parameters. */
export function useHttpErrors(): Plugin {
  return {
    onRequestParse: ({ request, setRequestParser }) => {
      if (request.method !== 'POST' || READABLE.test(request.headers.get('content-type') ?? '')) return;
      // Yoga would answer with a bare status.
      setRequestParser(() => {
        throw new GraphQLError(
          'The body has a content type that is not read here. Send it as application/json.',
          {
            extensions: { code: 'UNSUPPORTED_MEDIA_TYPE', http: { status: 415 } },
          },
        );
      });
    },
    onResultProcess: (payload) => {
      const { result } = payload;
      if (Array.isArray(result) || !('errors' in result) || result.errors === undefined) return;
      if ('data' in result) return;
      payload.setResult({ ...result, errors: result.errors.map(coded) });
    },
  };
}

function coded(error: GraphQLError): GraphQLError {
  const http = error.extensions?.['http'];
  const code = error.extensions?.['code'];
  const ours = typeof code === 'string' ? OUR_CODE[code] : undefined;
  if (ours !== undefined) return withCode(error, ours);
  return http !== undefined && code === undefined ? withCode(error, 'BAD_REQUEST') : error;
}
