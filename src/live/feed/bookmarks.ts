/** Calls something again and again; returns how to stop. Tests inject their own. */
export type Every = (intervalMs: number, run: () => void) => () => void;

/** The machine's timer. Does not keep the process alive. */
export const everyInterval: Every = (intervalMs, run) => {
  const timer = setInterval(run, intervalMs);
  timer.unref();
  return () => {
    clearInterval(timer);
  };
};

/** Readers are dealt into as many turns, so that ten thousand bookmarks do not fall due at once. */
const TURNS = 8;

export interface Bookmarked {
  /** A bookmark has fallen due. */
  bookmark(): void;
}

/**
 * One timer for the bookmarks of all feeds; runs only while there are any. The timer ticks a ninth of the promised interval
 * for eight turns: each feed's turn comes before the interval is over, even when a tick is late.
 */
export class Bookmarks {
  readonly #everyMs: number;
  readonly #every: Every;
  readonly #turns: readonly Set<Bookmarked>[] = Array.from({ length: TURNS }, () => new Set());
  #dealt = 0;
  #turn = 0;
  #count = 0;
  #stop: (() => void) | null = null;

  constructor(everyMs: number, every: Every) {
    this.#everyMs = everyMs;
    this.#every = every;
  }

  /** Returns how to leave. */
  add(feed: Bookmarked): () => void {
    const turn = this.#turns[this.#dealt++ % TURNS]!;
    turn.add(feed);
    this.#count++;
    this.#stop ??= this.#every(this.#everyMs / (TURNS + 1), () => {
      this.#tick();
    });
    return () => {
      if (!turn.delete(feed) || --this.#count > 0) return;
      this.#stop?.();
      this.#stop = null;
    };
  }

  #tick(): void {
    const turn = this.#turns[this.#turn++ % TURNS]!;
    for (const feed of turn) feed.bookmark();
  }
}
