/** Clocks for the sandbox: one that tests move by hand, and one that runs faster (or slower) than the machine's. */
import type { Clock, EpochMs } from '../model/time.ts';
import { epochMs, systemClock } from '../model/time.ts';

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

/**
 * A clock that starts at `start` (default: now) and passes `speed` simulated milliseconds for every millisecond of
 * `base` (default: the machine's clock).
 */
export function createScaledClock(options: {
  readonly speed: number;
  readonly start?: number;
  readonly base?: Clock;
}): Clock {
  const base = options.base ?? systemClock;
  const origin = base.now();
  const start = options.start ?? origin;
  return { now: () => epochMs(start + (base.now() - origin) * options.speed) };
}
