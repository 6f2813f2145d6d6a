import type { ExecutionResult } from 'graphql';
import { isAsyncIterable, type Plugin } from 'graphql-yoga';
import { maskError } from '../mask-error.ts';
import type { OperationContext } from '../operation-context.ts';
import type { OnFault } from './faults.ts';
import { REQUEST_ID_HEADER } from './request-id.ts';

/**
 * Masks the errors of an operation while it is still known which request it belongs to: the log line of a fault and the
 * error that the caller gets name the same id. First of the plugins, so that the others see errors with their codes.
 */
export function useRequestId(onFault: OnFault): Plugin<OperationContext> {
  return {
    onExecute: () => ({
      onExecuteDone: ({ args, result, setResult }) => {
        if (!isAsyncIterable(result) && result.errors !== undefined) setResult(masked(result, args, onFault));
      },
    }),
    onSubscribe: () => ({
      onSubscribeResult: ({ args, result, setResult }) => {
        if (!isAsyncIterable(result) && result.errors !== undefined) setResult(masked(result, args, onFault));
      },
    }),
    // What failed before there was an operation.
    onResultProcess: (payload) => {
      const { result, request } = payload;
      const id = request.headers.get(REQUEST_ID_HEADER);
      if (id === null || Array.isArray(result) || !('errors' in result)) return;
      for (const { extensions } of result.errors ?? []) {
        if (extensions?.['code'] === 'INTERNAL') extensions['requestId'] ??= id;
      }
    },
  };
}

function masked(
  result: ExecutionResult,
  { contextValue }: { readonly contextValue: OperationContext },
  onFault: OnFault,
): ExecutionResult {
  const requestId = contextValue.caller.requestId ?? undefined;
  const errors = (result.errors ?? []).map((error) =>
    maskError(error, (fault) => onFault(fault, requestId), requestId),
  );
  return { ...result, errors };
}
