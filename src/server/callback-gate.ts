import type { Clock, EpochMs } from '../model/time.ts';

const MINUTE_MS = 60_000;

/** Lets so many through in any minute. */
class PerMinute {
  readonly #limit: number;
  readonly #passed: EpochMs[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** 0, and one is counted; or how long to wait, in milliseconds. */
  pass(now: EpochMs): number {
    // A time that lies ahead means that the clock was set back: it must not block for longer than a minute.
    while (this.#passed[0] !== undefined && Math.abs(now - this.#passed[0]) >= MINUTE_MS)
      this.#passed.shift();
    const [oldest] = this.#passed;
    if (oldest !== undefined && this.#passed.length >= this.#limit) {
      return Math.min(MINUTE_MS, oldest + MINUTE_MS - now);
    }
    this.#passed.push(now);
    return 0;
  }
}

export interface GateLimits {
  /** Requests of known senders in any minute; strangers have as many of their own. */
  readonly perMinute: number;
  /** Requests of known senders at the same time. */
  readonly concurrent: number;
}

/**
 * How many requests one callback takes. Strangers are counted apart: whoever does not know the password must not be able
 * to shut out the one who does.
 */
export class CallbackGate {
  readonly #clock: Clock;
  readonly #concurrent: number;
  readonly #known: PerMinute;
  readonly #strangers: PerMinute;
  #open = 0;

  constructor({ perMinute, concurrent }: GateLimits, clock: Clock) {
    this.#clock = clock;
    this.#concurrent = concurrent;
    this.#known = new PerMinute(perMinute);
    this.#strangers = new PerMinute(perMinute);
  }

  /** 0 when the request may go on; else how long to wait before the next, in milliseconds. Then nothing is entered. */
  enter(known: boolean): number {
    if (known && this.#open >= this.#concurrent) return 1_000;
    const waitMs = (known ? this.#known : this.#strangers).pass(this.#clock.now());
    if (known && waitMs === 0) this.#open += 1;
    return waitMs;
  }

  /** After every known sender that entered. */
  leave(): void {
    this.#open -= 1;
  }
}
