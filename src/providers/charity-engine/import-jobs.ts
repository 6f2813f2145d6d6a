import type { NativeKey } from '../../model/ids.ts';
import type { JobRecord } from '../../model/records.ts';
import type { CallContext } from '../../upstream/types.ts';
import type { Found } from '../provider.ts';
import type { Connection } from './connection.ts';
import { importedJob } from './known-jobs.ts';
import { getJobs } from './lookup.ts';

/** Takes up jobs that the service confirms, so that they are listed from now on. */
export async function importJobs(
  connection: Connection,
  ids: readonly string[],
  ctx: CallContext,
): Promise<Found<JobRecord>> {
  const { found, missing } = await getJobs(connection, ids as readonly NativeKey[], ctx);
  const now = connection.clock.now();
  const records = [...found.values()];
  // What was shown of them until now must stay true, their time of creation above all.
  connection.known.add(records.map((record) => importedJob(record.key, record.createdAt ?? now)));
  return { found, missing };
}
