/**
 * A job's states as the orchestrator stored them, one after the other, read from what happened to it. State, revision
 * and time of change of a job and of each of its versions all follow from this one list.
 */
import type { SimEvent, SimExecution, SimJob } from '../../world/types.ts';
import { goDuration } from '../wire/go-duration.ts';

export type JobState = 'Pending' | 'Queued' | 'Running' | 'Completed' | 'Failed' | 'Stopped';

/** How a job's message came about, where the words are not the world's. */
export type MessageOrigin =
  | 'said'
  /** The message is the reason why no node was found. */
  | 'shortage'
  /** A version was opened; why, the ledger knows. */
  | 'reopened'
  | 'job-timeout';

export interface JobTransition {
  /** Position of the event that caused it in the job's history. */
  readonly eventSeq: number;
  readonly at: number;
  readonly version: number;
  readonly state: JobState;
  /** What is known of the state's message without knowing the cluster: see `stateMessage`. */
  readonly message: string;
  readonly origin: MessageOrigin;
  /** How many executions found no node; 0 where that is not the question. */
  readonly requested: number;
  /** From 1: +1 with every transition of the job, over all its versions. */
  readonly revision: number;
}

/** Completed, Failed and Stopped end a version; since 1.8 a job may leave them by an update or a rerun. */
export function isTerminal(state: JobState): boolean {
  return state === 'Completed' || state === 'Failed' || state === 'Stopped';
}

/** True when the program ran to its end, whatever its exit code: only infrastructure fails. */
export function hasCompleted(execution: SimExecution): boolean {
  return execution.outcome?.kind === 'success' || execution.outcome?.kind === 'nonzero';
}

/** Ops and daemon jobs run one execution on every matching node. */
export function runsEverywhere(job: SimJob): boolean {
  return job.type === 'ops' || job.type === 'daemon';
}

/** How an execution of a service ends whose program exits, with whatever code (seen on 1.9.3). */
export const COMPLETED_UNEXPECTEDLY = 'execution completed unexpectedly';

/**
 * True for the execution that the world runs, in no time at all, for a version that asked for none: a job of Count 0
 * is complete at once and has no executions (seen on 1.9.3).
 */
export function isPlaceholder({ outcome, startedAt, endedAt }: SimExecution): boolean {
  return outcome?.kind === 'success' && startedAt !== null && startedAt === endedAt;
}

/** Every change of the job's state, oldest first; never empty. */
export function transitionsOf(job: SimJob): readonly [JobTransition, ...JobTransition[]] {
  const known = memo.get(job);
  if (known !== undefined && known.events === job.history.length) return known.transitions;
  const transitions: [JobTransition, ...JobTransition[]] = [firstOf(job)];
  for (const [index, event] of job.history.entries()) {
    const last = transitions.at(-1) ?? transitions[0];
    const next = nextState(job, last, event, index);
    if (next === null) continue;
    transitions.push({
      message: '',
      origin: 'said',
      requested: 0,
      ...next,
      eventSeq: event.seq,
      at: event.at,
      version: event.version,
      revision: last.revision + 1,
    });
  }
  memo.set(job, { events: job.history.length, transitions });
  return transitions;
}

/** The last state a version was seen in; undefined for a version that never was. */
export function lastTransition(job: SimJob, version = job.version): JobTransition | undefined {
  return transitionsOf(job).findLast((transition) => transition.version === version);
}

export function jobStateOf(job: SimJob): JobState {
  return lastTransition(job)?.state ?? 'Pending';
}

const memo = new WeakMap<
  SimJob,
  { readonly events: number; readonly transitions: readonly [JobTransition, ...JobTransition[]] }
>();

function firstOf(job: SimJob): JobTransition {
  const submitted = job.history.find((event) => event.topic === 'submitted');
  return {
    eventSeq: submitted?.seq ?? 0,
    at: job.createdAt,
    version: 1,
    state: 'Pending',
    message: '',
    origin: 'said',
    requested: 0,
    revision: 1,
  };
}

type Next = Pick<JobTransition, 'state'> & Partial<Pick<JobTransition, 'message' | 'origin' | 'requested'>>;

function nextState(job: SimJob, last: JobTransition, event: SimEvent, index: number): Next | null {
  if (event.topic === 'rerun') return { state: 'Pending', origin: 'reopened' };
  // What still happens to executions of a version that is over does not concern the job.
  if (event.version !== last.version || isTerminal(last.state)) return null;
  switch (event.topic) {
    case 'queued':
      if (last.state === 'Queued' || failsAtOnce(job, index)) return null;
      return { state: 'Queued', message: event.message, origin: 'shortage', requested: 1 };
    case 'requested':
      // There is no bid to wait for: such a job runs before its first execution is written down.
      return runsEverywhere(job) && last.state !== 'Running' ? { state: 'Running' } : null;
    case 'running':
      return last.state === 'Running' || runsNothing(job, event.version) ? null : { state: 'Running' };
    case 'stop-requested':
      return { state: 'Stopped', message: stopReasonOf(event) };
    case 'job-ended':
      return endOf(job, event);
    default:
      return null;
  }
}

function runsNothing(job: SimJob, version: number): boolean {
  return job.executions.every((execution) => execution.version !== version || isPlaceholder(execution));
}

/** A job that may not queue is never seen queueing: the world says in the same instant that it has failed. */
function failsAtOnce(job: SimJob, index: number): boolean {
  const event = job.history[index];
  const end = job.history.slice(index + 1).find((later) => later.topic === 'job-ended');
  return end !== undefined && end.at === event?.at && end.version === event.version;
}

/** Why somebody stopped the job, in their words. */
export function stopReasonOf(event: SimEvent): string {
  return event.details['reason'] ?? event.message;
}

/** Every index needs an execution that ran to its end, with whatever exit code. */
function endOf(job: SimJob, event: SimEvent): Next {
  const latest = new Map<number, SimExecution>();
  for (const execution of job.executions) {
    if (execution.version !== event.version) continue;
    const seen = latest.get(execution.index);
    if (seen === undefined || execution.attempt > seen.attempt) latest.set(execution.index, execution);
  }
  const failed = [...latest.values()].filter((execution) => !hasCompleted(execution));
  const completed = latest.size === 0 ? job.state === 'succeeded' : failed.length === 0;
  return completed ? { state: 'Completed' } : failureOf(job, event, failed);
}

const TRIED = 'job already executed on this node more than once';

function failureOf(job: SimJob, event: SimEvent, failed: readonly SimExecution[]): Next {
  const requested = Math.max(1, failed.length);
  const outcome = failed[0]?.outcome;
  if (runsEverywhere(job)) {
    const unplaced = outcome?.kind === 'failure' && outcome.cause === 'unschedulable';
    const message = unplaced ? outcome.message : 'Job failed because one or more executions failed';
    return { state: 'Failed', message };
  }
  if (outcome?.kind !== 'failure') return { state: 'Failed', message: event.message };
  const limit = timeoutOf(outcome);
  // One execution that ran out of time is tried again; when it was not, it was the job's own time that was over.
  if (limit !== null && failed[0]?.attempt === 1) {
    return {
      state: 'Failed',
      message: `Job timed out. Job took longer than ${limit}`,
      origin: 'job-timeout',
    };
  }
  const message = outcome.cause === 'unschedulable' ? outcome.message : TRIED;
  return { state: 'Failed', message, origin: 'shortage', requested };
}

/** The time an execution was allowed, as Go prints it; null when that was not how it failed. */
export function timeoutOf(outcome: SimExecution['outcome']): string | null {
  if (outcome?.kind !== 'failure' || outcome.cause !== 'timeout') return null;
  const seconds = /longer than ([\d.]+) s/.exec(outcome.message)?.[1];
  return seconds === undefined ? null : goDuration(Number(seconds) * 1000);
}
