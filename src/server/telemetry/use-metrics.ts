import { getOperationAST, GraphQLError, type DocumentNode } from 'graphql';
import { isAsyncIterable, type Plugin } from 'graphql-yoga';
import type { OperationContext } from '../operation-context.ts';
import { networkCallsOf, outcomeOfResult } from './operation-outcome.ts';
import type { OperationMetrics } from './operation-metrics.ts';

interface ExecutedArgs {
  readonly document: DocumentNode;
  readonly operationName?: string | null;
  readonly contextValue: OperationContext;
}

/** Counts and times every operation, over whatever transport it came. Stands before the limits, whose refusals it counts. */
export function useMetrics(metrics: OperationMetrics): Plugin<OperationContext> {
  const refused = (error: unknown): void => {
    const code = error instanceof GraphQLError ? error.extensions['code'] : null;
    metrics.refused(typeof code === 'string' ? code : 'INTERNAL');
  };

  const begin = ({ document, operationName, contextValue }: ExecutedArgs): ((result: object) => void) => {
    const beganAt = performance.now();
    metrics.underWay += 1;
    return (result) => {
      metrics.underWay -= 1;
      metrics.ended({
        operation: metrics.known.label(document, operationName),
        type: getOperationAST(document, operationName)?.operation ?? 'unknown',
        outcome: outcomeOfResult(result),
        durationMs: performance.now() - beganAt,
        networkCalls: networkCallsOf(contextValue),
      });
    };
  };

  return {
    onParse: () => (done) => {
      if (done.result instanceof GraphQLError) refused(done.result);
    },
    onValidate: () => (done) => {
      if (!done.valid) refused((done.result as readonly unknown[])[0]);
    },
    onExecute: ({ args }) => {
      const end = begin(args);
      return { onExecuteDone: ({ result }) => end(isAsyncIterable(result) ? {} : result) };
    },
    onSubscribe: ({ args }) => {
      const end = begin(args);
      return {
        onSubscribeResult: ({ result }) => end(isAsyncIterable(result) ? {} : result),
        onSubscribeError: ({ error }) => end({ errors: [error] }),
      };
    },
  };
}
