import { epochMs, type Clock, type EpochMs } from '../../src/model/time.ts';

/** A clock that is moved by hand. */
export class HandClock implements Clock {
  #now: EpochMs = epochMs(Date.UTC(2026, 0, 1));

  now(): EpochMs {
    return this.#now;
  }

  pass(ms: number): void {
    this.#now = epochMs(this.#now + ms);
  }
}
