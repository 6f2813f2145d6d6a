/** The jobs of the site as this release can know them. */
import type { SimJob } from '../../world/types.ts';
import type { Installation } from '../installation.ts';

/** In order of creation. Before 1.8 no job is ever run again, so that later versions in the world stay unseen. */
export function visibleJobs(installation: Installation): readonly SimJob[] {
  return [...installation.site.jobs.values()].map((job) => visibleJob(installation, job));
}

export function visibleJob({ release }: Installation, job: SimJob): SimJob {
  return release.versionedJobs || job.version === 1 ? job : firstVersionOf(job);
}

function firstVersionOf(job: SimJob): SimJob {
  return {
    ...job,
    version: 1,
    executions: job.executions.filter((execution) => execution.version === 1),
    history: job.history.filter((event) => event.version === 1),
  };
}
