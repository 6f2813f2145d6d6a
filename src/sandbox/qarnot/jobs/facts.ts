import type { SimGroup } from '../../world/types.ts';
import { byUuid, uuidOf } from '../store/identity.ts';
import type { Installation } from '../store/installation.ts';
import type { JobFacts } from '../store/ledger.ts';
import { tasksWhere } from '../tasks/facts.ts';
import { noSuch } from '../wire/replies.ts';

export type JobState = 'Active' | 'Terminating' | 'Completed';

/** A job of this API groups tasks; it has no progress, counts, errors, end date or project of its own. */
export interface Job {
  readonly facts: JobFacts;
  readonly state: JobState;
  readonly since: number;
  /** Null for a job that has only ever been active. */
  readonly previous: { readonly state: JobState; readonly since: number } | null;
}

function factsFromWorld(group: SimGroup): JobFacts {
  const uuid = uuidOf(group.id);
  return {
    uuid,
    shortname: uuid,
    fields: { name: group.name, tags: group.tags.slice(0, 10), useDependencies: false },
    poolUuid: null,
    createdAt: group.createdAt,
    terminatingSince: group.closedAt,
  };
}

function jobOf(installation: Installation, facts: JobFacts, now: number): Job {
  const { createdAt, terminatingSince } = facts;
  const active = { state: 'Active' as const, since: createdAt };
  // A job is not over by itself when its tasks are; whether it is upstream is unverified.
  if (terminatingSince === null) return { facts, ...active, previous: null };
  const tasks = tasksWhere(installation, { jobUuid: facts.uuid });
  const terminating = { state: 'Terminating' as const, since: terminatingSince };
  if (tasks.some(({ job }) => job.endedAt === null)) return { facts, ...terminating, previous: active };
  const lastEnd = tasks.reduce((latest, { job }) => Math.max(latest, job.endedAt ?? now), terminatingSince);
  return { facts, state: 'Completed', since: lastEnd, previous: terminating };
}

/** Every job that is not deleted. */
export function allJobs(installation: Installation, now: number): Job[] {
  const { ledger, site } = installation;
  const own = [...ledger.jobs.values()];
  const worlds = [...site.groups.values()]
    .map(factsFromWorld)
    .filter(({ uuid }) => !ledger.jobs.has(uuid) && !ledger.removed.has(uuid));
  return [...worlds, ...own].map((facts) => jobOf(installation, facts, now));
}

/** The job with this uuid or shortname; throws the 404. */
export function findJob(installation: Installation, id: string, now: number): Job {
  const job = lookUpJob(installation, id, now);
  if (job === null) throw noSuch('job', id);
  return job;
}

export function lookUpJob(installation: Installation, id: string, now: number): Job | null {
  const { ledger, site } = installation;
  const known =
    ledger.jobs.get(id.toLowerCase()) ?? [...ledger.jobs.values()].find((job) => job.shortname === id);
  const group = known === undefined ? byUuid(site.groups, id) : undefined;
  const facts = known ?? (group === undefined ? undefined : factsFromWorld(group));
  return facts === undefined || ledger.removed.has(facts.uuid) ? null : jobOf(installation, facts, now);
}
