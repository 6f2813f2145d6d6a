/**
 * An execution's life as the orchestrator stored it, read from the job's events. It exists from the moment a node was
 * found; of what the node does, only the outcome of the bid, completion and failure come back. The world's preparation
 * shows as the accepted bid that is not yet approved. Executions of ops and daemon jobs are not bid for: they are
 * wanted running from the start and stay New until they end. All of this was seen on 1.9.3.
 */
import type { SimEvent, SimExecution, SimJob } from '../../world/types.ts';
import type { ExecutionStateName } from '../wire/release.ts';
import {
  COMPLETED_UNEXPECTEDLY,
  hasCompleted,
  isPlaceholder,
  runsEverywhere,
  timeoutOf,
} from './transitions.ts';

export const DESIRED_PENDING = 0;
export const DESIRED_RUNNING = 1;
export const DESIRED_STOPPED = 2;

export const STOPPED_WITH_JOB = 'Execution stop requested because job has been stopped';
export const STOPPED_FOR_UPDATE = 'Execution stopped for job update';
export const NODE_DISAPPEARED = 'Execution stop requested because node has disappeared';

export interface ExecutionChange {
  readonly eventSeq: number;
  readonly at: number;
  /** From 1: +1 with every change of this execution. */
  readonly revision: number;
  readonly state: ExecutionStateName;
  /** The compute state's message. */
  readonly message: string;
  readonly desired: typeof DESIRED_PENDING | typeof DESIRED_RUNNING | typeof DESIRED_STOPPED;
  readonly desiredMessage: string;
}

export type ExecutionChanges = readonly [ExecutionChange, ...ExecutionChange[]];

/** An execution that the orchestrator knows, with all its changes, oldest first. */
export interface PlacedExecution {
  readonly execution: SimExecution;
  readonly changes: ExecutionChanges;
}

/** The executions that exist for the orchestrator, in order of creation. */
export function placedExecutions(job: SimJob): readonly PlacedExecution[] {
  const known = memo.get(job);
  if (known !== undefined && known.events === job.history.length) return known.placed;
  const placed = foldExecutions(job);
  memo.set(job, { events: job.history.length, placed });
  return placed;
}

export function lastChange(placed: PlacedExecution): ExecutionChange {
  return placed.changes.at(-1) ?? placed.changes[0];
}

const memo = new WeakMap<SimJob, { readonly events: number; readonly placed: readonly PlacedExecution[] }>();

interface Draft {
  readonly execution: SimExecution;
  readonly changes: [ExecutionChange, ...ExecutionChange[]];
}

function foldExecutions(job: SimJob): readonly PlacedExecution[] {
  const byId = new Map(job.executions.map((execution) => [execution.id, execution]));
  const placed = new Map<string, Draft>();
  for (const event of job.history) {
    if (event.executionId === null) {
      for (const draft of placed.values()) apply(draft, jobEventChange(draft, event), event);
      continue;
    }
    const draft = placed.get(event.executionId);
    const execution = byId.get(event.executionId);
    if (draft !== undefined) apply(draft, executionEventChange(job, draft, event), event);
    else if (event.topic === 'requested' && execution !== undefined && !isPlaceholder(execution)) {
      placed.set(execution.id, { execution, changes: [firstChange(job, event)] });
    }
  }
  return [...placed.values()];
}

type Change = Partial<Pick<ExecutionChange, 'state' | 'message' | 'desired' | 'desiredMessage'>>;

function apply(draft: Draft, change: Change | null, event: SimEvent): void {
  const last = draft.changes.at(-1) ?? draft.changes[0];
  if (change === null || isTerminalExecution(last)) return;
  draft.changes.push({
    ...last,
    ...change,
    eventSeq: event.seq,
    at: event.at,
    revision: last.revision + 1,
  });
}

function firstChange(job: SimJob, event: SimEvent): ExecutionChange {
  return {
    eventSeq: event.seq,
    at: event.at,
    revision: 1,
    state: 'New',
    message: '',
    desired: runsEverywhere(job) ? DESIRED_RUNNING : DESIRED_PENDING,
    desiredMessage: '',
  };
}

/**
 * What is to stop is cancelled in the same step: the orchestrator does not wait for its node, which may still be busy
 * with it for a moment.
 */
function jobEventChange({ execution }: Draft, event: SimEvent): Change | null {
  if (event.topic === 'stop-requested' && event.version === execution.version) {
    return cancelled(STOPPED_WITH_JOB);
  }
  return event.topic === 'rerun' && event.version > execution.version ? cancelled(STOPPED_FOR_UPDATE) : null;
}

function cancelled(message: string): Change {
  return { state: 'Cancelled', message, desired: DESIRED_STOPPED, desiredMessage: message };
}

function executionEventChange(job: SimJob, { execution }: Draft, event: SimEvent): Change | null {
  switch (event.topic) {
    case 'accepted':
      return runsEverywhere(job) ? null : { state: 'AskForBidAccepted' };
    case 'running':
      if (runsEverywhere(job)) return null;
      return { state: 'BidAccepted', desired: DESIRED_RUNNING, message: 'Running' };
    case 'execution-ended':
      return ending(execution);
    default:
      return null;
  }
}

/**
 * Empty new messages are merged with old ones, so that a completed execution may still say "Running". What the
 * orchestrator ends itself says why in both states.
 */
function ending(execution: SimExecution): Change {
  const { outcome } = execution;
  if (hasCompleted(execution)) {
    return { state: 'Completed', desired: DESIRED_STOPPED, desiredMessage: 'execution completed' };
  }
  if (outcome?.kind !== 'failure') return cancelled(STOPPED_WITH_JOB);
  const message = failureMessage(execution);
  const own = message === NODE_DISAPPEARED || message === COMPLETED_UNEXPECTEDLY;
  return {
    state: 'Failed',
    message,
    desired: DESIRED_STOPPED,
    desiredMessage: own ? message : 'execution failed',
  };
}

/** Why an execution failed, as its state and its event say it. */
export function failureMessage({ outcome }: SimExecution): string {
  if (outcome?.kind !== 'failure') return '';
  if (outcome.cause === 'node-lost') return NODE_DISAPPEARED;
  const limit = timeoutOf(outcome);
  return limit === null ? outcome.message : `Execution timed out after ${limit}`;
}

/** True when nothing more will come of an execution. */
export function isTerminalExecution(change: ExecutionChange): boolean {
  return change.state === 'Completed' || change.state === 'Failed' || change.state === 'Cancelled';
}
