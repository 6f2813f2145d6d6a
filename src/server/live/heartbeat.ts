/** Something that is looked after once per heartbeat. */
export interface Beating {
  beat(now: number): void;
}

/** Beats are spread over so many moments, so that thousands of connections are not pinged in the same one. */
const SLOTS = 16;

/** One timer for all connections, instead of several for each. Runs only while there are any. */
export class Heartbeat {
  readonly #everyMs: number;
  readonly #slots = Array.from({ length: SLOTS }, () => new Set<Beating>());
  #next = 0;
  #turn = 0;
  #size = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor(everyMs: number) {
    this.#everyMs = everyMs;
  }

  /** Returns how to stop. */
  add(beating: Beating): () => void {
    const slot = this.#slots[this.#next++ % SLOTS]!;
    slot.add(beating);
    this.#size += 1;
    this.#timer ??= setInterval(this.#tick, this.#everyMs / SLOTS).unref();
    return () => {
      if (!slot.delete(beating)) return;
      this.#size -= 1;
      if (this.#size > 0 || this.#timer === null) return;
      clearInterval(this.#timer);
      this.#timer = null;
    };
  }

  readonly #tick = (): void => {
    const now = performance.now();
    for (const beating of this.#slots[this.#turn++ % SLOTS]!) beating.beat(now);
  };
}
