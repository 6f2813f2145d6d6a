/**
 * A job's states as the orchestrator stored them, one after the other, read from what happened to it. State, revision
 * and time of change of a job and of each of its versions all follow from this one list.
 */
import type { SimEvent, SimExecution, SimJob } from '../../world/types.ts';

export type JobState = 'Pending' | 'Queued' | 'Running' | 'Completed' | 'Failed' | 'Stopped';

export interface JobTransition {
  /** Position of the event that caused it in the job's history. */
  readonly eventSeq: number;
  readonly at: number;
  readonly version: number;
  readonly state: JobState;
  readonly message: string;
  /** From 1: +1 with every transition of the job. */
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

/** Every change of the job's state, oldest first; never empty. */
export function transitionsOf(job: SimJob): readonly [JobTransition, ...JobTransition[]] {
  const known = memo.get(job);
  if (known !== undefined && known.events === job.history.length) return known.transitions;
  const transitions: [JobTransition, ...JobTransition[]] = [firstOf(job)];
  for (const event of job.history) {
    const last = transitions.at(-1) ?? transitions[0];
    const next = nextState(job, last, event);
    if (next === null) continue;
    transitions.push({
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
    revision: 1,
  };
}

function nextState(
  job: SimJob,
  last: JobTransition,
  event: SimEvent,
): { readonly state: JobState; readonly message: string } | null {
  if (event.topic === 'rerun') return { state: 'Pending', message: '' };
  // What still happens to executions of a version that is over does not concern the job.
  if (event.version !== last.version || isTerminal(last.state)) return null;
  switch (event.topic) {
    case 'queued':
      return last.state === 'Queued' ? null : { state: 'Queued', message: event.message };
    case 'running':
      return last.state === 'Running' ? null : { state: 'Running', message: '' };
    case 'stop-requested':
      return { state: 'Stopped', message: stopReasonOf(event) };
    case 'job-ended':
      return endOf(job, event);
    default:
      return null;
  }
}

/** Why somebody stopped the job, in their words. */
export function stopReasonOf(event: SimEvent): string {
  return event.details['reason'] ?? event.message;
}

/** Every index needs an execution that ran to its end, with whatever exit code. */
function endOf(job: SimJob, event: SimEvent): { readonly state: JobState; readonly message: string } {
  const latest = new Map<number, SimExecution>();
  for (const execution of job.executions) {
    if (execution.version !== event.version) continue;
    const seen = latest.get(execution.index);
    if (seen === undefined || execution.attempt > seen.attempt) latest.set(execution.index, execution);
  }
  const completed =
    latest.size === 0 ? job.state === 'succeeded' : [...latest.values()].every((item) => hasCompleted(item));
  return completed ? { state: 'Completed', message: '' } : { state: 'Failed', message: event.message };
}
