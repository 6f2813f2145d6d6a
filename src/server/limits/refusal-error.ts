import { GraphQLError } from 'graphql';
import { forgetStack } from '../forget-stack.ts';
import type { ErrorCode, GridweaveError } from '../../model/errors.ts';

/** Statuses of refusals; a refusal of what stands in the document itself is a 400 for those who ask for GraphQL's own media type. */
const STATUS: Readonly<Partial<Record<ErrorCode, number>>> = {
  RATE_LIMITED: 429,
  TOO_MANY_OPERATIONS: 429,
  PAYLOAD_TOO_LARGE: 413,
  BATCH_LIMIT: 400,
  BAD_REQUEST: 400,
};

/** A refusal as an answer of Yoga: with the status, and with `Retry-After` where waiting helps. `more`: what else it says. */
export function refusalError(
  { code, message, retryable, details }: GridweaveError,
  more: Readonly<Record<string, unknown>> = {},
): GraphQLError {
  const { field, retryAfterMs } = details;
  const status = STATUS[code];
  const error = new GraphQLError(message, {
    extensions: {
      code,
      retryable,
      ...(field === undefined ? {} : { field }),
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
      ...more,
      http: {
        status: status ?? 400,
        ...(status === undefined ? { spec: true } : {}),
        ...(retryAfterMs === undefined
          ? {}
          : { headers: { 'Retry-After': String(Math.ceil(retryAfterMs / 1_000)) } }),
      },
    },
  });
  // Of a document that is refused it is kept with the document.
  return forgetStack(error);
}
