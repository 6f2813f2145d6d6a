/** Gives a turn back. Calling it again changes nothing. */
export type Release = () => void;

/**
 * Turns at something that serves one caller at a time: here a node's log stream, of which a compute node has a single
 * one (seen on 1.9.3: other requests are upgraded and hear nothing until the first has ended). Turns are given in the
 * order in which they were asked for.
 */
export class NodeTurns {
  readonly #last = new Map<string, Promise<void>>();

  /** Waits for a turn at `node`; null when none came within `waitMs`, or before `left`. */
  async take(node: string, waitMs: number, left: Promise<unknown>): Promise<Release | null> {
    let release: Release = () => {};
    const done = new Promise<void>((resolve) => {
      release = resolve;
    });
    const before = this.#last.get(node);
    const mine = before === undefined ? done : before.then(() => done);
    this.#last.set(node, mine);
    void mine.finally(() => {
      if (this.#last.get(node) === mine) this.#last.delete(node);
    });
    if (before === undefined) return release;
    const came = await firstOf(before, left, waitMs);
    if (came) return release;
    // Whoever waits behind still has to wait for the turn before this one.
    release();
    return null;
  }
}

async function firstOf(turn: Promise<void>, left: Promise<unknown>, waitMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), Math.max(waitMs, 0));
  });
  try {
    return await Promise.race([turn.then(() => true), left.then(() => false), timeout]);
  } finally {
    clearTimeout(timer);
  }
}
