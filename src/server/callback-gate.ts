import { LRUCache } from 'lru-cache';
import type { Clock, EpochMs } from '../model/time.ts';
import { AttemptLimit } from './auth/attempt-limit.ts';

const MINUTE_MS = 60_000;
/** Networks that have shown the password are remembered, so many of them. */
const MAX_PROVEN = 1_000;

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
  /** Requests of known senders in any minute. */
  readonly perMinute: number;
  /** Requests of known senders at the same time. */
  readonly concurrent: number;
  /** Failures of one network: so many after a quiet time, and so many in every minute from then on. */
  readonly failuresPerMinute: number;
}

/** `waitMs` is 0 for whoever is heard; else how long to wait before the next, in milliseconds. */
export interface Verdict {
  readonly isKnown: boolean;
  readonly waitMs: number;
}

/**
 * How many requests one callback takes. What a network presents that failed too often is not looked at, so that nobody
 * can go on guessing. The exception is one that has shown the password before: who shares a network, or a proxy that is
 * not trusted, with the sender must not be able to shut it out.
 */
export class CallbackGate {
  readonly #clock: Clock;
  readonly #concurrent: number;
  readonly #known: PerMinute;
  readonly #failures: AttemptLimit;
  readonly #proven = new LRUCache<string, true>({ max: MAX_PROVEN });
  #open = 0;

  constructor({ perMinute, concurrent, failuresPerMinute }: GateLimits, clock: Clock) {
    this.#clock = clock;
    this.#concurrent = concurrent;
    this.#known = new PerMinute(perMinute);
    const refillMs = MINUTE_MS / failuresPerMinute;
    this.#failures = new AttemptLimit({ burst: failuresPerMinute, refillMs }, clock);
  }

  /** Whoever is known and does not have to wait has entered, and must `leave`. */
  enter(network: string, admits: () => boolean): Verdict {
    const waitMs = this.#failures.take(network);
    if ((waitMs > 0 && !this.#proven.has(network)) || !admits()) return { isKnown: false, waitMs };
    if (waitMs === 0) this.#failures.giveBack(network);
    this.#proven.set(network, true);
    if (this.#open >= this.#concurrent) return { isKnown: true, waitMs: 1_000 };
    const passMs = this.#known.pass(this.#clock.now());
    if (passMs === 0) this.#open += 1;
    return { isKnown: true, waitMs: passMs };
  }

  /** After everybody who entered. */
  leave(): void {
    this.#open -= 1;
  }
}
