import type { EventLogListener } from '../event-log.ts';

/**
 * Those who are told of appends. Each telling is a round over the listeners that were there when it began: one that is added
 * meanwhile hears from the next round on, one that is removed hears nothing more. A round that is begun from within another
 * waits for its turn, so that everybody hears everything in the same order.
 */
export class Listeners {
  readonly #report: (problem: string) => void;
  readonly #registered = new Set<{ readonly listener: EventLogListener }>();
  /** The registered ones as an array, made anew when they have changed. */
  #round: readonly { readonly listener: EventLogListener }[] | null = null;
  #waiting: ((listener: EventLogListener) => void)[] = [];
  #telling = false;

  /** `report` hears of a listener that threw, which it must not: the others are told all the same. */
  constructor(report: (problem: string) => void) {
    this.#report = report;
  }

  /** Returns how to stop. The same listener may be added twice, and is then told twice. */
  add(listener: EventLogListener): () => void {
    const registration = { listener };
    this.#registered.add(registration);
    this.#round = null;
    return () => {
      if (this.#registered.delete(registration)) this.#round = null;
    };
  }

  tell(what: (listener: EventLogListener) => void): void {
    this.#waiting.push(what);
    if (this.#telling) return;
    this.#telling = true;
    try {
      // Rounds that are begun meanwhile are added to the same array.
      for (const next of this.#waiting) this.#tellAll(next);
    } finally {
      this.#waiting = [];
      this.#telling = false;
    }
  }

  clear(): void {
    this.#registered.clear();
    this.#round = null;
  }

  #tellAll(what: (listener: EventLogListener) => void): void {
    const round = (this.#round ??= [...this.#registered]);
    for (const registration of round) {
      if (!this.#registered.has(registration)) continue;
      try {
        what(registration.listener);
      } catch (error) {
        this.#report(
          `A listener of the event log failed: ${error instanceof Error ? error.message : 'unknown'}`,
        );
      }
    }
  }
}
