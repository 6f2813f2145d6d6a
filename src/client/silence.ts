/** Notices that nothing was heard for a while. One timer, however much is heard. */
export class Silence {
  readonly #afterMs: number;
  readonly #onSilence: () => void;
  #heardAt = 0;
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(afterMs: number, onSilence: () => void) {
    this.#afterMs = afterMs;
    this.#onSilence = onSilence;
  }

  /** Listens from now on. */
  start(): void {
    this.stop();
    this.heard();
    this.#wait(this.#afterMs);
  }

  heard(): void {
    this.#heardAt = performance.now();
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #wait(ms: number): void {
    this.#timer = setTimeout(() => {
      this.#timer = null;
      const left = this.#heardAt + this.#afterMs - performance.now();
      if (left > 0) this.#wait(left);
      else this.#onSilence();
    }, ms);
  }
}
