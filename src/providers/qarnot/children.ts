import type { NativeKey } from '../../model/ids.ts';
import type { ExecutionRecord } from '../../model/records.ts';
import { epochMs, type EpochMs } from '../../model/time.ts';
import type { CallContext } from '../../upstream/types.ts';
import type { Children, DroppedRows, Found } from '../provider.ts';
import { NOTHING_DROPPED } from '../reading.ts';
import type { Connection } from './connection.ts';
import { tasksOfJobUuids } from './job-tasks.ts';
import { parseJobKey, parseTaskKey } from './keys.ts';
import { foundBy, jobRowsByUuid, taskRowsByUuid } from './lookup.ts';
import { executionRecords, taskRecord, type TaskSetting } from './map-task.ts';
import { settingFor } from './task-setting.ts';
import type { TaskRow } from './wire.ts';

/** The task rows of jobs, real and implicit, by job key; jobs that do not exist are absent. */
interface OwnedRows {
  readonly byJob: ReadonlyMap<NativeKey, readonly TaskRow[]>;
  readonly setting: TaskSetting;
  readonly dropped: DroppedRows;
  readonly observedAt: EpochMs;
}

export async function tasksOfJobs(
  connection: Connection,
  keys: readonly NativeKey[],
  ctx: CallContext,
): Promise<Found<Children<'task'>>> {
  const { byJob, setting, dropped, observedAt } = await ownedRows(connection, keys, ctx);
  return foundBy(connection, keys, (key) => {
    const rows = byJob.get(key);
    return rows === undefined
      ? null
      : { records: rows.map((row) => taskRecord(row, setting)), dropped, observedAt };
  });
}

export async function executionsOfJobs(
  connection: Connection,
  keys: readonly NativeKey[],
  ctx: CallContext,
): Promise<Found<Children<'execution'>>> {
  const { byJob, setting, dropped, observedAt } = await ownedRows(connection, keys, ctx);
  return foundBy(connection, keys, (key) => {
    const rows = byJob.get(key);
    return rows === undefined ? null : executionsOf(connection, rows, setting, { dropped, observedAt });
  });
}

export async function executionsOfTasks(
  connection: Connection,
  keys: readonly NativeKey[],
  ctx: CallContext,
): Promise<Found<Children<'execution'>>> {
  const rows = await taskRowsByUuid(connection, keys.map(parseTaskKey), ctx); // prettier-ignore
  const setting = await settingFor(connection, rows.values(), ctx);
  return foundBy(connection, keys, (key) => {
    const row = rows.get(key);
    if (row === undefined) return null;
    return executionsOf(connection, [row], setting, { dropped: NOTHING_DROPPED, observedAt: row.observedAt });
  });
}

function executionsOf(
  { settings }: Connection,
  rows: readonly TaskRow[],
  setting: TaskSetting,
  read: { readonly dropped: DroppedRows; readonly observedAt: EpochMs },
): Children<'execution'> {
  const records: ExecutionRecord[] = [];
  let omitted = 0;
  for (const row of rows) {
    const own = executionRecords(row, setting, settings.maxExecutionsPerTask);
    for (const record of own.records) records.push(record);
    omitted += own.omitted;
  }
  return {
    records,
    dropped: {
      count: read.dropped.count + omitted,
      reasons: [
        ...read.dropped.reasons,
        ...(omitted === 0 ? [] : ['the task has more executions than are listed']),
      ],
    },
    observedAt: read.observedAt,
  };
}

async function ownedRows(
  connection: Connection,
  keys: readonly NativeKey[],
  ctx: CallContext,
): Promise<OwnedRows> {
  const names = keys.map((key) => ({ key, name: parseJobKey(key) }));
  const uuidsOf = (type: 'job' | 'task'): string[] =>
    names.flatMap(({ name }) => (name?.type === type ? [name.uuid] : []));
  const [owned, bare] = await Promise.all([
    tasksOfJobUuids(connection, uuidsOf('job'), ctx),
    taskRowsByUuid(connection, uuidsOf('task'), ctx),
  ]);
  // A job with tasks exists; of one without, only the job itself can tell.
  const childless = [...owned.byJob].filter(([, rows]) => rows?.length === 0).map(([uuid]) => uuid);
  const jobs = await jobRowsByUuid(connection, childless, ctx);
  const byJob = new Map<NativeKey, readonly TaskRow[]>();
  let unread = 0;
  for (const { key, name } of names) {
    if (name === null) continue;
    if (name.type === 'task') {
      const row = bare.get(name.uuid);
      if (row !== undefined && row.jobUuid === null) byJob.set(key, [row]);
      continue;
    }
    const rows = owned.byJob.get(name.uuid);
    if (rows === null) unread += 1;
    if (rows === null || (rows !== undefined && (rows.length > 0 || jobs.has(name.uuid))))
      byJob.set(key, (rows ?? []).toSorted(byCreation));
  }
  const all = [...byJob.values()].flat();
  const times = [...all, ...jobs.values()].map((row) => row.observedAt);
  const oldest = times.reduce<number>(
    (least, time) => Math.min(least, time),
    owned.observedAt ?? connection.clock.now(),
  );
  const reasons = unread === 0 ? [] : ['a job has more tasks than are read at once'];
  return {
    byJob,
    setting: await settingFor(connection, all, ctx),
    dropped: { count: owned.dropped.count + unread, reasons: [...owned.dropped.reasons, ...reasons] },
    observedAt: epochMs(oldest),
  };
}

function byCreation(a: TaskRow, b: TaskRow): number {
  return a.createdAt - b.createdAt || (a.uuid < b.uuid ? -1 : 1);
}
