import type { JobKind } from '../../../model/records.ts';
import type { Reason, State } from '../../../model/state.ts';

/** What a status of the Researcher service stands for. */
export interface Meaning {
  readonly state: State;
  readonly reason?: Reason;
}

/**
 * Statuses of jobs: some of Run:ai's own, and container reasons of Kubernetes. The set is open. The documentation calls
 * `Unknown` an end (the scheduler was down when the job ended); what end it was, it does not say.
 */
const STATUSES: Readonly<Record<string, Meaning>> = {
  Pending: { state: 'QUEUED', reason: 'CAPACITY' },
  Unschedulable: { state: 'QUEUED', reason: 'CAPACITY' },
  // On its way back into the queue, while it still holds its GPUs.
  Terminating: { state: 'QUEUED', reason: 'PREEMPTED' },
  // A pod ended badly; the job will try again.
  Error: { state: 'QUEUED', reason: 'BACKOFF' },
  OOMKilled: { state: 'QUEUED', reason: 'OUT_OF_MEMORY' },
  ContainerCreating: { state: 'PREPARING' },
  PodInitializing: { state: 'PREPARING' },
  CrashLoopBackOff: { state: 'PREPARING', reason: 'BACKOFF' },
  ErrImagePull: { state: 'PREPARING', reason: 'IMAGE_UNAVAILABLE' },
  ImagePullBackOff: { state: 'PREPARING', reason: 'IMAGE_UNAVAILABLE' },
  Running: { state: 'RUNNING' },
  Succeeded: { state: 'SUCCEEDED' },
  Completed: { state: 'SUCCEEDED' },
  Failed: { state: 'FAILED' },
  Fail: { state: 'FAILED' },
  ContainerCannotRun: { state: 'FAILED', reason: 'INVALID_SPEC' },
  TimedOut: { state: 'CANCELLED', reason: 'TIME_LIMIT' },
  Preempted: { state: 'CANCELLED', reason: 'PREEMPTED' },
  Deleted: { state: 'CANCELLED', reason: 'DELETED_UPSTREAM' },
  Unknown: { state: 'UNKNOWN' },
};
const BY_WORD = new Map(Object.entries(STATUSES).map(([word, meaning]) => [word.toLowerCase(), meaning]));

/** UNKNOWN for a status that is not known. */
export function meaningOf(status: string): Meaning {
  const word = status.toLowerCase();
  if (word.startsWith('init:')) return initMeaning(word.slice('init:'.length));
  return BY_WORD.get(word) ?? { state: 'UNKNOWN' };
}

/** `Init:1/2` counts its containers; anything else names why one of them does not get on. */
function initMeaning(rest: string): Meaning {
  if (/^\d+\/\d+$/.test(rest)) return { state: 'PREPARING' };
  const reason: Reason = BY_WORD.get(rest)?.reason === 'IMAGE_UNAVAILABLE' ? 'IMAGE_UNAVAILABLE' : 'BACKOFF';
  return { state: 'PREPARING', reason };
}

const KINDS = new Map<string, JobKind>([
  ['train', 'BATCH'],
  ['training', 'BATCH'],
  ['interactive', 'INTERACTIVE'],
  ['build', 'INTERACTIVE'],
  ['inference', 'SERVICE'],
]);

export function jobKindOf(type: string | null): JobKind {
  return KINDS.get((type ?? '').toLowerCase()) ?? 'UNKNOWN';
}
