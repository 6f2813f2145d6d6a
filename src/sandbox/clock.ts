/** The clock that tests, and a world that is to stand still, move by hand. */
import type { Clock, EpochMs } from '../model/time.ts';
import { epochMs } from '../model/time.ts';

/** A clock that stands still until it is told. */
export interface ManualClock extends Clock {
  /** Moves forward by so many milliseconds. */
  advance(ms: number): void;
  /** Jumps to a point in time, in epoch milliseconds. */
  set(at: number): void;
}

/** `start` is in epoch milliseconds. */
export function createManualClock(start: number): ManualClock {
  let current: EpochMs = epochMs(start);
  return {
    now: () => current,
    advance: (ms) => {
      current = epochMs(current + ms);
    },
    set: (at) => {
      current = epochMs(at);
    },
  };
}
