import type { EpochMs } from '../model/time.ts';

/** A token bucket: never more than `burst` tokens, refilled evenly. Pure arithmetic; the caller brings the time. */
export class TokenBucket {
  readonly #perSecond: number;
  readonly #burst: number;
  #tokens: number;
  #countedAt: EpochMs;

  constructor(rate: { readonly perSecond: number; readonly burst: number }, now: EpochMs) {
    this.#perSecond = rate.perSecond;
    this.#burst = Math.max(1, rate.burst);
    this.#tokens = this.#burst;
    this.#countedAt = now;
  }

  /** Takes a token, or says that there is none. */
  take(now: EpochMs): boolean {
    this.#refill(now);
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }

  /** Tokens that are there now. */
  level(now: EpochMs): number {
    this.#refill(now);
    return this.#tokens;
  }

  /** Whole milliseconds until the `nth` token from now (1 is the next one) is there. */
  waitMs(nth: number, now: EpochMs): number {
    this.#refill(now);
    return Math.max(0, Math.ceil(((nth - this.#tokens) * 1_000) / this.#perSecond));
  }

  #refill(now: EpochMs): void {
    // A clock that was set back gives nothing and takes nothing.
    const elapsedMs = now - this.#countedAt;
    this.#countedAt = now;
    if (elapsedMs <= 0) return;
    this.#tokens = Math.min(this.#burst, this.#tokens + (elapsedMs * this.#perSecond) / 1_000);
  }
}
