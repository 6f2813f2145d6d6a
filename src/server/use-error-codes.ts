import { GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { ErrorCode } from '../model/errors.ts';
import { withCode } from './mask-error.ts';

/** Puts a code from the registry on errors of parsing and validation, which never reach the error mask. */
export function useErrorCodes(): Plugin {
  return {
    onParse: () => (done) => {
      if (done.result instanceof GraphQLError) {
        done.replaceParseResult(coded(done.result, 'GRAPHQL_PARSE_FAILED'));
      }
    },
    onValidate: () => (done) => {
      if (!done.valid) {
        const errors: readonly unknown[] = done.result;
        const known = errors.filter((error): error is GraphQLError => error instanceof GraphQLError);
        done.setResult(known.map((error) => coded(error, 'GRAPHQL_VALIDATION_FAILED')));
      }
    },
  };
}

/** A refusal of ours says already what it is. */
function coded(error: GraphQLError, code: ErrorCode): GraphQLError {
  return error.extensions['code'] === undefined ? withCode(error, code) : error;
}
