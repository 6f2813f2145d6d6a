import { GridweaveError } from '../../model/errors.ts';
import type { NativeKey, ProviderKey } from '../../model/ids.ts';
import type { ExecutionRecord, JobRecord, TaskRecord } from '../../model/records.ts';
import type { EpochMs } from '../../model/time.ts';
import type { CallContext } from '../../upstream/types.ts';
import type { Found } from '../provider.ts';
import { RowError, textOf } from '../reading.ts';
import { MAX_PAGE } from './api.ts';
import { clusterConditions, foundBy, isOurs, outcome, type Connection } from './connection.ts';
import { parseExecutionKey, parseJobKey, parseTaskKey } from './keys.ts';
import { workloadWalk } from './list-jobs.ts';
import { executionRecords } from './map-pod.ts';
import { jobRecord } from './map-workload.ts';
import { podsOfWorkloads } from './pods.ts';
import { decodeWorkload, type WorkloadRow } from './wire.ts';

/**
 * The API has no batch lookup. From this many workloads on, one call for a page of them is tried first: many that are
 * asked for at once are nearly always the owners of rows that were just listed.
 */
const LIST_FIRST_FROM = 4;

export async function getJobs(
  connection: Connection,
  keys: readonly NativeKey[],
  ctx: CallContext,
): Promise<Found<JobRecord>> {
  const rows = await workloadsById(connection, keys.map(parseJobKey), ctx);
  return foundBy(connection.provider, keys, (key) => {
    const row = rows.get(key);
    return row === undefined || row instanceof GridweaveError
      ? (row ?? null)
      : jobRecord(connection.provider, row);
  });
}

export async function getTasks(
  connection: Connection,
  keys: readonly NativeKey[],
  ctx: CallContext,
): Promise<Found<TaskRecord>> {
  const rows = await workloadsById(connection, keys.map(parseTaskKey), ctx);
  return foundBy(connection.provider, keys, (key) => {
    const row = rows.get(parseTaskKey(key) ?? '');
    if (row === undefined || row instanceof GridweaveError) return row ?? null;
    return jobRecord(connection.provider, row).tasks?.[0] ?? null;
  });
}

export async function getExecutions(
  connection: Connection,
  keys: readonly NativeKey[],
  ctx: CallContext,
): Promise<Found<ExecutionRecord>> {
  const names = keys.map(parseExecutionKey).filter((name) => name !== null);
  const pods = await podsOfWorkloads(connection, names.map(({ workloadId }) => workloadId), ctx); // prettier-ignore
  const records = new Map<NativeKey, ExecutionRecord>();
  for (const own of pods.values()) {
    if (own instanceof GridweaveError) continue;
    for (const record of executionRecords(connection.provider, own.pods)) records.set(record.key, record);
  }
  return foundBy(connection.provider, keys, (key) => {
    const own = pods.get(parseExecutionKey(key)?.workloadId ?? '');
    if (own instanceof GridweaveError) return own.code === 'NOT_FOUND' ? null : own;
    return records.get(key) ?? null;
  });
}

/** Workloads by id; one that does not exist is left out, one that could not be read is an error. */
export async function workloadsById(
  connection: Connection,
  ids: readonly (string | null)[],
  ctx: CallContext,
): Promise<Map<string, WorkloadRow | GridweaveError>> {
  const wanted = new Set(ids.filter((id) => id !== null));
  const rows = new Map<string, WorkloadRow | GridweaveError>();
  if (wanted.size >= LIST_FIRST_FROM) await listFirst(connection, wanted, rows, ctx);
  await Promise.all(
    [...wanted]
      .filter((id) => !rows.has(id))
      .map(async (id) => {
        const row = await outcome(() => workloadById(connection, id, ctx));
        if (row !== null) rows.set(id, row);
      }),
  );
  return rows;
}

/** Only a short cut: what it does not bring, or cannot, is asked for one by one. */
async function listFirst(
  connection: Connection,
  wanted: ReadonlySet<string>,
  rows: Map<string, WorkloadRow | GridweaveError>,
  ctx: CallContext,
): Promise<void> {
  const newest = [...wanted].reduce<number | null>((latest, id) => {
    const createdAt = connection.seen.createdAt(id);
    return createdAt === null || latest === null ? null : Math.max(latest, createdAt);
  }, 0);
  const before = newest === null ? null : ((newest + 1) as EpochMs);
  const walk = workloadWalk(
    connection,
    { order: { field: 'CREATED_AT', direction: 'DESC' }, limit: MAX_PAGE },
    { span: { from: null, before }, conditions: clusterConditions(connection) },
    null,
    ctx,
  );
  if ((await outcome(() => walk.advance())) instanceof GridweaveError) return;
  for (const row of walk.rows) if (wanted.has(row.id)) rows.set(row.id, row);
}

/** Null where there is none. One that was deleted may still be told, as a tombstone, which no list holds. */
async function workloadById(
  connection: Connection,
  id: string,
  ctx: CallContext,
): Promise<WorkloadRow | null> {
  const object = await connection.api.workload(id, ctx);
  if (object === null) return null;
  const row = decoded('workload', connection.provider, () => decodeWorkload(object.wire, object.receivedAt));
  if (row.id !== id || !isOurs(connection, textOf(row.wire['clusterId']))) return null;
  connection.seen.note([row]);
  return row;
}

/** A single object that cannot be read is an error, where a row of a list would be dropped. */
export function decoded<T>(what: string, provider: ProviderKey, decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    if (!(error instanceof RowError)) throw error;
    const message = `Provider "${provider}" sent a ${what} that cannot be read: ${error.message}.`;
    throw new GridweaveError('PROVIDER_PROTOCOL', message, { provider });
  }
}
