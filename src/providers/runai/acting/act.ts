import type { Action } from '../../../model/actions.ts';
import { GridweaveError } from '../../../model/errors.ts';
import type { NativeKey } from '../../../model/ids.ts';
import type { JobRecord } from '../../../model/records.ts';
import type { State } from '../../../model/state.ts';
import type { CallContext } from '../../../upstream/types.ts';
import type { ActionAnswer, ActionTarget } from '../../acting.ts';
import { allowedActions, cancelBy, suspendable } from './allowed.ts';
import { askBatch, askOne } from './ask.ts';
import { MAX_BATCH, type NativeAction } from './calls.ts';
import { isGoing, standingOf } from './standing.ts';
import type { Writing } from './submit.ts';
import { kindOfRecord } from './typed-kind.ts';

type Act = Exclude<Action, 'RERUN'>;

/** What readers are shown until the service shows it: the state of the phase that comes next. */
const NEXT_STATE: Readonly<Record<Act, State | null>> = {
  // `Deleting` or `Stopping`.
  CANCEL: 'CANCELLING',
  // `Stopping`; the workload is SUSPENDED when its pods are gone.
  SUSPEND: 'CANCELLING',
  // `Resuming`.
  RESUME: 'PREPARING',
  DELETE: null,
};

/** What is to be asked of the service for one workload. */
export interface Asked {
  readonly record: JobRecord;
  readonly id: string;
  readonly action: NativeAction;
}

/**
 * Takes an action on many workloads. What their states answer costs no call. One workload of a known kind is acted on
 * by its own endpoint, which every release has; several, or one of a kind that cannot be told, by a batch.
 */
export async function actOn(
  writing: Writing,
  action: Act,
  targets: readonly ActionTarget[],
  ctx: CallContext,
): Promise<ReadonlyMap<NativeKey, ActionAnswer>> {
  const answers = new Map<NativeKey, ActionAnswer>();
  const asked: Asked[] = [];
  for (const { record } of targets) {
    const known = answerOf(writing, action, record);
    if ('outcome' in known) answers.set(record.key, known);
    else asked.push(known);
  }
  const done: ActionAnswer = { outcome: 'DONE', state: NEXT_STATE[action] };
  for (const [key, answer] of await ask(writing, asked, ctx)) answers.set(key, answer ?? done);
  return answers;
}

/** The answer, where the state of the workload is one; else what to ask for. */
function answerOf(
  { connection }: Writing,
  action: Act,
  record: ActionTarget['record'],
): ActionAnswer | Asked {
  if (record.kind !== 'job')
    return refused('UNSUPPORTED_OPERATION', 'Run:ai acts on whole workloads: take the job.');
  if (isDone(action, record, connection)) return { outcome: 'ALREADY' };
  if (!allowedActions(record, connection).includes(action)) {
    const suspends = action === 'SUSPEND' || action === 'RESUME';
    return suspends && !suspendable(record, connection)
      ? refused('UNSUPPORTED_OPERATION', 'Run:ai cannot suspend workloads of this kind.')
      : refused('INVALID_STATE', `The workload is ${record.status.raw.value || record.status.state}: this cannot be done to it.`); // prettier-ignore
  }
  return { record, id: record.nativeRef.id, action: nativeAction(action, record, connection) };
}

function nativeAction(action: Act, record: JobRecord, connection: Writing['connection']): NativeAction {
  if (action === 'CANCEL') return cancelBy(record, connection);
  return action === 'SUSPEND' ? 'suspend' : action === 'RESUME' ? 'resume' : 'delete';
}

/** Whether what the action brings about is so, or is under way. */
function isDone(action: Act, record: JobRecord, connection: Writing['connection']): boolean {
  const standing = standingOf(record);
  const gone = standing === 'GONE' || standing === 'DELETING';
  const suspended = standing === 'STOPPING' || standing === 'SUSPENDED';
  switch (action) {
    case 'CANCEL':
      return (
        gone ||
        record.status.state === 'CANCELLED' ||
        (suspended && cancelBy(record, connection) === 'suspend')
      );
    case 'DELETE':
      return gone;
    case 'SUSPEND':
      return suspended;
    case 'RESUME':
      return isGoing(record);
  }
}

/** Answers by key; null where it was done. */
async function ask(
  writing: Writing,
  asked: readonly Asked[],
  ctx: CallContext,
): Promise<Map<NativeKey, ActionAnswer | null>> {
  const { release } = writing.connection;
  const answers = new Map<NativeKey, ActionAnswer | null>();
  const single = asked.length === 1 && kindOfRecord(asked[0]!.record) !== null;
  const left: Asked[] = [];
  if (single || !release.may('batch')) left.push(...asked);
  else {
    for (const batch of batchesOf(asked)) {
      const told = release.may('batch') ? await askBatch(writing, batch, ctx) : null;
      if (told === null) left.push(...batch);
      else for (const [key, answer] of told) answers.set(key, answer);
    }
  }
  await Promise.all(left.map(async (one) => answers.set(one.record.key, await askOne(writing, one, ctx))));
  return answers;
}

/** Cancelling may be two things at once: a batch is one. */
function batchesOf(asked: readonly Asked[]): Asked[][] {
  return Object.values(groupBy(asked)).flatMap((group) =>
    Array.from({ length: Math.ceil(group.length / MAX_BATCH) }, (_, index) =>
      group.slice(index * MAX_BATCH, (index + 1) * MAX_BATCH),
    ),
  );
}

function groupBy(asked: readonly Asked[]): Record<NativeAction, Asked[]> {
  const groups: Record<NativeAction, Asked[]> = { delete: [], suspend: [], resume: [] };
  for (const one of asked) groups[one.action].push(one);
  return groups;
}

function refused(code: 'UNSUPPORTED_OPERATION' | 'INVALID_STATE', message: string): ActionAnswer {
  return { outcome: 'REFUSED', error: new GridweaveError(code, message) };
}
