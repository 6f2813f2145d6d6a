import { GraphQLError } from 'graphql';
import { GridweaveError, type ErrorCode } from '../model/errors.ts';
import { forgetStack } from './forget-stack.ts';

/** Yoga's own word for an `operationName` that none of the operations has. */
const NO_OPERATION = 'OPERATION_RESOLUTION_FAILURE';

/**
 * Makes an error fit for a caller: a code from the registry on every one, the provider's own details where there are
 * some, and nothing of an error that nobody foresaw but a sentence. What is hidden is handed to `onFault`.
 */
export function maskError(
  error: unknown,
  onFault: (fault: unknown) => void,
  /** Told with what only the log can explain. */
  requestId?: string,
): GraphQLError {
  const graphql = error instanceof GraphQLError ? error : null;
  const original = graphql?.originalError ?? (graphql === null ? error : null);
  const named = requestId === undefined ? {} : { requestId };
  if (original instanceof GridweaveError)
    return withDetails(original, graphql, original.code === 'INTERNAL' ? named : {});
  // Errors of GraphQL itself (a variable that does not fit) have no original and are made for callers.
  if (graphql !== null && (original === null || original instanceof GraphQLError)) {
    const { code } = graphql.extensions;
    if (code === NO_OPERATION) return withCode(graphql, 'BAD_REQUEST');
    return code === undefined ? withCode(graphql, 'BAD_USER_INPUT') : graphql;
  }
  if (isAbort(original)) return rewrite(graphql, 'The caller went away.', { code: 'CANCELLED' });
  onFault(original);
  return rewrite(graphql, 'Something went wrong in the gateway. The details are in its log.', {
    code: 'INTERNAL',
    ...named,
  });
}

/** The same error with a code from the registry. */
export function withCode(error: GraphQLError, code: ErrorCode): GraphQLError {
  return rewrite(error, error.message, { ...error.extensions, code });
}

function withDetails(error: GridweaveError, at: GraphQLError | null, more: object): GraphQLError {
  const { field, provider, retryAfterMs, upstream } = error.details;
  return rewrite(at, error.message, {
    code: error.code,
    retryable: error.retryable,
    ...(field === undefined ? {} : { field }),
    ...(provider === undefined ? {} : { provider }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(upstream === undefined ? {} : { upstream }),
    ...more,
  });
}

function rewrite(
  at: GraphQLError | null,
  message: string,
  extensions: Record<string, unknown>,
): GraphQLError {
  const error = new GraphQLError(message, {
    extensions,
    ...(at?.nodes === undefined ? {} : { nodes: at.nodes }),
    ...(at?.source === undefined ? {} : { source: at.source }),
    ...(at?.positions === undefined ? {} : { positions: at.positions }),
    ...(at?.path === undefined ? {} : { path: at.path }),
  });
  return forgetStack(error);
}

/** What was under way was given up, or whoever sent the body hung up in the middle of it. */
function isAbort(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return error.name === 'AbortError' || (error.message === 'aborted' && 'code' in error && error.code === 'ECONNRESET'); // prettier-ignore
}
