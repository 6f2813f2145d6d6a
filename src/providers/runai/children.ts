import { GridweaveError } from '../../model/errors.ts';
import type { NativeKey } from '../../model/ids.ts';
import type { CallContext } from '../../upstream/types.ts';
import type { Children, Found } from '../provider.ts';
import { NOTHING_DROPPED } from '../reading.ts';
import { foundBy, type Connection } from './connection.ts';
import { parseJobKey, parseTaskKey } from './keys.ts';
import { getJobs } from './lookup.ts';
import { executionRecords } from './map-pod.ts';
import { podsOfWorkloads } from './pods.ts';

export async function tasksOfJobs(
  connection: Connection,
  keys: readonly NativeKey[],
  ctx: CallContext,
): Promise<Found<Children<'task'>>> {
  const { found, missing } = await getJobs(connection, keys, ctx);
  return foundBy(connection.provider, keys, (key) => {
    const job = found.get(key);
    if (job === undefined) return missing.get(key) ?? null;
    return { records: job.tasks ?? [], dropped: NOTHING_DROPPED, observedAt: job.observedAt };
  });
}

export function executionsOfJobs(
  connection: Connection,
  keys: readonly NativeKey[],
  ctx: CallContext,
): Promise<Found<Children<'execution'>>> {
  return executionsOf(connection, keys, parseJobKey, ctx);
}

export function executionsOfTasks(
  connection: Connection,
  keys: readonly NativeKey[],
  ctx: CallContext,
): Promise<Found<Children<'execution'>>> {
  return executionsOf(connection, keys, parseTaskKey, ctx);
}

async function executionsOf(
  connection: Connection,
  keys: readonly NativeKey[],
  workloadIdOf: (key: NativeKey) => string | null,
  ctx: CallContext,
): Promise<Found<Children<'execution'>>> {
  const ids = keys.map(workloadIdOf).filter((id) => id !== null);
  const pods = await podsOfWorkloads(connection, ids, ctx);
  return foundBy<Children<'execution'>>(connection.provider, keys, (key) => {
    const own = pods.get(workloadIdOf(key) ?? '');
    if (own === undefined || own instanceof GridweaveError) {
      return own === undefined || own.code === 'NOT_FOUND' ? null : own;
    }
    const { observedAt, dropped } = own;
    return { records: executionRecords(connection.provider, own.pods), dropped, observedAt };
  });
}
