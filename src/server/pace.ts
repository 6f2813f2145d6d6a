/** How many may begin before others have their turn. */
const AT_ONCE = 8;

/**
 * Spreads what one connection asks for all at once over several turns of the event loop, in order: a hundred operations in
 * one packet would otherwise all be begun before anybody else's socket is looked at.
 */
export class Pace {
  readonly #waiting: (() => void)[] = [];
  #begun = 0;
  #scheduled = false;

  /** Null: begin at once. Otherwise resolves when it may begin. */
  turn(): Promise<void> | null {
    if (!this.#scheduled) {
      this.#scheduled = true;
      setImmediate(this.#next);
    }
    if (this.#begun < AT_ONCE) {
      this.#begun += 1;
      return null;
    }
    return new Promise((resolve) => void this.#waiting.push(resolve));
  }

  readonly #next = (): void => {
    const now = this.#waiting.splice(0, AT_ONCE);
    this.#begun = now.length;
    this.#scheduled = now.length > 0;
    if (this.#scheduled) setImmediate(this.#next);
    for (const begin of now) begin();
  };
}
