import {
  GraphQLError,
  type ExecutionResult,
  type FormattedExecutionResult,
  type GraphQLFormattedError,
} from 'graphql';
import { maskError } from '../mask-error.ts';

/** Any error as a caller may see it, as GraphQL over HTTP sends it: masked, coded, without what is only for HTTP. */
export function wireError(error: unknown, onFault: (fault: unknown) => void): GraphQLFormattedError {
  const { extensions, ...rest } = maskError(error, onFault).toJSON();
  if (extensions === undefined) return rest;
  const { http: _http, unexpected: _unexpected, originalError: _originalError, ...shown } = extensions;
  return { ...rest, extensions: shown };
}

/** A result as either of the libraries declares it. */
interface Result {
  readonly errors?: readonly GraphQLError[] | undefined;
  readonly data?: ExecutionResult['data'] | undefined;
  readonly extensions?: ExecutionResult['extensions'] | undefined;
}

/** A result with its errors as a caller may see them. */
export function wireResult(
  { errors, data, extensions }: Result,
  onFault: (fault: unknown) => void,
): FormattedExecutionResult {
  return {
    ...(errors === undefined ? {} : { errors: errors.map((error) => wireError(error, onFault)) }),
    ...(data === undefined ? {} : { data }),
    ...(extensions === undefined ? {} : { extensions }),
  };
}

/** An error as GraphQL hands them around, so that its code is found again when it is masked. */
export function asGraphqlError(error: unknown): GraphQLError {
  if (error instanceof GraphQLError) return error;
  const originalError =
    error instanceof Error ? error : new TypeError('something that is no error was thrown');
  return new GraphQLError(originalError.message, { originalError });
}
