import type { GridweaveError } from '../model/errors.ts';
import { epochMs, type EpochMs } from '../model/time.ts';
import type { LiveOptions, PollIntervals } from './options.ts';

/** The longest time that a provider's own wish for a pause is honoured, in milliseconds. */
const MAX_PAUSE_MS = 3_600_000;
/** How much longer intervals become at most after a provider has asked for fewer calls. */
const MAX_WIDENING = 8;
/** Intervals shrink back by this much with every poll that goes well. */
const RECOVERY = 1.5;
/** A command shows its effect after a moment, or some moments later. */
const NUDGES_MS = [350, 2_350] as const;
const NUDGE_SPREAD_MS = 150;
/** However many commands there are, polls have this much time between them, or an interval that is shorter. */
const NUDGED_GAP_MS = 500;

type ScheduleOptions = Pick<LiveOptions, 'jitter' | 'maxBackoffMs'>;

/** When to ask one provider next. Holds no timer and reads no clock. */
export class PollSchedule {
  readonly #intervals: PollIntervals;
  readonly #options: ScheduleOptions;
  readonly #random: () => number;
  #endedAt: EpochMs | null = null;
  #failures = 0;
  #widening = 1;
  #pausedUntil = -Infinity;
  /** Drawn anew for each interval, so that asking twice when the next poll is gives one answer. */
  #spread = 1;
  #nudges: number[] = [];

  constructor(intervals: PollIntervals, options: ScheduleOptions, random: () => number = Math.random) {
    this.#intervals = intervals;
    this.#options = options;
    this.#random = random;
  }

  /** A poll begins: it is the answer to every nudge that was due. */
  began(at: EpochMs): void {
    this.#nudges = this.#nudges.filter((due) => due > at);
  }

  succeeded(at: EpochMs): void {
    this.#failures = 0;
    this.#widening = Math.max(1, this.#widening / RECOVERY);
    this.#ended(at);
  }

  /** Tries become rarer with every failure in a row. A provider that names a time is not asked before. */
  failed(at: EpochMs, { code, details }: GridweaveError): void {
    this.#failures += 1;
    if (code === 'RATE_LIMITED') this.#widening = Math.min(this.#widening * 2, MAX_WIDENING);
    this.#pausedUntil = at + Math.min(details.retryAfterMs ?? 0, MAX_PAUSE_MS);
    this.#ended(at);
  }

  /** Something was done at the provider: the effect is looked for soon, and once more a little later. */
  nudge(at: EpochMs): void {
    const dues = NUDGES_MS.map((ms) => at + ms + this.#spreadOf(NUDGE_SPREAD_MS));
    // Of many commands in a row the first look is shared, and the second follows the last.
    const all = [...dues, ...this.#nudges];
    this.#nudges = [Math.min(...all), Math.max(...all)];
  }

  /** The next poll is due at once, unless the provider asked for a pause. */
  hurry(): void {
    this.#endedAt = null;
  }

  /** When the next poll is due; at once when there was none. */
  nextAt(now: EpochMs, hot: boolean): EpochMs {
    if (this.#endedAt === null) return epochMs(Math.max(now, this.#pausedUntil));
    const { hotMs, warmMs } = this.#intervals;
    const interval = (hot ? hotMs : warmMs) * this.#widening;
    const { maxBackoffMs } = this.#options;
    const backoff = Math.min(interval * 2 ** this.#failures, Math.max(maxBackoffMs, interval));
    const regular = this.#endedAt + backoff * this.#spread;
    const nudged = Math.max(Math.min(...this.#nudges), this.#endedAt + Math.min(hotMs, NUDGED_GAP_MS));
    return epochMs(Math.max(Math.min(regular, nudged), this.#pausedUntil, now));
  }

  #ended(at: EpochMs): void {
    this.#endedAt = at;
    this.#spread = 1 + this.#spreadOf(this.#options.jitter);
  }

  #spreadOf(most: number): number {
    return (this.#random() * 2 - 1) * most;
  }
}

/** When to read everything instead of what changed. Holds no timer and reads no clock. */
export class SweepSchedule {
  readonly #options: Pick<LiveOptions, 'fullSweepMs' | 'sweepRetryMs'>;
  #lastAt = -Infinity;
  #dueAt = -Infinity;
  #retryMs: number;

  constructor(options: Pick<LiveOptions, 'fullSweepMs' | 'sweepRetryMs'>) {
    this.#options = options;
    this.#retryMs = options.sweepRetryMs;
  }

  isDue(now: EpochMs): boolean {
    return now >= this.#dueAt;
  }

  /** A sweep was made. One that did not hold everything is repeated sooner, and ever more seldom. */
  swept(at: EpochMs, complete: boolean): void {
    const { fullSweepMs, sweepRetryMs } = this.#options;
    this.#lastAt = at;
    this.#dueAt = at + (complete ? fullSweepMs : Math.min(this.#retryMs, fullSweepMs));
    this.#retryMs = complete ? sweepRetryMs : Math.min(this.#retryMs * 2, fullSweepMs);
  }

  /** What changed could not be read whole. */
  fellShort(now: EpochMs): void {
    this.#dueAt = Math.min(this.#dueAt, Math.max(now, this.#lastAt + this.#retryMs));
  }

  /** Nothing less than a sweep will do. */
  require(): void {
    this.#dueAt = -Infinity;
  }
}
