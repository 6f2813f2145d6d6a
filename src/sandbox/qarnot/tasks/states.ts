import type { SimJob } from '../../world/types.ts';
import type { TaskFacts } from '../store/ledger.ts';
import type { PartPhase } from '../status/part.ts';
import { currentExecutions, latestByIndex, momentsOf, phaseOf, timesOf } from './timeline.ts';

export type TaskState =
  | 'Submitted'
  | 'PartiallyDispatched'
  | 'FullyDispatched'
  | 'PartiallyExecuting'
  | 'FullyExecuting'
  | 'UploadingResults'
  | 'PendingCancel'
  | 'PendingDelete'
  | 'Success'
  | 'Failure'
  | 'Cancelled';

export interface StateStep {
  readonly state: TaskState;
  readonly since: number;
}

export interface TaskStates {
  readonly current: StateStep;
  /** Null for a task that has only been submitted. */
  readonly previous: StateStep | null;
}

const FINAL: readonly TaskState[] = ['Success', 'Failure', 'Cancelled'];

export function isFinal(state: TaskState): boolean {
  return FINAL.includes(state);
}

type Counts = Record<PartPhase, number>;

/** The state of a live task from how many instances are in each phase. */
export function liveState(counts: Readonly<Counts>): TaskState {
  const left = counts.waiting + counts.dispatched;
  const ended = counts.success + counts.failure + counts.cancelled;
  if (counts.executing > 0) return left > 0 ? 'PartiallyExecuting' : 'FullyExecuting';
  if (counts.uploading > 0) return left > 0 ? 'PartiallyExecuting' : 'UploadingResults';
  if (counts.dispatched > 0) return counts.waiting > 0 ? 'PartiallyDispatched' : 'FullyDispatched';
  // Nothing runs. With some instances done and some queued again, the nearest word is that some were given away.
  if (counts.waiting > 0) return ended > 0 ? 'PartiallyDispatched' : 'Submitted';
  return 'UploadingResults';
}

interface Move {
  readonly at: number;
  readonly index: number;
  readonly phase: PartPhase;
}

/** Every phase change of every instance, in order of time. */
function movesOf(job: SimJob): Move[] {
  const moments = momentsOf(job);
  const moves: Move[] = [];
  const executions = currentExecutions(job);
  const latest = latestByIndex(executions);
  for (const execution of executions) {
    const { index } = execution;
    const { placedAt, startedAt, finalizingAt, endedAt } = timesOf(execution, moments);
    if (placedAt !== null) moves.push({ at: placedAt, index, phase: 'dispatched' });
    if (startedAt !== null) moves.push({ at: startedAt, index, phase: 'executing' });
    if (finalizingAt !== null) moves.push({ at: finalizingAt, index, phase: 'uploading' });
    if (endedAt === null) continue;
    // An attempt that another one followed puts its instance back into the queue.
    const followed = latest.get(index) !== execution;
    moves.push({ at: endedAt, index, phase: followed ? 'waiting' : phaseOf(execution) });
  }
  // Array sort is stable: equal times keep the order of the steps above.
  return moves.sort((a, b) => a.at - b.at);
}

function liveSteps(job: SimJob, createdAt: number): StateStep[] {
  const phases = new Map<number, PartPhase>();
  const counts: Counts = {
    waiting: job.count,
    dispatched: 0,
    executing: 0,
    uploading: 0,
    success: 0,
    failure: 0,
    cancelled: 0,
  };
  const steps: StateStep[] = [{ state: 'Submitted', since: createdAt }];
  const moves = movesOf(job);
  for (const [position, move] of moves.entries()) {
    counts[phases.get(move.index) ?? 'waiting'] -= 1;
    counts[move.phase] += 1;
    phases.set(move.index, move.phase);
    // What is over within the same moment was never a state anybody could see.
    if (moves[position + 1]?.at === move.at) continue;
    push(steps, liveState(counts), move.at);
  }
  return steps;
}

function push(steps: StateStep[], state: TaskState, since: number): void {
  if (steps.at(-1)?.state !== state) steps.push({ state, since: Math.max(since, steps.at(-1)?.since ?? 0) });
}

function finalState(job: SimJob, facts: TaskFacts): TaskState {
  if (facts.failure !== null) return 'Failure';
  if (job.state === 'succeeded') return 'Success';
  return job.state === 'failed' ? 'Failure' : 'Cancelled';
}

/** The state of a task, and the one before it, out of what the world says happened. */
export function taskStates(job: SimJob, facts: TaskFacts): TaskStates {
  const stop = job.stopRequestedAt;
  const all = liveSteps(job, facts.createdAt ?? job.createdAt);
  const steps = all.filter(({ since }, position) => position === 0 || since < (stop ?? Infinity));
  if (stop !== null && facts.failure === null) push(steps, 'PendingCancel', stop);
  if (job.endedAt !== null) {
    // A task whose end came with its last instance never showed the moment in between.
    while (steps.length > 1 && steps.at(-1)?.since === job.endedAt) steps.pop();
    push(steps, finalState(job, facts), job.endedAt);
  }
  if (facts.deletingSince !== null) push(steps, 'PendingDelete', facts.deletingSince);
  const current = steps.at(-1) ?? { state: 'Submitted', since: job.createdAt };
  return { current, previous: steps.at(-2) ?? null };
}
