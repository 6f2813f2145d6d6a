/** Something that has work to do now and then, a bounded piece at a time. */
export interface Turn {
  /** Whether it waits for its turn; kept by `Turns`. */
  queued: boolean;
  turn(): void;
  /** Its turn threw: it gets no other. */
  failed(error: unknown): void;
}

/** How long turns are taken before sockets are looked at again, in milliseconds. */
const SLICE_MS = 8;

/**
 * Who has something to write takes turns, after the events of the moment were handed out: one who has much to write does
 * not hold up the others, and all of them together do not hold up the process.
 */
export class Turns {
  #queue: Turn[] = [];
  #scheduled = false;

  add(turn: Turn): void {
    if (turn.queued) return;
    turn.queued = true;
    this.#queue.push(turn);
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(this.#run);
  }

  readonly #run = (): void => {
    const queue = this.#queue;
    this.#queue = [];
    const until = performance.now() + SLICE_MS;
    let taken = 0;
    for (const turn of queue) {
      taken += 1;
      turn.queued = false;
      take(turn);
      if (taken % 16 === 0 && performance.now() > until) break;
    }
    if (taken < queue.length) this.#queue = [...queue.slice(taken), ...this.#queue];
    this.#scheduled = this.#queue.length > 0;
    if (this.#scheduled) setImmediate(this.#run);
  };
}

/** One that fails is no reason for the others to miss theirs. */
function take(turn: Turn): void {
  try {
    turn.turn();
  } catch (error) {
    turn.failed(error);
  }
}
