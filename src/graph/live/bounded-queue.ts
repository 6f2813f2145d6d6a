/**
 * Values that wait for one reader: as many as fit. When more come, the oldest go, and the reader is told how many. Ends,
 * and lets go of its source, when the signal is aborted or the reader leaves.
 */
export class BoundedQueue<T> {
  readonly #limit: number;
  #waiting: T[] = [];
  #missed = 0;
  #wake: (() => void) | null = null;
  #ended = false;

  constructor(limit: number) {
    this.#limit = limit;
  }

  push(value: T): void {
    if (this.#ended) return;
    this.#waiting.push(value);
    if (this.#waiting.length > this.#limit) {
      this.#waiting.shift();
      this.#missed += 1;
    }
    this.#wake?.();
  }

  end(): void {
    this.#ended = true;
    this.#wake?.();
  }

  /** Values with how many were left out before each. */
  async *read(): AsyncGenerator<{ readonly value: T; readonly missed: number }> {
    for (;;) {
      const value = this.#waiting.shift();
      if (value !== undefined) {
        const missed = this.#missed;
        this.#missed = 0;
        yield { value, missed };
      } else if (this.#ended) {
        return;
      } else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
        this.#wake = null;
      }
    }
  }
}
