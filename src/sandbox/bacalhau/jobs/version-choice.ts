/** Which versions of a job a versioned list shows (from 1.8): the latest unless told otherwise. */
import type { SimJob } from '../../world/types.ts';
import type { Installation } from '../installation.ts';
import type { Query } from '../wire/query.ts';

export type VersionChoice = number | 'all';

export function chosenVersion(installation: Installation, job: SimJob, query: Query): VersionChoice {
  if (!installation.release.versionedJobs || query.boolean('all_job_versions')) return 'all';
  const version = query.unsigned('job_version');
  return version === 0 ? job.version : version;
}

export function isChosen(choice: VersionChoice, version: number): boolean {
  return choice === 'all' || choice === version;
}
