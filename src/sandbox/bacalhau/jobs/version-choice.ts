/** Which versions of a job a versioned list shows (from 1.8): the latest unless told otherwise. */
import type { SimJob } from '../../world/types.ts';
import type { Installation } from '../installation.ts';
import type { Query } from '../wire/query.ts';

export type VersionChoice = number | 'all';

export function chosenVersion(installation: Installation, job: SimJob, query: Query): VersionChoice {
  const all = query.boolean('all_job_versions');
  if (!installation.release.versionedJobs) return 'all';
  // A version that was named counts more than all of them; one that never was has nothing to show.
  const version = query.unsigned('job_version', 64);
  if (version !== 0) return version;
  return all ? 'all' : job.version;
}

export function isChosen(choice: VersionChoice, version: number): boolean {
  return choice === 'all' || choice === version;
}
