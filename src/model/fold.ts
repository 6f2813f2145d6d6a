import type { State } from './state.ts';

/** How many parts are in each state; states with no part are absent. */
export type StateCounts = Readonly<Partial<Record<State, number>>>;

export function countStates(states: Iterable<State>): StateCounts {
  const counts: Partial<Record<State, number>> = {};
  for (const state of states) counts[state] = (counts[state] ?? 0) + 1;
  return counts;
}

// The most advanced live activity names the whole; an ending that people must see outranks one they need not.
const LIVE_RANK: readonly State[] = [
  'RUNNING',
  'FINALIZING',
  'CANCELLING',
  'PREPARING',
  'QUEUED',
  'SUSPENDED',
  'SUBMITTING',
  'UNKNOWN',
];
const ENDED_RANK: readonly State[] = ['FAILED', 'CANCELLED', 'SUCCEEDED', 'SKIPPED'];

/**
 * Folds the states of parts (the latest attempt of each index; the tasks of a job) into the state of the whole.
 * A whole with no parts is UNKNOWN: nothing was seen, so nothing is claimed.
 * `allowedFailures` is how many failed parts the whole tolerates and still succeeds.
 */
export function foldStates(states: readonly State[], allowedFailures = 0): State {
  const live = LIVE_RANK.find((state) => states.includes(state));
  if (live !== undefined || states.length === 0) return live ?? 'UNKNOWN';
  const failures = states.filter((state) => state === 'FAILED').length;
  const tolerated = failures > 0 && failures <= allowedFailures;
  return ENDED_RANK.find((state) => states.includes(state) && !(tolerated && state === 'FAILED')) ?? 'FAILED';
}

/** One attempt among several at the same index. */
export interface Attempt {
  readonly index: number;
  /** Absent where there is only one. */
  readonly generation?: number;
  readonly attempt: number;
}

/** Keeps, per index (or per `keyOf`), the last attempt of the last generation. */
export function latestAttempts<T extends Attempt>(
  parts: readonly T[],
  keyOf: (part: T) => number | string = (part) => part.index,
): T[] {
  const latest = new Map<number | string, T>();
  for (const part of parts) {
    const key = keyOf(part);
    const seen = latest.get(key);
    if (seen === undefined || isLater(part, seen)) latest.set(key, part);
  }
  return [...latest.values()];
}

function isLater(a: Attempt, b: Attempt): boolean {
  const [newer, older] = [a.generation ?? 1, b.generation ?? 1];
  return newer === older ? a.attempt > b.attempt : newer > older;
}
