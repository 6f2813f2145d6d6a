/** Job ids on the wire: 32 lower-case hexadecimal characters in every sample; opaque to clients. */
import type { Site, SimJob, World } from '../world/types.ts';
import type { CharityEngineMutation } from './mutation.ts';

type IdForm = Pick<CharityEngineMutation, 'numericIds'>;

/** The id of a job as the wire has it. */
export function wireId(job: SimJob, { numericIds }: IdForm): string | number {
  return numericIds ? job.seq : job.id.replaceAll('-', '');
}

/** The job that an id of the wire names, if the account has it. */
export function findJob(site: Site, id: string, { numericIds }: IdForm): SimJob | undefined {
  if (numericIds) {
    const seq = /^[1-9]\d{0,9}$/.test(id) ? Number(id) : 0;
    return [...site.jobs.values()].find((job) => job.seq === seq);
  }
  const parts = /^([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})$/.exec(id);
  return parts === null ? undefined : site.jobs.get(parts.slice(1).join('-'));
}

/** What the person who submitted a job remembers of it. */
export interface RememberedJob {
  readonly id: string;
  readonly name: string;
  readonly submittedAt: number;
}

/** The newest `n` jobs, newest first, as their submitters remember them. */
export function rememberedJobs(world: World, n: number): readonly RememberedJob[] {
  world.sync();
  const jobs = [...world.site('charity-engine').jobs.values()].slice(-Math.max(1, Math.trunc(n))).reverse();
  return jobs.map((job) => ({
    id: String(wireId(job, { numericIds: false })),
    name: job.name,
    submittedAt: job.createdAt,
  }));
}

/**
 * Ids of the newest `n` jobs, newest first, as the wire has them. The API lists no jobs, so whoever wants to see the
 * world's own must be told their ids.
 */
export function knownIds(world: World, n: number, form: IdForm = { numericIds: false }): readonly string[] {
  world.sync();
  const jobs = [...world.site('charity-engine').jobs.values()];
  const newest = n <= 0 ? [] : jobs.slice(-Math.trunc(n)).reverse();
  return newest.map((job) => String(wireId(job, form)));
}
