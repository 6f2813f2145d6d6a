import { GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { withCode } from './mask-error.ts';

/** Puts a code from the registry on errors of parsing and validation, which never reach the error mask. */
export function useErrorCodes(): Plugin {
  return {
    onParse: () => (done) => {
      if (done.result instanceof GraphQLError) {
        done.replaceParseResult(withCode(done.result, 'GRAPHQL_PARSE_FAILED'));
      }
    },
    onValidate: () => (done) => {
      if (!done.valid) {
        const errors: readonly unknown[] = done.result;
        const known = errors.filter((error): error is GraphQLError => error instanceof GraphQLError);
        done.setResult(known.map((error) => withCode(error, 'GRAPHQL_VALIDATION_FAILED')));
      }
    },
  };
}
