import type { Plugin } from 'graphql-yoga';
import type { GraphQLError } from 'graphql';
import type { ErrorCode } from '../../model/errors.ts';
import { LiveSlot, type LiveOperations } from './live-operations.ts';
import { wireError } from './wire-error.ts';

/** Statuses of codes that say nothing about HTTP themselves; anything else that stops a stream before it begins is a 400. */
const STATUS: Readonly<Partial<Record<ErrorCode, number>>> = {
  INTERNAL: 500,
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  NOT_ACCEPTABLE: 406,
  RATE_LIMITED: 429,
  SHUTTING_DOWN: 503,
};

/**
 * Leads subscriptions past Yoga's own event streams, which encode every event for every subscriber anew. What is wrong
 * with a request is still found, coded and masked the way it is for queries.
 */
export function useLive(operations: LiveOperations): Plugin {
  return {
    onSubscribe: ({ args, setSubscribeFn }) => {
      setSubscribeFn(() => operations.open(args, slotIn(args.contextValue)));
    },
    onResultProcess: (payload) => {
      const { request, result, serverContext } = payload;
      const slot = slotIn(serverContext);
      if (slot === null || Array.isArray(result) || Symbol.asyncIterator in result) return;
      if (slot.opened !== null) {
        // Thrown away by the event stream, which answers by itself.
        payload.setResultProcessor(
          (_, { Response }) => new Response(null, { status: 204 }),
          'text/event-stream',
        );
      } else if (result.errors !== undefined && !('data' in result)) {
        // A stream that never began is an answer: browsers would read an event, and come back for it for ever.
        const { errors } = result;
        const type = jsonTypeFor(request.headers.get('accept') ?? '');
        payload.setResultProcessor(
          (_, { Response }) =>
            new Response(
              JSON.stringify({ errors: errors.map((error) => wireError(error, operations.onFault)) }),
              {
                status: statusOf(errors),
                headers: { ...headersOf(errors), 'Content-Type': `${type}; charset=utf-8` },
              },
            ),
          type,
        );
      }
    },
  };
}

function slotIn(context: unknown): LiveSlot | null {
  if (typeof context !== 'object' || context === null || !('liveSlot' in context)) return null;
  return context.liveSlot instanceof LiveSlot ? context.liveSlot : null;
}

function jsonTypeFor(accept: string): string {
  const type = 'application/graphql-response+json';
  return accept.includes(type) ? type : 'application/json';
}

/** `Retry-After`, where there is one. */
function headersOf(errors: readonly GraphQLError[]): Record<string, string> {
  const http = Object(errors[0]?.extensions['http']) as { readonly headers?: Record<string, string> };
  return { ...http.headers };
}

function statusOf(errors: readonly GraphQLError[]): number {
  const { code, http } = errors[0]?.extensions ?? {};
  if (typeof http === 'object' && http !== null && 'status' in http && typeof http.status === 'number')
    return http.status;
  return (typeof code === 'string' ? STATUS[code as ErrorCode] : undefined) ?? 400;
}
