import type { LiveHandlers } from './live-handlers.ts';
import type { LiveSubscription } from './live-subscription.ts';

/**
 * Messages that wait for a loop before the gateway is left alone. The loop then goes on from the event window, so a slow
 * one costs no memory without end.
 */
export const MAX_WAITING = 1_000;

const DONE = { done: true, value: undefined } as const;

interface Asked<Message> {
  resolve(result: IteratorResult<Message, undefined>): void;
  reject(error: Error): void;
}

/** A subscription as a loop. Begins when it is first asked, ends when the loop is left. */
export class LiveIterator<Message> implements AsyncIterableIterator<Message, undefined> {
  readonly #open: (handlers: Pick<LiveHandlers<Message>, 'onMessage' | 'onEnd'>) => LiveSubscription<Message>;
  readonly #maxWaiting: number;
  #subscription: LiveSubscription<Message> | null = null;
  #waiting: Message[] = [];
  #asked: Asked<Message>[] = [];
  #ended = false;
  #failure: Error | null = null;

  /** `open` makes the subscription, without beginning it. */
  constructor(
    open: (handlers: Pick<LiveHandlers<Message>, 'onMessage' | 'onEnd'>) => LiveSubscription<Message>,
    maxWaiting = MAX_WAITING,
  ) {
    this.#open = open;
    this.#maxWaiting = maxWaiting;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<Message, undefined>> {
    if (this.#subscription === null && !this.#ended) this.#begin();
    if (this.#waiting.length > 0) {
      const value = this.#waiting.shift() as Message;
      if (this.#waiting.length === 0) this.#subscription?.resume();
      return Promise.resolve({ done: false, value });
    }
    const failure = this.#failure;
    this.#failure = null;
    if (failure !== null) return Promise.reject(failure);
    if (this.#ended) return Promise.resolve(DONE);
    return new Promise((resolve, reject) => this.#asked.push({ resolve, reject }));
  }

  return(): Promise<IteratorResult<Message, undefined>> {
    this.#waiting = [];
    this.#end(null);
    this.#failure = null;
    this.#subscription?.stop();
    return Promise.resolve(DONE);
  }

  #begin(): void {
    this.#subscription = this.#open({
      onMessage: (message) => this.#push(message),
      onEnd: (error) => this.#end(error),
    });
    this.#subscription.begin();
  }

  #push(message: Message): void {
    const asked = this.#asked.shift();
    if (asked !== undefined) asked.resolve({ done: false, value: message });
    else this.#waiting.push(message);
    // It is asked between messages: half a snapshot is no place to go on from.
    if (this.#waiting.length >= this.#maxWaiting && this.#subscription?.resumable === true)
      this.#subscription.pause();
  }

  #end(error: Error | null): void {
    if (this.#ended) return;
    this.#ended = true;
    const [first, ...others] = this.#asked;
    this.#asked = [];
    if (error === null || first === undefined) this.#failure = error;
    if (error !== null) first?.reject(error);
    else first?.resolve(DONE);
    for (const asked of others) asked.resolve(DONE);
  }
}
