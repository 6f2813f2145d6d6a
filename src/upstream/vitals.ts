import type { EpochMs } from '../model/time.ts';

/** Calls the median is taken over. */
const RECENT_CALLS = 64;

/** When a provider was last well, last not, and how fast it has been lately. */
export class Vitals {
  lastSuccessAt: EpochMs | null = null;
  lastFailureAt: EpochMs | null = null;
  readonly #durations: number[] = [];
  #next = 0;

  addDuration(durationMs: number): void {
    this.#durations[this.#next] = durationMs;
    this.#next = (this.#next + 1) % RECENT_CALLS;
  }

  /** Median of the recent calls that were answered; null before the first. */
  get latencyMs(): number | null {
    const sorted = this.#durations.toSorted((a, b) => a - b);
    const middle = sorted.length / 2;
    const upper = sorted[Math.floor(middle)];
    if (upper === undefined) return null;
    return Number.isInteger(middle) ? ((sorted[middle - 1] ?? upper) + upper) / 2 : upper;
  }
}
