import { GridweaveError } from '../../../model/errors.ts';
import type { JobRecord } from '../../../model/records.ts';
import { failureForStatus } from '../../../upstream/failure.ts';
import type { CallContext } from '../../../upstream/types.ts';
import type { FindAnswer, FindTarget } from '../../acting.ts';
import { isWire, RowError, RowReader } from '../../reading.ts';
import type { Connection } from '../connection.ts';
import { messageOf } from '../errors.ts';
import { oneOf } from '../filter.ts';
import { nativeJobKey } from '../keys.ts';
import { getJobs } from '../lookup.ts';
import { implicitJobRecord } from '../map-job.ts';
import { taskRecord } from '../map-task.ts';
import { settingFor } from '../task-setting.ts';
import { decodeTask, type TaskRow } from '../wire.ts';
import { shortnameOf, stampOn } from './stamp.ts';
import type { QarnotWrites } from './writes.ts';

/** More of one submission than this there cannot be: each create is looked up before the next. */
const MAX_TWINS = 20;

/** Looks a submission up by its shortname; only a task that carries the stamp is one. */
export async function findTask(
  connection: Connection,
  writes: QarnotWrites,
  target: FindTarget,
  ctx: CallContext,
): Promise<FindAnswer> {
  const shortname = shortnameOf(target.stamp);
  const named = connection.settings.uniqueShortnames
    ? await theOneNamed(connection, writes, shortname, ctx)
    : await allNamed(connection, shortname, ctx);
  const rows = named.filter((row) => stampOn(row.wire)?.id === target.stamp.id);
  const [first] = rows;
  if (first === undefined) return { outcome: 'ABSENT' };
  const specHash = stampOn(first.wire)?.specHash ?? null;
  return { outcome: 'FOUND', records: await jobsOf(connection, rows, ctx), specHash };
}

async function theOneNamed(
  { provider }: Connection,
  writes: QarnotWrites,
  shortname: string,
  ctx: CallContext,
): Promise<TaskRow[]> {
  const response = await writes.taskByShortname(shortname, ctx);
  const { status, body, receivedAt } = response;
  if (status === 404) return [];
  if (status < 200 || status >= 300) throw failureForStatus(response, provider, messageOf(body));
  try {
    if (!isWire(body)) throw new RowError('it is not an object');
    return [decodeTask(body, receivedAt)];
  } catch (error) {
    if (!(error instanceof RowError)) throw error;
    throw new GridweaveError(
      'PROVIDER_PROTOCOL',
      `Provider "${provider}" answered with a task that cannot be read: ${error.message}.`,
      { provider },
    );
  }
}

/** Where shortnames may repeat, a path would show one of them. */
async function allNamed({ api }: Connection, shortname: string, ctx: CallContext): Promise<TaskRow[]> {
  const { rows, receivedAt } = await api.search('tasks', oneOf('Shortname', [shortname]), MAX_TWINS, ctx, 0);
  return new RowReader().read(rows, (wire) => decodeTask(wire, receivedAt));
}

async function jobsOf(
  connection: Connection,
  rows: readonly TaskRow[],
  ctx: CallContext,
): Promise<JobRecord[]> {
  const setting = await settingFor(connection, rows, ctx);
  const native = [...new Set(rows.map(({ jobUuid }) => jobUuid).filter((uuid) => uuid !== null))];
  const jobs = native.length === 0 ? null : await getJobs(connection, native.map(nativeJobKey), ctx);
  const [missing] = jobs?.missing.values() ?? [];
  if (missing !== undefined) throw missing;
  const own = rows.filter(({ jobUuid }) => jobUuid === null);
  return [
    ...own.map((row) => implicitJobRecord(taskRecord(row, setting))),
    ...(jobs === null ? [] : jobs.found.values()),
  ];
}
