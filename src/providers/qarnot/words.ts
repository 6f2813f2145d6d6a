import type { ComputeNodeState } from '../../model/records.ts';
import type { State } from '../../model/state.ts';

/** Task states of the wire. `UnSubmitted` and `Deleted` exist in the Python SDK only and are never sent. */
export const TASK_STATES = {
  Submitted: 'QUEUED',
  PartiallyDispatched: 'PREPARING',
  FullyDispatched: 'PREPARING',
  PartiallyExecuting: 'RUNNING',
  FullyExecuting: 'RUNNING',
  // The older name of UploadingResults; both are accepted.
  DownloadingResults: 'FINALIZING',
  UploadingResults: 'FINALIZING',
  PendingCancel: 'CANCELLING',
  PendingDelete: 'CANCELLING',
  Cancelled: 'CANCELLED',
  Success: 'SUCCEEDED',
  Failure: 'FAILED',
} as const satisfies Record<string, State>;
export type TaskWord = keyof typeof TASK_STATES;

/** Every task state that has not ended. */
export const LIVE_TASK_WORDS: readonly TaskWord[] = [
  'Submitted',
  'PartiallyDispatched',
  'FullyDispatched',
  'PartiallyExecuting',
  'FullyExecuting',
  'DownloadingResults',
  'UploadingResults',
  'PendingCancel',
  'PendingDelete',
];

/** A job's word describes the container, not the work in it: an Active job may hold only finished tasks. */
export const JOB_WORDS = ['Active', 'Terminating', 'Completed', 'Deleting'] as const;
export type JobWord = (typeof JOB_WORDS)[number];

export const POOL_STATES = {
  Submitted: 'PENDING',
  PartiallyDispatched: 'PENDING',
  FullyDispatched: 'PENDING',
  PartiallyExecuting: 'READY',
  FullyExecuting: 'READY',
  Closing: 'DRAINING',
  PendingDelete: 'DRAINING',
  Closed: 'CLOSED',
  // One documentation page writes it so.
  Close: 'CLOSED',
  // A failed pool never comes back; the raw word tells the difference.
  Failure: 'CLOSED',
} as const satisfies Record<string, ComputeNodeState>;
export type PoolWord = keyof typeof POOL_STATES;

export const LIVE_POOL_WORDS: readonly PoolWord[] = [
  'Submitted',
  'PartiallyDispatched',
  'FullyDispatched',
  'PartiallyExecuting',
  'FullyExecuting',
  'Closing',
  'PendingDelete',
];

/** Phases of a running instance, for an execution and for a pool's slot. */
export const PHASES = {
  dispatch: { execution: 'PREPARING', slot: 'PENDING' },
  download: { execution: 'PREPARING', slot: 'PENDING' },
  environment: { execution: 'PREPARING', slot: 'PENDING' },
  execution: { execution: 'RUNNING', slot: 'READY' },
  upload: { execution: 'FINALIZING', slot: 'DRAINING' },
  shutdown: { execution: 'FINALIZING', slot: 'DRAINING' },
} as const satisfies Record<string, { execution: State; slot: ComputeNodeState }>;
export type Phase = keyof typeof PHASES;

/** How a completed instance ended. */
export const INSTANCE_STATES = {
  Success: 'SUCCEEDED',
  Failure: 'FAILED',
  Cancelled: 'CANCELLED',
} as const satisfies Record<string, State>;
export type InstanceWord = keyof typeof INSTANCE_STATES;

/** Finds the known spelling of a word: enum casing differs between the service's own clients. */
function spelling<Word extends string>(words: readonly Word[]): (value: unknown) => Word | null {
  const known = new Map(words.map((word) => [word.toLowerCase(), word]));
  return (value) => (typeof value === 'string' ? (known.get(value.toLowerCase()) ?? null) : null);
}

export const taskWord = spelling(Object.keys(TASK_STATES) as TaskWord[]);
export const jobWord = spelling(JOB_WORDS);
export const poolWord = spelling(Object.keys(POOL_STATES) as PoolWord[]);
export const phaseWord = spelling(Object.keys(PHASES) as Phase[]);
export const instanceWord = spelling(Object.keys(INSTANCE_STATES) as InstanceWord[]);

/**
 * The wire's words for a set of unified task states: exactly these words, and no others, map to them. Null when no
 * finite set of words does (UNKNOWN is any word not known yet).
 */
export function taskWordsFor(states: readonly State[]): readonly TaskWord[] | null {
  if (states.includes('UNKNOWN')) return null;
  return (Object.keys(TASK_STATES) as TaskWord[]).filter((word) => states.includes(TASK_STATES[word]));
}
