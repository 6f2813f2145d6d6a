import type { SimEvent, SimExecution, SimJob } from '../../world/types.ts';
import type { PartPhase } from '../status/part.ts';

/** When one execution passed each step, in epoch milliseconds; null for a step it has not reached. */
export interface ExecutionTimes {
  readonly placedAt: number | null;
  readonly startedAt: number | null;
  readonly finalizingAt: number | null;
  readonly endedAt: number | null;
}

/** The executions of the newest version: a task of this API never runs a second time under its uuid. */
export function currentExecutions(job: SimJob): SimExecution[] {
  return job.executions.filter((execution) => execution.version === job.version);
}

type Moments = ReadonlyMap<string, ReadonlyMap<SimEvent['topic'], number>>;

/** The first time of each topic, per execution. */
export function momentsOf(job: SimJob): Moments {
  const moments = new Map<string, Map<SimEvent['topic'], number>>();
  for (const event of job.history) {
    if (event.executionId === null) continue;
    const topics = moments.get(event.executionId) ?? new Map<SimEvent['topic'], number>();
    if (!topics.has(event.topic)) topics.set(event.topic, event.at);
    moments.set(event.executionId, topics);
  }
  return moments;
}

export function timesOf(execution: SimExecution, moments: Moments): ExecutionTimes {
  const topics = moments.get(execution.id);
  const { state, startedAt, endedAt } = execution;
  const placed = topics?.get('requested') ?? topics?.get('accepted') ?? null;
  const finalizing = state === 'finalizing' ? execution.stateSince : null;
  return {
    placedAt: execution.nodeId === null ? null : (placed ?? execution.createdAt),
    startedAt,
    finalizingAt: topics?.get('finalizing') ?? finalizing,
    endedAt,
  };
}

const PHASES: Readonly<Record<SimExecution['state'], PartPhase>> = {
  queued: 'waiting',
  preparing: 'dispatched',
  running: 'executing',
  finalizing: 'uploading',
  succeeded: 'success',
  // The world opens the next attempt in the moment one fails: a newest attempt that failed stays so.
  failed: 'failure',
  cancelled: 'cancelled',
};

/** What became of an execution, or what it does now. */
export function phaseOf(execution: SimExecution): PartPhase {
  return PHASES[execution.state];
}

/** The newest attempt of each index. */
export function latestByIndex(executions: readonly SimExecution[]): Map<number, SimExecution> {
  const latest = new Map<number, SimExecution>();
  for (const execution of executions) {
    const seen = latest.get(execution.index);
    if (seen === undefined || execution.attempt > seen.attempt) latest.set(execution.index, execution);
  }
  return latest;
}
