import { setTimeout as delay } from 'node:timers/promises';
import { epochMs, type Clock } from '../../src/model/time.ts';

/** A clock that runs faster than the machine's: the minutes in which providers settle pass in seconds. */
export interface FastClock extends Clock {
  readonly speed: number;
  /** Resolves after so many milliseconds of this clock. */
  sleep(ms: number): Promise<void>;
}

/** Ahead of the machine's clock from the start, so that deadlines of this clock lie in the future of the other. */
const AHEAD_MS = 3_600_000;

export function fastClock(speed: number): FastClock {
  const machineStart = performance.now();
  const start = Date.now() + AHEAD_MS;
  return {
    speed,
    now: () => epochMs(start + (performance.now() - machineStart) * speed),
    // A timer may fire a moment early, which is many moments of this clock.
    sleep: (ms) => delay(Math.ceil(ms / speed) + 1),
  };
}
