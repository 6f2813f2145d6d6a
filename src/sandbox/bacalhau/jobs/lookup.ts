/** From what stands in a path to a job: by name in a namespace, then by ID, then by the ID's first characters. */
import type { SimJob } from '../../world/types.ts';
import type { Installation } from '../installation.ts';
import { isFullId, wireJobId } from '../wire/ids.ts';
import { jobNotFound, jobStoreError } from '../wire/refusal.ts';
import { visibleJob } from './visible.ts';

/** Throws what the server answers: 404 for none, 500 for several. An ID is found in whatever namespace it is. */
export function findJob(installation: Installation, idOrName: string, namespace: string): SimJob {
  if (installation.release.versionedJobs) {
    const named = findJobByName(installation, idOrName, namespace === '' ? 'default' : namespace);
    if (named !== undefined) return named;
  }
  return visibleJob(installation, findJobById(installation, idOrName));
}

/** Since 1.8 at most one job of a namespace has a name; the world's own jobs may break that, which is a 500. */
export function findJobByName(
  installation: Installation,
  name: string,
  namespace: string,
): SimJob | undefined {
  const named = [...installation.site.jobs.values()].filter(
    (job) => job.name === name && job.team === namespace,
  );
  if (named.length > 1) {
    throw jobStoreError(
      'MultipleJobIDsForSameNameFound',
      `multiple jobs found for name ${name} in namespace ${namespace}`,
      'Use the whole job ID',
    );
  }
  return named[0];
}

function findJobById(installation: Installation, id: string): SimJob {
  const { jobs } = installation.site;
  if (isFullId(id)) {
    const exact = jobs.get(id) ?? jobs.get(id.replace(/^j-/, ''));
    if (exact === undefined || wireJobId(exact.id) !== id) throw jobNotFound(id);
    return exact;
  }
  const matches = [...jobs.values()].filter((job) => wireJobId(job.id).startsWith(id));
  const [only] = matches;
  if (only === undefined) throw jobNotFound(id);
  if (matches.length === 1) return only;
  throw jobStoreError('MultipleJobsFound', `multiple jobs found for id ${id}`, 'Use the whole job ID');
}
