import type { LogFollowOptions } from './options.ts';

/** A reading that takes long, since all of a long log has to be read again, is made less often. */
const PAUSE_PER_READING = 2;
const FIRST_BACKOFF_MS = 500;

/** When a log is to be read next. */
export class Pace {
  readonly #options: LogFollowOptions;
  readonly #random: () => number;
  #quietMs: number;
  #failures = 0;
  #failingSince = 0;

  constructor(options: LogFollowOptions, random: () => number) {
    this.#options = options;
    this.#random = random;
    this.#quietMs = options.minPauseMs;
  }

  /** Failures in a row. */
  get failures(): number {
    return this.#failures;
  }

  /** The pause after a good reading. */
  read(anything: boolean, tookMs: number): number {
    const { minPauseMs, maxPauseMs, maxBackoffMs } = this.#options;
    this.#failures = 0;
    this.#quietMs = anything ? minPauseMs : Math.min(this.#quietMs * 1.5, maxPauseMs);
    return this.#jittered(Math.max(this.#quietMs, Math.min(tookMs * PAUSE_PER_READING, maxBackoffMs)));
  }

  /** The pause after a failed one; null when it is time to give up. */
  failed(anything: boolean, retryAfterMs: number | undefined): number | null {
    const now = performance.now();
    if (anything) this.#failures = 0;
    if (this.#failures === 0) this.#failingSince = now;
    this.#failures += 1;
    const { maxBackoffMs, giveUpMs, minPauseMs } = this.#options;
    if (now - this.#failingSince > giveUpMs) return null;
    const first = Math.min(FIRST_BACKOFF_MS, minPauseMs);
    const backoffMs = Math.min(first * 2 ** Math.min(this.#failures - 1, 20), maxBackoffMs);
    return Math.max(this.#jittered(backoffMs), retryAfterMs ?? 0);
  }

  #jittered(ms: number): number {
    return ms * (0.9 + this.#random() * 0.2);
  }
}
