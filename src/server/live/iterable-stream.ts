import type { ExecutionResult } from 'graphql';
import { OperationStream } from './operation-stream.ts';

const DONE = { done: true, value: undefined } as const;

export interface IterableStreamOptions {
  readonly results: AsyncIterable<ExecutionResult>;
  /** Tells whatever makes the results that nobody wants them any more. */
  readonly onStop: () => void;
  /** Told when a drain has ended it; the end itself is held back until `stop`. */
  readonly onDrained: () => void;
}

/** Results that are made for one subscriber, with an end that does not wait for the next of them. */
export class IterableStream extends OperationStream {
  readonly #results: AsyncIterator<ExecutionResult>;
  readonly #options: IterableStreamOptions;
  #stopped = false;
  #draining = false;
  #awaited: ((end: IteratorResult<ExecutionResult, undefined>) => void) | null = null;

  constructor(options: IterableStreamOptions) {
    super();
    this.#options = options;
    this.#results = options.results[Symbol.asyncIterator]();
  }

  next(): Promise<IteratorResult<ExecutionResult, undefined>> {
    if (this.#stopped) return Promise.resolve(DONE);
    return new Promise((resolve, reject) => {
      this.#awaited = resolve;
      if (this.#draining) return;
      this.#advance().then((result) => this.#draining || resolve(result), reject);
    });
  }

  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#awaited?.(DONE);
    this.#awaited = null;
    if (!this.#draining) this.#letGo();
  }

  drain(): void {
    if (this.#stopped || this.#draining) return;
    this.#draining = true;
    this.#letGo();
    this.#options.onDrained();
  }

  /** Settles when there is a result, an end or an error that anybody wants. */
  async #advance(): Promise<IteratorResult<ExecutionResult, undefined>> {
    try {
      const result = await this.#results.next();
      return result.done === true ? DONE : result;
    } catch (error) {
      // Whatever is thrown because it was stopped is of no interest.
      if (!this.#stopped && !this.#draining) throw error;
      return DONE;
    }
  }

  #letGo(): void {
    this.#options.onStop();
    this.#results.return?.().catch(() => {});
  }
}
