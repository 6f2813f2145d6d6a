import type { ExecutionResult } from 'graphql';

/**
 * An operation as graphql-ws sees it: results in turn, until the end. `return` always ends it at once, also while a result is awaited; the
 * library's own way with async generators waits for the result first, perhaps for ever.
 */
export abstract class OperationStream implements AsyncGenerator<ExecutionResult, undefined> {
  abstract next(): Promise<IteratorResult<ExecutionResult, undefined>>;
  /** Lets go of everything. Called once or more. */
  abstract stop(): void;
  /** Ends it in order, because the gateway leaves. */
  abstract drain(): void;

  return(): Promise<IteratorResult<ExecutionResult, undefined>> {
    this.stop();
    return Promise.resolve({ done: true, value: undefined });
  }

  throw(error: unknown): Promise<IteratorResult<ExecutionResult, undefined>> {
    this.stop();
    return Promise.reject(error instanceof Error ? error : new TypeError('not an error'));
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.stop();
    return Promise.resolve();
  }
}
