import type { NativeKey } from '../../model/ids.ts';
import type { JobRecord } from '../../model/records.ts';
import type { CallContext } from '../../upstream/types.ts';
import type { Found, JobImport } from '../provider.ts';
import type { Connection } from './connection.ts';
import { importedJob } from './known-jobs.ts';
import { getJobs } from './lookup.ts';
import { jobRecord } from './map-job.ts';
import { projectKeyOf } from './project.ts';

/** Takes up jobs that the service confirms, so that they are listed from now on. */
export async function importJobs(
  connection: Connection,
  jobs: readonly JobImport[],
  ctx: CallContext,
): Promise<Found<JobRecord>> {
  const ids = jobs.map((job) => job.id as NativeKey);
  const { found, missing } = await getJobs(connection, ids, ctx);
  const now = connection.clock.now();
  const confirmed = jobs.filter((job) => found.has(job.id as NativeKey));
  // What was shown of them until now must stay true, their time of creation above all.
  connection.known.add(
    confirmed.map(({ id, name, submittedAt }) => {
      const known = connection.known.get(id);
      const seenAt = found.get(id as NativeKey)?.createdAt ?? now;
      return importedJob(id, known?.knownAt ?? submittedAt ?? seenAt, name ?? known?.name ?? null);
    }),
  );
  // As they are shown from now on, by name and time.
  const projectKey = projectKeyOf(connection.settings);
  const imported = [...found].map(([key, record]): [NativeKey, JobRecord] => {
    const sighting = connection.reader.remembered(key, ctx);
    const { provider, known } = connection;
    return [
      key,
      sighting === null ? record : jobRecord({ provider, sighting, known: known.get(key), projectKey }),
    ];
  });
  return { found: new Map(imported), missing };
}
