import type { RawState } from '../../model/records.ts';
import { isTerminal, type Confidence, type Reason, type State } from '../../model/state.ts';
import type { EpochMs } from '../../model/time.ts';
import { DEFAULT_PART } from './keys.ts';
import type { KnownJob } from './known-jobs.ts';

/** A state with all that explains it. */
export interface Verdict {
  readonly state: State;
  readonly reason: Reason | null;
  readonly message: string | null;
  readonly raw: RawState;
  readonly confidence: Confidence;
}

export interface PartSighting {
  readonly name: string;
  /** From 1. More than the gateway has witnessed there may have been: the service counts no attempts. */
  readonly attempt: number;
  readonly verdict: Verdict;
}

/** Something that was seen at several polls in a row. */
export interface Streak {
  readonly polls: number;
  readonly firstAt: EpochMs;
  readonly lastAt: EpochMs;
}

/** What is known of one job after an answer, in the light of those before it. */
export interface Sighting {
  readonly id: string;
  /** When the gateway first saw it. */
  readonly firstSeenAt: EpochMs;
  /** When the last answer that held it arrived. */
  readonly observedAt: EpochMs;
  /**
   * Rises with every change that was seen. It begins at the job's age in seconds, so that it does not fall when the gateway
   * forgets the job and sees it again; the service has no counter, and no time, of its own.
   */
  readonly revision: number;
  /** When the gateway took notice of that, by its own clock: an answer may be shared, and older. */
  readonly noticedAt: EpochMs;
  /** When it was first seen running; null before. */
  readonly runningSince: EpochMs | null;
  readonly whole: Verdict;
  /** At least one: a job that tells no parts has one that follows the whole. */
  readonly parts: readonly PartSighting[];
  /** The machine has ended while the work seems to go on. */
  readonly machineEnded: Streak | null;
  /** Successful answers left it out. */
  readonly missed: Streak | null;
}

/** Answers that follow each other faster are one poll: many readers must not use up a grace that is meant to last. */
const POLL_GAP_MS = 5_000;

/** A streak after one more poll. */
export function prolonged(streak: Streak | null, at: EpochMs): Streak {
  if (streak === null) return { polls: 1, firstAt: at, lastAt: at };
  if (at - streak.lastAt < POLL_GAP_MS) return streak;
  return { ...streak, polls: streak.polls + 1, lastAt: at };
}

/** What GraphQL's Int can carry. */
const MAX_INT = 2 ** 31 - 1;

/** The revision of a change that was seen at a time, of a job that was created at another. */
export function nextRevision(before: Sighting | null, at: EpochMs, createdAt: EpochMs): number {
  const age = Math.max(0, Math.floor((at - createdAt) / 1000)) + 1;
  return Math.min(Math.max(age, (before?.revision ?? 0) + 1), MAX_INT);
}

/** After so many polls without it, over at least so long, nothing is claimed of a job any more. */
const MISSES_UNTIL_UNKNOWN = 5;
const MISSING_UNTIL_UNKNOWN_MS = 600_000;

/**
 * What is known of a job that a successful answer left out. One that had ended is gone: the service keeps no promise to
 * remember it. One that had not keeps its state for a while, and is UNKNOWN then; it is never called a failure.
 */
export function afterMiss(before: Sighting, at: EpochMs, now: EpochMs): Sighting | null {
  if (isTerminal(before.whole.state)) return null;
  if (at < before.observedAt) return before;
  const missed = prolonged(before.missed, at);
  const long = missed.lastAt - missed.firstAt >= MISSING_UNTIL_UNKNOWN_MS;
  if (missed.polls < MISSES_UNTIL_UNKNOWN || !long || before.whole.state === 'UNKNOWN') {
    return { ...before, missed };
  }
  const lost = (verdict: Verdict): Verdict => ({
    ...verdict,
    state: 'UNKNOWN',
    reason: null,
    message: 'Charity Engine does not report this job any more.',
    confidence: 'INFERRED',
  });
  return {
    ...before,
    missed,
    revision: nextRevision(before, at, before.firstSeenAt),
    noticedAt: now,
    whole: lost(before.whole),
    parts: before.parts.map((part) => ({ ...part, verdict: lost(part.verdict) })),
  };
}

/** A job that was accepted and of which no answer has told yet. */
export function accepted(job: KnownJob): Sighting {
  const verdict: Verdict = {
    state: 'QUEUED',
    reason: 'PROVIDER_SYNC',
    message: 'Submitted; Charity Engine has not reported on it yet.',
    raw: { value: 'true', detail: null, field: 'success' },
    confidence: 'INFERRED',
  };
  const at = job.knownAt;
  return {
    id: job.id,
    firstSeenAt: at,
    observedAt: at,
    revision: 1,
    noticedAt: at,
    runningSince: null,
    whole: verdict,
    parts: [{ name: DEFAULT_PART, attempt: 1, verdict }],
    machineEnded: null,
    missed: null,
  };
}
