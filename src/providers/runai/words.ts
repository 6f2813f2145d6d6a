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

/** Phases of a pod, and the container reasons that may stand in their place. */
export const POD_PHASES: Readonly<Record<string, { readonly state: State; readonly reason?: Reason }>> = {
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
};

/** `Init:1/2`, `Init:CrashLoopBackOff` …: still on the way to running, whatever follows. */
export function initPhase(word: string): { readonly state: State; readonly reason?: Reason } | null {
  if (!word.startsWith('Init:')) return null;
  const rest = word.slice('Init:'.length);
  if (/^\d+\/\d+$/.test(rest)) return { state: 'PREPARING' };
  const reason: Reason = POD_PHASES[rest]?.reason === 'IMAGE_UNAVAILABLE' ? 'IMAGE_UNAVAILABLE' : 'BACKOFF';
  return { state: 'PREPARING', reason };
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

const BY_TYPE: Readonly<Record<string, JobKind>> = {
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
};
const BY_CATEGORY: Readonly<Record<string, JobKind>> = {
  build: 'INTERACTIVE',
  train: 'BATCH',
  deploy: 'SERVICE',
};

/** What kind of work a workload is. Types are free text, met in several spellings; categories can be renamed. */
export function jobKindOf(type: string | null, category: string | null): JobKind {
  const word = (type ?? '')
    .toLowerCase()
    .replaceAll(/[^a-z]/g, '')
    .replace(/workload$/, '');
  return BY_TYPE[word] ?? BY_CATEGORY[(category ?? '').toLowerCase()] ?? 'UNKNOWN';
}
