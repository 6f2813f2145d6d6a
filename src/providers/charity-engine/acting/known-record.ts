import type { JobRecord } from '../../../model/records.ts';
import type { CallContext } from '../../../upstream/types.ts';
import type { Connection } from '../connection.ts';
import type { KnownJob } from '../known-jobs.ts';
import { jobRecord } from '../map-job.ts';
import { projectKeyOf } from '../project.ts';
import { accepted } from '../sighting.ts';

/** A job as it was seen last, or as one that was accepted a moment ago. Without a call. */
export function recordOf(
  { provider, settings, reader }: Connection,
  job: KnownJob,
  ctx: CallContext,
): JobRecord {
  const sighting = reader.remembered(job.id, ctx) ?? accepted(job);
  return jobRecord({ provider, sighting, known: job, projectKey: projectKeyOf(settings) });
}
