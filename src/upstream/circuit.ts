import { epochMs, type Clock, type EpochMs } from '../model/time.ts';
import type { BreakerState, UpstreamOptions } from './types.ts';

/** NONE: the call says nothing about the provider (never sent, or its caller left). */
export type CallOutcome = 'SUCCESS' | 'FAILURE' | 'NONE';

/** Leave to make one call; give it back with `settle`. */
export interface Permit {
  readonly era: number;
  readonly trial: boolean;
}

/**
 * A circuit breaker's states and laws, without any call. CLOSED: all calls pass, the last `windowSize` outcomes are
 * counted. OPEN: none passes until `retryAt`. HALF_OPEN: one trial at a time; its success closes the circuit with an
 * empty window, its failure opens it for twice as long as before. Outcomes of calls that began in an earlier state are
 * ignored: they tell of the past.
 */
export class Circuit {
  readonly #options: UpstreamOptions['breaker'];
  readonly #clock: Clock;
  readonly #onChange: (from: BreakerState, to: BreakerState) => void;
  readonly #failed: boolean[] = [];
  #oldest = 0;
  #failures = 0;
  #opened = false;
  #retryAt: EpochMs = epochMs(0);
  #openMs: number;
  #trialUnderWay = false;
  #era = 0;

  constructor(
    options: UpstreamOptions['breaker'],
    clock: Clock,
    onChange: (from: BreakerState, to: BreakerState) => void = () => {},
  ) {
    this.#options = options;
    this.#clock = clock;
    this.#onChange = onChange;
    this.#openMs = options.openMs;
  }

  get state(): BreakerState {
    if (!this.#opened) return 'CLOSED';
    return this.#clock.now() < this.#retryAt ? 'OPEN' : 'HALF_OPEN';
  }

  /** Null unless OPEN. */
  get retryAt(): EpochMs | null {
    return this.state === 'OPEN' ? this.#retryAt : null;
  }

  /** How long a refused caller should wait: until the next trial, or about as long as the one under way may take. */
  get retryAfterMs(): number {
    return Math.max(this.#retryAt - this.#clock.now(), Math.min(this.#options.openMs, 1_000));
  }

  /** Null when the call must not be made. */
  admit(): Permit | null {
    const state = this.state;
    if (state === 'CLOSED') return { era: this.#era, trial: false };
    if (state === 'OPEN' || this.#trialUnderWay) return null;
    this.#trialUnderWay = true;
    return { era: this.#era, trial: true };
  }

  settle(permit: Permit, outcome: CallOutcome): void {
    if (permit.era !== this.#era) return;
    if (permit.trial) {
      this.#trialUnderWay = false;
      if (outcome === 'SUCCESS') this.#close();
      if (outcome === 'FAILURE') this.#open('HALF_OPEN', Math.min(this.#openMs * 2, this.#options.maxOpenMs));
    } else if (outcome !== 'NONE') {
      this.#count(outcome === 'FAILURE');
    }
  }

  #count(failed: boolean): void {
    const { windowSize, minimumCalls, failureRatio } = this.#options;
    if (this.#failed.length < windowSize) {
      this.#failed.push(failed);
    } else {
      if (this.#failed[this.#oldest] === true) this.#failures -= 1;
      this.#failed[this.#oldest] = failed;
      this.#oldest = (this.#oldest + 1) % windowSize;
    }
    if (failed) this.#failures += 1;
    const calls = this.#failed.length;
    if (failed && calls >= minimumCalls && this.#failures >= failureRatio * calls) {
      this.#open('CLOSED', this.#options.openMs);
    }
  }

  #open(from: BreakerState, openMs: number): void {
    this.#openMs = openMs;
    this.#opened = true;
    this.#retryAt = epochMs(this.#clock.now() + openMs);
    this.#era += 1;
    this.#onChange(from, 'OPEN');
  }

  #close(): void {
    this.#opened = false;
    this.#era += 1;
    this.#failed.length = 0;
    this.#oldest = 0;
    this.#failures = 0;
    this.#openMs = this.#options.openMs;
    this.#onChange('HALF_OPEN', 'CLOSED');
  }
}
