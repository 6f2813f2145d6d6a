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
  contextFor: () => unknown,
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
          const value = await execute({ ...args, rootValue: event.value, contextValue: contextFor() });
          return { done: false, value };
        },
        return: async () => {
          await iterator.return?.();
          return { done: true, value: undefined };
        },
      };
    },
  };
}
