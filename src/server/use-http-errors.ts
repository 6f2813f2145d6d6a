import { GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { refusalError } from './limits/refusal-error.ts';
import type { Refusals } from './limits/refusals.ts';
import { withCode } from './mask-error.ts';

/** Yoga's own word for a body that is over the limit. */
const TOO_LARGE = 'REQUEST_ENTITY_TOO_LARGE';

/** No form types: a page of somebody else’s can send those from a browser without being asked. */
const READABLE = /^application\/(?:json|graphql|graphql\+json)\s*(?:;|$)/i;

export interface HttpErrorOptions {
  /** The largest body that is read. */
  readonly maxBodyBytes: number;
  readonly refusals: Refusals;
}

/** Puts a code from the registry on errors of the HTTP request itself: its body, its content type, its parameters. */
export function useHttpErrors({ maxBodyBytes, refusals }: HttpErrorOptions): Plugin {
  const tooLarge = (): GraphQLError => {
    const message = `The body is larger than ${String(maxBodyBytes)} bytes (limits.maxBodyBytes). Send less, or several requests.`;
    return refusalError(refusals.refuse('maxBodyBytes', 'PAYLOAD_TOO_LARGE', message));
  };
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
      payload.setResult({
        ...result,
        errors: result.errors.map((error) =>
          error.extensions['code'] === TOO_LARGE ? tooLarge() : coded(error),
        ),
      });
    },
  };
}

function coded(error: GraphQLError): GraphQLError {
  const { http, code, originalError } = error.extensions ?? {};
  if (originalError !== undefined) return withoutQuote(error);
  return http !== undefined && code === undefined ? withCode(error, 'BAD_REQUEST') : error;
}

/** What a parser says of a body quotes it, and there may be secrets in it. */
function withoutQuote(error: GraphQLError): GraphQLError {
  const { originalError: _quote, http, ...extensions } = error.extensions;
  const status = isObject(http) && typeof http['status'] === 'number' ? http['status'] : 400;
  // `status` alone: with `spec` beside it, and without the quote, Yoga would answer 200.
  return new GraphQLError(error.message, { extensions: { ...extensions, http: { status } } });
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
