/** How often a provider is asked. */
export interface PollIntervals {
  /** While somebody watches work that has not ended, and for a moment after any change. Default 2,000. */
  readonly hotMs: number;
  /** While somebody watches and nothing moves. Default 20,000. */
  readonly warmMs: number;
}

/** What is remembered of a provider, and for how long. */
export interface TrackerOptions {
  /** How long objects that have ended are remembered. Default 2 hours. */
  readonly horizonMs: number;
  /** How many of them at most. Default 20,000. */
  readonly maxEnded: number;
  /**
   * How long after a command a provider may go on showing what was before it, without being believed. Default 15,000.
   */
  readonly commandSettleMs: number;
  /**
   * How long what a command made may be missing from a provider's lists, and what it deleted may still be in them, before
   * the provider is believed. Default 30,000.
   */
  readonly commandVisibleMs: number;
}

/** How the pollers behave. Times in milliseconds. */
export interface LiveOptions extends PollIntervals, TrackerOptions {
  /** Other intervals for single providers, by key. Default none. */
  readonly perProvider: ReadonlyMap<string, Partial<PollIntervals>>;
  /** How long polls stay frequent after a change. Default 10,000. */
  readonly hotAfterChangeMs: number;
  /** How long polls go on after the last watcher left. Default 30,000. */
  readonly lingerMs: number;
  /** How often everything is read, to find deletions and drift. Default 300,000. */
  readonly fullSweepMs: number;
  /** How soon at the earliest another full sweep follows one that did not hold everything; doubles. Default 30,000. */
  readonly sweepRetryMs: number;
  /** Every interval is longer or shorter by up to this share, so that pollers do not march in step. Default 0.2. */
  readonly jitter: number;
  /** The longest time between two tries at a provider that fails, unless it asks for more. Default 60,000. */
  readonly maxBackoffMs: number;
  /** How long one poll may take. Default 60,000. */
  readonly pollTimeoutMs: number;
  /** Upstream calls of one poll at most, and of a full sweep. Defaults 200 and 1,000. */
  readonly callsPerPoll: number;
  readonly callsPerSweep: number;
  /** How long `watch().ready` waits for providers. Default 10,000. */
  readonly patienceMs: number;
}

export const DEFAULT_LIVE_OPTIONS: LiveOptions = {
  hotMs: 2_000,
  warmMs: 20_000,
  perProvider: new Map(),
  hotAfterChangeMs: 10_000,
  lingerMs: 30_000,
  fullSweepMs: 300_000,
  sweepRetryMs: 30_000,
  jitter: 0.2,
  maxBackoffMs: 60_000,
  pollTimeoutMs: 60_000,
  callsPerPoll: 200,
  callsPerSweep: 1_000,
  patienceMs: 10_000,
  horizonMs: 7_200_000,
  maxEnded: 20_000,
  commandSettleMs: 15_000,
  commandVisibleMs: 30_000,
};
