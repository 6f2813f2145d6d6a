import {
  createSourceEventStream,
  execute,
  type ExecutionArgs,
  type ExecutionResult,
  type GraphQLError,
} from 'graphql';

/**
 * Calls the field's own `subscribe` and executes the operation on each event, with a context of its own: loaders that
 * lived as long as the subscription would answer every event with what they saw first.
 */
export async function subscribePlainly(
  args: ExecutionArgs,
  contextFor: (signal: AbortSignal) => unknown,
  leaving: AbortSignal,
): Promise<AsyncIterable<ExecutionResult> | readonly GraphQLError[]> {
  const events = await createSourceEventStream(args);
  if (!(Symbol.asyncIterator in events)) return events.errors ?? [];
  return {
    [Symbol.asyncIterator]: () => {
      const iterator = events[Symbol.asyncIterator]();
      return {
        next: async () => {
          const event = await iterator.next();
          if (event.done === true) return { done: true, value: undefined };
          return { done: false, value: await executeOn(event.value, args, contextFor, leaving) };
        },
        return: async () => {
          await iterator.return?.();
          return { done: true, value: undefined };
        },
      };
    },
  };
}

async function executeOn(
  rootValue: unknown,
  args: ExecutionArgs,
  contextFor: (signal: AbortSignal) => unknown,
  leaving: AbortSignal,
): Promise<ExecutionResult> {
  // What listens to a signal may do so for as long as it lives: each event has its own.
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  leaving.addEventListener('abort', abort, { once: true });
  try {
    return await execute({ ...args, rootValue, contextValue: contextFor(controller.signal) });
  } finally {
    leaving.removeEventListener('abort', abort);
  }
}
