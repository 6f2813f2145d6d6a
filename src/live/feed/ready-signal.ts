/**
 * Tells a reader that there is something to take: one that waits by resolving its wait, one that is pushed by calling it once
 * until it has taken.
 */
export class ReadySignal {
  readonly #hasItems: () => boolean;
  readonly #failed: (error: unknown) => void;
  #waiting: (() => void)[] = [];
  #listener: (() => void) | null = null;
  #told = false;

  /** `failed` hears of a listener that threw; it is not called again. Whoever signals has others to tell. */
  constructor(hasItems: () => boolean, failed: (error: unknown) => void) {
    this.#hasItems = hasItems;
    this.#failed = failed;
  }

  /** Resolves when there is something, or nothing ever more. */
  wait(): Promise<void> {
    if (this.#hasItems()) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
  }

  /** The listener takes the place of the one before. It is called when something is there already, too. */
  listen(listener: () => void): void {
    this.#listener = listener;
    this.#told = false;
    if (this.#hasItems()) {
      queueMicrotask(() => {
        this.signal();
      });
    }
  }

  /** The reader is taking: what comes from now on is to be told of again. */
  taken(): void {
    this.#told = false;
  }

  /** Something may be there now. */
  signal(): void {
    if ((this.#listener === null || this.#told) && this.#waiting.length === 0) return;
    if (!this.#hasItems()) return;
    this.#told = true;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
    try {
      this.#listener?.();
    } catch (error) {
      this.#listener = null;
      this.#failed(error);
    }
  }

  /** Nothing more will come. */
  end(): void {
    this.#told = false;
    this.signal();
    this.#listener = null;
  }
}
