import { isAsyncIterable, type Plugin } from 'graphql-yoga';
import type { OperationContext } from './operation-context.ts';

/** Send this header, with any value, to get `extensions.upstream`. */
export const UPSTREAM_HEADER = 'x-gridweave-upstream';

/** Adds the upstream calls of an operation to its answer, when the caller asks for them with a header. */
export function useUpstreamReport(): Plugin<OperationContext> {
  return {
    onExecute: ({ args }) => {
      const context = args.contextValue;
      if (!context.request.headers.has(UPSTREAM_HEADER)) return undefined;
      return {
        onExecuteDone: ({ result, setResult }) => {
          if (isAsyncIterable(result)) return;
          const calls = context.upstreamCalls;
          setResult({
            ...result,
            extensions: {
              ...result.extensions,
              upstream: {
                networkCalls: calls.filter((call) => call.servedFrom === 'NETWORK').length,
                sharedCalls: calls.filter((call) => call.servedFrom !== 'NETWORK').length,
                calls: calls.map((call) => ({ ...call })),
              },
            },
          });
        },
      };
    },
  };
}
