/** Counts what one client sends in each second. */
export class MessageRate {
  readonly #maxMessages: number;
  readonly #maxBytes: number;
  #second = 0;
  #messages = 0;
  #bytes = 0;

  constructor(maxMessages: number, maxBytes: number) {
    this.#maxMessages = maxMessages;
    this.#maxBytes = maxBytes;
  }

  /** Whether one more of this size is within the limits. */
  pass(nowMs: number, bytes: number): boolean {
    const second = Math.floor(nowMs / 1_000);
    if (second !== this.#second) {
      this.#second = second;
      this.#messages = 0;
      this.#bytes = 0;
    }
    this.#messages += 1;
    this.#bytes += bytes;
    return this.#messages <= this.#maxMessages && this.#bytes <= this.#maxBytes;
  }
}
