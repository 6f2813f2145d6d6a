import type { ComputeNodeState, JobKind } from '../../model/records.ts';
import type { Reason, State } from '../../model/state.ts';

/**
 * Phases of a workload. `Stopped` stands for CANCELLED here; where the workload can be resumed it is SUSPENDED instead.
 * `Suspending` is what newer prose calls `Stopping`; the specification does not have it.
 */
export const PHASES = {
  Creating: 'QUEUED',
  Pending: 'QUEUED',
  Initializing: 'PREPARING',
  Resuming: 'PREPARING',
  Running: 'RUNNING',
  Degraded: 'RUNNING',
  // Entered from Running alone, and left to it: the work goes on while its specification is rolled out.
  Updating: 'RUNNING',
  Stopping: 'CANCELLING',
  Suspending: 'CANCELLING',
  Stopped: 'CANCELLED',
  Terminating: 'CANCELLING',
  Deleting: 'CANCELLING',
  Completed: 'SUCCEEDED',
  Failed: 'FAILED',
  Unknown: 'UNKNOWN',
} as const satisfies Record<string, State>;
export type Phase = keyof typeof PHASES;

/** What a pod's phase, or the container reason in its place, stands for. */
export interface Meaning {
  readonly state: State;
  readonly reason?: Reason;
}

const POD_PHASES = new Map<string, Meaning>(
  Object.entries({
    Pending: { state: 'QUEUED' },
    Running: { state: 'RUNNING' },
    Succeeded: { state: 'SUCCEEDED' },
    Completed: { state: 'SUCCEEDED' },
    Failed: { state: 'FAILED' },
    Unknown: { state: 'UNKNOWN', reason: 'NODE_LOST' },
    ContainerCreating: { state: 'PREPARING' },
    PodInitializing: { state: 'PREPARING' },
    ErrImagePull: { state: 'PREPARING', reason: 'IMAGE_UNAVAILABLE' },
    ImagePullBackOff: { state: 'PREPARING', reason: 'IMAGE_UNAVAILABLE' },
    InvalidImageName: { state: 'PREPARING', reason: 'IMAGE_UNAVAILABLE' },
    CreateContainerConfigError: { state: 'PREPARING', reason: 'INVALID_SPEC' },
    CrashLoopBackOff: { state: 'PREPARING', reason: 'BACKOFF' },
    Terminating: { state: 'CANCELLING' },
    Error: { state: 'FAILED', reason: 'EXIT_NONZERO' },
    ContainerCannotRun: { state: 'FAILED', reason: 'INVALID_SPEC' },
    OOMKilled: { state: 'FAILED', reason: 'OUT_OF_MEMORY' },
    Evicted: { state: 'FAILED', reason: 'PREEMPTED' },
    DeadlineExceeded: { state: 'FAILED', reason: 'TIME_LIMIT' },
    NodeLost: { state: 'UNKNOWN', reason: 'NODE_LOST' },
  } as const satisfies Record<string, Meaning>),
);

/** Null for a word that is not known. */
export function podMeaning(word: string): Meaning | null {
  return POD_PHASES.get(word) ?? (word.startsWith('Init:') ? initMeaning(word.slice('Init:'.length)) : null);
}

/** `Init:1/2` counts containers, `Init:CrashLoopBackOff` names why one does not get on: not yet running, either way. */
function initMeaning(rest: string): Meaning {
  if (/^\d+\/\d+$/.test(rest)) return { state: 'PREPARING' };
  const image = POD_PHASES.get(rest)?.reason === 'IMAGE_UNAVAILABLE';
  return { state: 'PREPARING', reason: image ? 'IMAGE_UNAVAILABLE' : 'BACKOFF' };
}

export const NODE_STATES = {
  Ready: 'READY',
  NotReady: 'OFFLINE',
  Unknown: 'UNKNOWN',
} as const satisfies Record<string, ComputeNodeState>;

export const POOL_PHASES = {
  Creating: 'PENDING',
  Updating: 'READY',
  Ready: 'READY',
  // It exists and has no node.
  Empty: 'PENDING',
  Unschedulable: 'DRAINING',
  Deleting: 'DRAINING',
  Deleted: 'CLOSED',
} as const satisfies Record<string, ComputeNodeState>;

/** Finds the known spelling of a word. */
export function spelling<Word extends string>(words: readonly Word[]): (value: unknown) => Word | null {
  const known = new Map(words.map((word) => [word.toLowerCase(), word]));
  return (value) => (typeof value === 'string' ? (known.get(value.toLowerCase()) ?? null) : null);
}

export const phaseWord = spelling(Object.keys(PHASES) as Phase[]);
export const nodeWord = spelling(Object.keys(NODE_STATES) as (keyof typeof NODE_STATES)[]);
export const poolWord = spelling(Object.keys(POOL_PHASES) as (keyof typeof POOL_PHASES)[]);

/**
 * Phases that a workload of some states can be in: exactly these and no others, except that one word (`Stopped`) stands
 * for two states. Null when no finite set of words does (UNKNOWN is any word not known yet).
 */
export function phasesFor(states: readonly State[]): readonly Phase[] | null {
  if (states.includes('UNKNOWN')) return null;
  return (Object.keys(PHASES) as Phase[]).filter(
    (word) => states.includes(PHASES[word]) || (word === 'Stopped' && states.includes('SUSPENDED')),
  );
}

const BY_TYPE = new Map<string, JobKind>(
  Object.entries({
    workspace: 'INTERACTIVE',
    interactive: 'INTERACTIVE',
    training: 'BATCH',
    train: 'BATCH',
    distributed: 'BATCH',
    distributedtraining: 'BATCH',
    inference: 'SERVICE',
    distributedinference: 'SERVICE',
    // Kinds of Kubernetes and its operators.
    job: 'BATCH',
    cronjob: 'BATCH',
    jobset: 'BATCH',
    pytorchjob: 'BATCH',
    tfjob: 'BATCH',
    mpijob: 'BATCH',
    xgboostjob: 'BATCH',
    jaxjob: 'BATCH',
    rayjob: 'BATCH',
    workflow: 'BATCH',
    deployment: 'SERVICE',
    statefulset: 'SERVICE',
    replicaset: 'SERVICE',
    service: 'SERVICE',
    rayservice: 'SERVICE',
    daemonset: 'DAEMON',
    notebook: 'INTERACTIVE',
  } as const satisfies Record<string, JobKind>),
);
const BY_CATEGORY = new Map<string, JobKind>([
  ['build', 'INTERACTIVE'],
  ['train', 'BATCH'],
  ['deploy', 'SERVICE'],
]);

/** What kind of work a workload is. Types are free text, met in several spellings; categories can be renamed. */
export function jobKindOf(type: string | null, category: string | null): JobKind {
  const word = (type ?? '')
    .toLowerCase()
    .replaceAll(/[^a-z]/g, '')
    .replace(/workload$/, '');
  return BY_TYPE.get(word) ?? BY_CATEGORY.get((category ?? '').toLowerCase()) ?? 'UNKNOWN';
}
