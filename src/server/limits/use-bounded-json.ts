import { GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { isTooMuchJson, JSON_BOUNDS } from './nesting.ts';
import { refusalError } from './refusal-error.ts';
import type { Refusals } from './refusals.ts';

const JSON_TYPE = /^application\/(?:graphql\+)?json\s*(?:;|$)/i;

/** A member of that name, in every way in which JSON can write it. */
const THEN = /"(?:t|\\u0074)(?:h|\\u0068)(?:e|\\u0065)(?:n|\\u006[eE])"\s*:/;

/** What has a member `then` is taken for a promise further on, and the request would fail as if the fault were ours. */
function isThenable(text: string): boolean {
  if (!THEN.test(text)) return false;
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === 'object' && body !== null && 'then' in body;
  } catch {
    return false;
  }
}

/** Looks at a body before it is made into values: few bytes can be many of them. */
export function useBoundedJson(refusals: Refusals): Plugin {
  return {
    onRequestParse: ({ request, requestParser, setRequestParser }) => {
      if (requestParser === undefined || !JSON_TYPE.test(request.headers.get('content-type') ?? '')) return;
      setRequestParser(async (own) => {
        const text = await own.text();
        if (isTooMuchJson(text)) {
          const { maxValues, maxNesting } = JSON_BOUNDS;
          const message = `The body holds more than ${String(maxValues)} values, or lists and objects more than ${String(maxNesting)} deep. Send less, or several requests.`;
          throw refusalError(refusals.refuse('maxBodyBytes', 'PAYLOAD_TOO_LARGE', message));
        }
        if (isThenable(text)) {
          const message = 'Unexpected parameter "then" in the request body.';
          throw new GraphQLError(message, { extensions: { code: 'BAD_REQUEST', http: { status: 400 } } });
        }
        // The text is read once, and kept.
        return requestParser(own);
      });
    },
  };
}
