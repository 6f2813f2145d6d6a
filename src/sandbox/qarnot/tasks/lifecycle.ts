import type { Installation } from '../store/installation.ts';
import type { TaskFacts } from '../store/ledger.ts';
import { integer } from '../wire/json.ts';
import { refusal } from '../wire/replies.ts';
import { release } from './create.ts';
import { dependencyVerdict } from './dependencies.ts';
import type { Task } from './facts.ts';
import { amend } from './facts.ts';
import { isFinal, taskStates } from './states.ts';

/** Stops a task; 403 once it has ended, as documented. */
export function abortTask(installation: Installation, task: Task, now: number): void {
  const { current } = taskStates(task.job, task.facts);
  if (isFinal(current.state)) {
    throw refusal(403, `The task is already in a final state: ${task.facts.uuid} (${current.state})`);
  }
  stopTask(installation, task, now);
}

/** Stops a task that may have ended already. */
export function stopTask(installation: Installation, task: Task, now: number): void {
  const { facts, job } = task;
  if (facts.held === null) installation.site.stop(job.id, 'Cancelled by the user.');
  else if (facts.held.endedAt === null) cancelHeld(installation, task, now, 'Cancelled by the user.');
}

/** Deletes a task: at once when it has ended, else it is stopped and seen as PendingDelete until it has. */
export function deleteTask(installation: Installation, task: Task, now: number): void {
  if (task.job.endedAt !== null) {
    forget(installation, task);
    return;
  }
  stopTask(installation, task, now);
  const { held } = installation.ledger.tasks.get(task.facts.uuid) ?? task.facts;
  amend(installation, task, { deletingSince: now, held });
}

function forget(installation: Installation, { facts, job }: Task): void {
  installation.ledger.tasks.delete(facts.uuid);
  if (facts.held === null) installation.site.remove(job.id);
}

function cancelHeld(installation: Installation, task: Task, now: number, message: string): void {
  const { held } = task.facts;
  if (held === null) return;
  const ended = { ...held, state: 'cancelled' as const, previousState: held.state, message };
  const dated = { stateSince: now, previousStateSince: held.stateSince, modifiedAt: now, endedAt: now };
  amend(installation, task, { held: { ...ended, ...dated } });
}

/** Does what falls due with time: released and hopeless dependants, queue limits, deletions. Runs before every answer. */
export function settleTasks(installation: Installation, now: number): void {
  for (const task of ledgerTasks(installation)) {
    const { facts } = task;
    if (facts.deletingSince !== null && task.job.endedAt !== null) forget(installation, task);
    else if (facts.held !== null && facts.held.endedAt === null) settleHeld(installation, task, now);
    else settleQueueTime(installation, task, now);
  }
}

function ledgerTasks(installation: Installation): Task[] {
  const { ledger, site } = installation;
  return [...ledger.tasks.values()].flatMap((facts: TaskFacts) => {
    const job = facts.held ?? site.jobs.get(facts.uuid);
    if (job === undefined && facts.deletingSince === null && facts.createdAt !== null) {
      // The world has forgotten it on its own.
      ledger.tasks.delete(facts.uuid);
    }
    return job === undefined ? [] : [{ job, facts }];
  });
}

function settleHeld(installation: Installation, task: Task, now: number): void {
  const verdict = dependencyVerdict(installation, task.facts.fields['dependencies']);
  if (verdict === 'dependencyConditionsNotFulfilled') {
    cancelHeld(installation, task, now, 'A task it depends on did not end as required.');
  } else if (verdict === 'dependencyConditionsFulfilled') {
    release(installation, task.job, task.facts.uuid);
    amend(installation, task, { held: null });
  }
}

/** A task that stays queued for longer than it may ends with an error; that its state is Failure is unverified. */
function settleQueueTime(installation: Installation, task: Task, now: number): void {
  const { facts, job } = task;
  const limit = integer(facts.fields['maxTimeQueueSeconds']);
  if (limit === null || limit <= 0 || facts.failure !== null || job.endedAt !== null) return;
  const { state, since } = taskStates(job, facts).current;
  if (state !== 'Submitted' || now - since <= limit * 1000) return;
  const message = `The task stayed in the queue for more than ${String(limit)} seconds.`;
  amend(installation, task, { failure: { code: 'MaxTimeQueueExceeded', message } });
  installation.site.stop(job.id, message);
}
