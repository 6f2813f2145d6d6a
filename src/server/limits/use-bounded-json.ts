import type { Plugin } from 'graphql-yoga';
import { isTooMuchJson, JSON_BOUNDS } from './nesting.ts';
import { refusalError } from './refusal-error.ts';
import type { Refusals } from './refusals.ts';

const JSON_TYPE = /^application\/(?:graphql\+)?json\s*(?:;|$)/i;

/** Looks at a body before it is made into values: few bytes can be many of them. */
export function useBoundedJson(refusals: Refusals): Plugin {
  return {
    onRequestParse: ({ request, requestParser, setRequestParser }) => {
      if (requestParser === undefined || !JSON_TYPE.test(request.headers.get('content-type') ?? '')) return;
      setRequestParser(async (own) => {
        if (isTooMuchJson(await own.text())) {
          const { maxValues, maxNesting } = JSON_BOUNDS;
          const message = `The body holds more than ${String(maxValues)} values, or lists and objects more than ${String(maxNesting)} deep. Send less, or several requests.`;
          throw refusalError(refusals.refuse('maxBodyBytes', 'PAYLOAD_TOO_LARGE', message));
        }
        // The text is read once, and kept.
        return requestParser(own);
      });
    },
  };
}
