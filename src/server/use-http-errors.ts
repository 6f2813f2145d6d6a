import type { GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { ErrorCode } from '../model/errors.ts';
import { withCode } from './mask-error.ts';

const CODE_OF_STATUS: Readonly<Record<number, ErrorCode>> = {
  413: 'PAYLOAD_TOO_LARGE',
};

/** Puts a code from the registry on errors of the HTTP request itself: its body, its content type, its parameters. */
export function useHttpErrors(): Plugin {
  return {
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
  if (http?.status === undefined || (code !== undefined && code !== 'BAD_USER_INPUT')) return error;
  return withCode(error, CODE_OF_STATUS[http.status] ?? 'BAD_REQUEST');
}
