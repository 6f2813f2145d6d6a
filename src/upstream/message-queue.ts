import type { GridweaveError } from '../model/errors.ts';

/** The source stops being read above the first mark and is read again below the second. */
const HIGH_WATER_BYTES = 1024 * 1024;
const LOW_WATER_BYTES = 256 * 1024;
/** What a message costs besides its text: many empty ones must fill the queue, too. */
const OVERHEAD_BYTES = 64;

export interface Valve {
  pause(): void;
  resume(): void;
}

/**
 * Messages between a socket that pushes and one reader that pulls. Holds about a megabyte: beyond it the socket is
 * paused, so that a slow reader slows the provider down instead of filling our memory. What was queued before the end
 * is still delivered.
 */
export class MessageQueue implements AsyncIterableIterator<string> {
  readonly #valve: Valve;
  readonly #onReturn: () => void;
  readonly #messages: string[] = [];
  #waiting: {
    resolve: (result: IteratorResult<string, undefined>) => void;
    reject: (e: GridweaveError) => void;
  }[] = [];
  #bytes = 0;
  #paused = false;
  #ended = false;
  #failure: GridweaveError | null = null;

  /** `onReturn` runs when the reader stops before the end. */
  constructor(valve: Valve, onReturn: () => void) {
    this.#valve = valve;
    this.#onReturn = onReturn;
  }

  push(message: string): void {
    if (this.#ended) return;
    const reader = this.#waiting.shift();
    if (reader !== undefined) {
      reader.resolve({ done: false, value: message });
      return;
    }
    this.#messages.push(message);
    this.#bytes += message.length + OVERHEAD_BYTES;
    if (!this.#paused && this.#bytes > HIGH_WATER_BYTES) {
      this.#paused = true;
      this.#valve.pause();
    }
  }

  /** Ends the messages, with an error when they did not end as they should. Later calls change nothing. */
  end(failure: GridweaveError | null): void {
    if (this.#ended) return;
    this.#ended = true;
    const waiting = this.#waiting;
    this.#waiting = [];
    const [first, ...others] = waiting;
    if (failure === null) first?.resolve({ done: true, value: undefined });
    else if (first === undefined) this.#failure = failure;
    else first.reject(failure);
    for (const other of others) other.resolve({ done: true, value: undefined });
  }

  /** Drops what is queued: nobody will read it. */
  discard(): void {
    this.#messages.length = 0;
    this.#bytes = 0;
    this.end(null);
    this.#failure = null;
  }

  next(): Promise<IteratorResult<string, undefined>> {
    const value = this.#messages.shift();
    if (value !== undefined) {
      this.#bytes -= value.length + OVERHEAD_BYTES;
      if (this.#paused && !this.#ended && this.#bytes < LOW_WATER_BYTES) {
        this.#paused = false;
        this.#valve.resume();
      }
      return Promise.resolve({ done: false, value });
    }
    if (!this.#ended) return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
    const failure = this.#failure;
    this.#failure = null;
    return failure === null ? Promise.resolve({ done: true, value: undefined }) : Promise.reject(failure);
  }

  return(): Promise<IteratorResult<string, undefined>> {
    this.discard();
    this.#onReturn();
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
