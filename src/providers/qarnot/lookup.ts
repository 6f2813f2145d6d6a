import type { GridweaveError } from '../../model/errors.ts';
import type { NativeKey } from '../../model/ids.ts';
import type {
  ComputeNodeRecord,
  ExecutionRecord,
  JobRecord,
  ProjectRecord,
  TaskRecord,
} from '../../model/records.ts';
import type { CallContext } from '../../upstream/types.ts';
import type { Found } from '../provider.ts';
import { RowReader, type Wire } from '../reading.ts';
import type { EpochMs } from '../../model/time.ts';
import type { Collection } from './api.ts';
import { notFound, type Connection } from './connection.ts';
import { oneOf } from './filter.ts';
import { CHUNK, chunked, tasksOfJobUuids } from './job-tasks.ts';
import { parseExecutionKey, parseJobKey, parseNodeKey, parseTaskKey } from './keys.ts';
import { nodesOf } from './list-named.ts';
import { implicitJobRecord, jobRecord } from './map-job.ts';
import { executionsAt, taskRecord } from './map-task.ts';
import { readProjects, settingFor } from './task-setting.ts';
import { decodeRow, decodeTask, type NativeRow, type TaskRow } from './wire.ts';

export async function getTasks(
  connection: Connection,
  keys: readonly NativeKey[],
  ctx: CallContext,
): Promise<Found<TaskRecord>> {
  const rows = await taskRowsByUuid(connection, keys.map(parseTaskKey), ctx); // prettier-ignore
  const setting = await settingFor(connection, rows.values(), ctx);
  return foundBy(connection, keys, (key) => {
    const row = rows.get(key);
    return row === undefined ? null : taskRecord(row, setting);
  });
}

/** At most one call for implicit jobs and two for real ones, for up to 50 of each. */
export async function getJobs(
  connection: Connection,
  keys: readonly NativeKey[],
  ctx: CallContext,
): Promise<Found<JobRecord>> {
  const names = keys.map(parseJobKey).filter((name) => name !== null);
  const real = names.filter(({ type }) => type === 'job').map(({ uuid }) => uuid);
  const [jobs, owned, bare] = await Promise.all([
    jobRowsByUuid(connection, real, ctx),
    tasksOfJobUuids(connection, real, ctx),
    taskRowsByUuid(connection, names.filter(({ type }) => type === 'task').map(({ uuid }) => uuid), ctx), // prettier-ignore
  ]);
  const all = [...bare.values(), ...[...owned.byJob.values()].flatMap((rows) => rows ?? [])];
  const setting = await settingFor(connection, all, ctx);
  return foundBy(connection, keys, (key) => {
    const name = parseJobKey(key);
    if (name === null) return null;
    if (name.type === 'task') {
      const row = bare.get(name.uuid);
      // A task in a job has that job, and no implicit one.
      return row === undefined || row.jobUuid !== null ? null : implicitJobRecord(taskRecord(row, setting));
    }
    const row = jobs.get(name.uuid);
    const rows = owned.byJob.get(name.uuid) ?? null;
    if (row === undefined) return null;
    return jobRecord(connection.provider, row, rows?.map((task) => taskRecord(task, setting)) ?? null);
  });
}

export async function getExecutions(
  connection: Connection,
  keys: readonly NativeKey[],
  ctx: CallContext,
): Promise<Found<ExecutionRecord>> {
  const rows = await taskRowsByUuid(connection, keys.map((key) => parseExecutionKey(key)?.taskUuid ?? null), ctx); // prettier-ignore
  const setting = await settingFor(connection, rows.values(), ctx);
  return foundBy(connection, keys, (key) => {
    const name = parseExecutionKey(key);
    const row = name === null ? undefined : rows.get(name.taskUuid);
    if (name === null || row === undefined) return null;
    return executionsAt(row, setting, name.instanceId).find((execution) => execution.key === key) ?? null;
  });
}

export async function getComputeNodes(
  connection: Connection,
  keys: readonly NativeKey[],
  ctx: CallContext,
): Promise<Found<ComputeNodeRecord>> {
  const uuids = keys.map((key) => parseNodeKey(key)?.poolUuid ?? null);
  const rows = await rowsByUuid(connection, 'pools', uuids, decodeRow, ctx);
  const records = await nodesOf(connection, rows.values(), ctx);
  const byKey = new Map(records.map((record) => [record.key, record]));
  return foundBy(connection, keys, (key) => byKey.get(key) ?? null);
}

export async function getProjects(
  connection: Connection,
  keys: readonly NativeKey[],
  ctx: CallContext,
): Promise<Found<ProjectRecord>> {
  const { records } = keys.length === 0 ? { records: [] } : await readProjects(connection, ctx);
  const byKey = new Map(records.map((record) => [record.key, record]));
  return foundBy(connection, keys, (key) => byKey.get(key) ?? null);
}

export function taskRowsByUuid(
  connection: Connection,
  uuids: readonly (string | null)[],
  ctx: CallContext,
): Promise<Map<string, TaskRow>> {
  return rowsByUuid(connection, 'tasks', uuids, decodeTask, ctx);
}

export function jobRowsByUuid(
  connection: Connection,
  uuids: readonly string[],
  ctx: CallContext,
): Promise<Map<string, NativeRow>> {
  return rowsByUuid(connection, 'jobs', uuids, decodeRow, ctx);
}

/**
 * Objects by uuid, 50 to a call. Matched by the uuid they carry: a path would also take a shortname, which can stand for
 * another object. Nulls and what cannot be read are left out.
 */
async function rowsByUuid<R extends NativeRow>(
  { api }: Connection,
  collection: Collection,
  uuids: readonly (string | null)[],
  decode: (wire: Wire, observedAt: EpochMs) => R,
  ctx: CallContext,
): Promise<Map<string, R>> {
  const wanted = [...new Set(uuids.filter((uuid) => uuid !== null))];
  const reader = new RowReader();
  const answers = await Promise.all(
    chunked(wanted, CHUNK).map((chunk) => api.search(collection, oneOf('Uuid', chunk), chunk.length, ctx)),
  );
  const rows = answers.flatMap((answer) =>
    reader.read(answer.rows, (wire) => decode(wire, answer.receivedAt)),
  );
  return new Map(rows.map((row) => [row.uuid, row]));
}

/** Answers by key; what was not found is missing by name. */
export function foundBy<T>(
  { provider }: Connection,
  keys: readonly NativeKey[],
  find: (key: NativeKey) => T | null,
): Found<T> {
  const found = new Map<NativeKey, T>();
  const missing = new Map<NativeKey, GridweaveError>();
  for (const key of keys) {
    const record = find(key);
    if (record === null) missing.set(key, notFound(provider, key));
    else found.set(key, record);
  }
  return { found, missing };
}
