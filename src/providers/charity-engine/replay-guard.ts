import { epochMs, type EpochMs } from '../../model/time.ts';

/** Remembers for a while what was answered, so that a repeated delivery gets the same answer and causes nothing. */
export interface ReplayGuard<T> {
  /** What the first delivery was answered; null when this is the first. */
  recall(key: string, now: EpochMs): T | null;
  remember(key: string, answer: T, now: EpochMs): void;
}

/** Longest time between two deliveries of one message that are taken for the same, in milliseconds. */
const WINDOW_MS = 60_000;
/** Only a caller with the password can fill it; then the oldest entries go first. */
const MAX_ENTRIES = 1_000;

export class MemoryReplayGuard<T> implements ReplayGuard<T> {
  readonly #windowMs: number;
  readonly #maxEntries: number;
  /** In the order they expire. */
  readonly #answers = new Map<string, { readonly answer: T; readonly until: EpochMs }>();

  constructor({ windowMs = WINDOW_MS, maxEntries = MAX_ENTRIES } = {}) {
    this.#windowMs = windowMs;
    this.#maxEntries = maxEntries;
  }

  recall(key: string, now: EpochMs): T | null {
    for (const [old, { until }] of this.#answers) {
      if (until > now) break;
      this.#answers.delete(old);
    }
    return this.#answers.get(key)?.answer ?? null;
  }

  remember(key: string, answer: T, now: EpochMs): void {
    this.#answers.delete(key);
    this.#answers.set(key, { answer, until: epochMs(now + this.#windowMs) });
    const [oldest] = this.#answers.keys();
    if (this.#answers.size > this.#maxEntries && oldest !== undefined) this.#answers.delete(oldest);
  }

  get size(): number {
    return this.#answers.size;
  }
}
