import type { Action } from '../../../model/actions.ts';
import { GridweaveError } from '../../../model/errors.ts';
import type { NativeKey } from '../../../model/ids.ts';
import { isTerminal } from '../../../model/state.ts';
import type { CallContext, UpstreamResponse } from '../../../upstream/types.ts';
import type { ActionAnswer, ActionTarget, WorkRecord } from '../../acting.ts';
import { notFound, type Connection } from '../connection.ts';
import { parseJobKey, parseTaskKey } from '../keys.ts';
import { taskRowsByUuid } from '../lookup.ts';
import { taskStateOf } from '../map-task.ts';
import { sentOnce } from './answers.ts';
import type { QarnotWrites } from './writes.ts';

/** A Qarnot object that an action is taken on. */
interface Handle {
  readonly type: 'job' | 'task';
  readonly uuid: string;
}

/** Takes one action on each target, one call for each: Qarnot has no bulk actions. */
export async function takeAction(
  connection: Connection,
  writes: QarnotWrites,
  action: Exclude<Action, 'RERUN'>,
  targets: readonly ActionTarget[],
  ctx: CallContext,
): Promise<ReadonlyMap<NativeKey, ActionAnswer>> {
  const records = new Map(targets.map(({ record }) => [record.key, record]));
  const answers = [...records].map(async ([key, record]): Promise<[NativeKey, ActionAnswer]> => {
    return [key, await actOn(connection, writes, action, record, ctx)];
  });
  return new Map(await Promise.all(answers));
}

async function actOn(
  connection: Connection,
  writes: QarnotWrites,
  action: Exclude<Action, 'RERUN'>,
  record: WorkRecord,
  ctx: CallContext,
): Promise<ActionAnswer> {
  const { provider } = connection;
  if (record.kind === 'execution' || action === 'SUSPEND' || action === 'RESUME') {
    const message =
      record.kind === 'execution'
        ? 'Qarnot can stop a task, not one of its instances.'
        : 'Qarnot can neither suspend nor resume what runs.';
    return { outcome: 'REFUSED', error: new GridweaveError('UNSUPPORTED_OPERATION', message, { provider }) };
  }
  const handle = handleOf(record);
  if (handle === null) return { outcome: 'REFUSED', error: notFound(provider, record.key) };
  try {
    return await (action === 'CANCEL'
      ? cancel(connection, writes, record, handle, ctx)
      : remove(connection, writes, record, handle, ctx));
  } catch (error) {
    // Told for this object alone: the others of the batch have answers of their own.
    if (!(error instanceof GridweaveError)) throw error;
    return { outcome: error.details.sent === false ? 'REFUSED' : 'UNKNOWN', error };
  }
}

/** A task without a job is stopped by itself; its implicit job is the same thing. */
function handleOf(record: WorkRecord): Handle | null {
  if (record.kind === 'job') return parseJobKey(record.key);
  const uuid = parseTaskKey(record.key);
  return uuid === null ? null : { type: 'task', uuid };
}

async function cancel(
  connection: Connection,
  writes: QarnotWrites,
  record: WorkRecord,
  handle: Handle,
  ctx: CallContext,
): Promise<ActionAnswer> {
  const { state } = record.status;
  if (state === 'CANCELLED' || state === 'CANCELLING') return { outcome: 'ALREADY' };
  if (isTerminal(state)) return ended(connection);
  const { type, uuid } = handle;
  const call = type === 'job' ? writes.terminateJob(uuid, ctx) : writes.abortTask(uuid, ctx);
  const answer = await outcomeOf(connection, call);
  if (answer.outcome === 'DONE') return { outcome: 'DONE', state: 'CANCELLING' };
  const forbidden = answer.outcome === 'REFUSED' && answer.error.code === 'FORBIDDEN' && type === 'task';
  return forbidden ? ((await endedMeanwhile(connection, uuid, ctx)) ?? answer) : answer;
}

/** 403 means "not allowed to" or "ended already", in words that are not documented: the task itself tells which. */
async function endedMeanwhile(
  connection: Connection,
  uuid: string,
  ctx: CallContext,
): Promise<ActionAnswer | null> {
  try {
    const row = (await taskRowsByUuid(connection, [uuid], ctx)).get(uuid);
    const state = row === undefined ? null : taskStateOf(row);
    if (state === 'CANCELLED' || state === 'CANCELLING') return { outcome: 'ALREADY' };
    return state !== null && isTerminal(state) ? ended(connection) : null;
  } catch (error) {
    // The refusal stands, whatever keeps its reason from being known.
    if (error instanceof GridweaveError) return null;
    throw error;
  }
}

function ended({ provider }: Connection): ActionAnswer {
  const error = new GridweaveError('INVALID_STATE', 'It has ended: there is nothing to cancel.', {
    provider,
  });
  return { outcome: 'REFUSED', error };
}

/** Deleting stops what still runs; a job goes with all its tasks. */
async function remove(
  connection: Connection,
  writes: QarnotWrites,
  record: WorkRecord,
  { type, uuid }: Handle,
  ctx: CallContext,
): Promise<ActionAnswer> {
  if (record.status.desired === 'DELETE') return { outcome: 'ALREADY' };
  const call = type === 'job' ? writes.deleteJob(uuid, ctx) : writes.deleteTask(uuid, ctx);
  const answer = await outcomeOf(connection, call);
  const gone = answer.outcome === 'REFUSED' && answer.error.code === 'NOT_FOUND';
  return gone ? { outcome: 'ALREADY' } : answer;
}

async function outcomeOf({ provider }: Connection, call: Promise<UpstreamResponse>): Promise<ActionAnswer> {
  const sent = await sentOnce(provider, call, []);
  if (sent.outcome === 'ANSWERED') return { outcome: 'DONE', state: null };
  return { outcome: sent.outcome, error: sent.error };
}
