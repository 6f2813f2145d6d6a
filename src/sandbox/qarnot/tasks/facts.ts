import type { SimJob } from '../../world/types.ts';
import type { Installation } from '../store/installation.ts';
import { projectOfTeam } from '../store/installation.ts';
import { byUuid, uuidOf } from '../store/identity.ts';
import type { TaskFacts } from '../store/ledger.ts';
import type { JsonObject } from '../wire/json.ts';
import { noSuch } from '../wire/replies.ts';
import { constantsOf, writeConstants } from './constants.ts';

/** A task: what the world simulates of it, and what only this API knows. */
export interface Task {
  readonly job: SimJob;
  readonly facts: TaskFacts;
}

const MB = 1_000_000;

/** Profile shown for the world's own container tasks. */
export const CONTAINER_PROFILE = 'docker-batch';

function profileOf(installation: Installation, job: SimJob): string {
  const pool = job.poolId === null ? undefined : installation.site.pools.get(job.poolId);
  return pool?.profile ?? CONTAINER_PROFILE;
}

/** The creation request that a task of the world would have come from. */
function fieldsOf(installation: Installation, job: SimJob): JsonObject {
  const hardwareConstraints =
    job.poolId === null
      ? [
          { discriminator: 'MinimumCoreHardwareConstraint', coreCount: Math.ceil(job.cpuMillis / 1000) },
          { discriminator: 'MinimumRamHardwareConstraint', minimumMemoryMB: Math.ceil(job.memoryBytes / MB) },
          ...(job.gpus > 0 ? [{ discriminator: 'GpuHardwareConstraint' }] : []),
        ]
      : [];
  return {
    name: job.name,
    profile: profileOf(installation, job),
    instanceCount: job.count,
    constants: writeConstants(constantsOf(job)),
    tags: job.tags.slice(0, 10),
    labels: { ...job.labels },
    hardwareConstraints,
    retrySettings: { maxTotalRetries: null, maxPerInstanceRetries: job.maxRetries },
  };
}

/** What is known of a task that nobody touched through this API. */
function factsFromWorld(installation: Installation, job: SimJob): TaskFacts {
  const uuid = uuidOf(job.id);
  return {
    uuid,
    shortname: uuid,
    fields: fieldsOf(installation, job),
    instanceIds: Array.from({ length: job.count }, (_, index) => index),
    projectUuid: projectOfTeam(installation, job.team),
    poolUuid: job.poolId === null ? null : uuidOf(job.poolId),
    jobUuid: job.groupId === null ? null : uuidOf(job.groupId),
    createdAt: null,
    changedAt: null,
    deletingSince: null,
    failure: null,
    held: null,
    snapshots: [],
  };
}

// What a job was entered with does not change within a version, and every list needs it of every job.
const remembered = new WeakMap<SimJob, { readonly version: number; readonly facts: TaskFacts }>();

function worldFacts(installation: Installation, job: SimJob): TaskFacts {
  const known = remembered.get(job);
  if (known?.version === job.version) return known.facts;
  const facts = factsFromWorld(installation, job);
  remembered.set(job, { version: job.version, facts });
  return facts;
}

export function taskOf(installation: Installation, job: SimJob): Task {
  const facts = installation.ledger.tasks.get(uuidOf(job.id));
  return { job, facts: facts ?? worldFacts(installation, job) };
}

/** Every task there is, in no particular order. */
export function allTasks(installation: Installation): Task[] {
  const tasks = [...installation.site.jobs.values()].map((job) => taskOf(installation, job));
  for (const facts of installation.ledger.tasks.values()) {
    if (facts.held !== null) tasks.push({ job: facts.held, facts });
  }
  return tasks;
}

/** How many tasks there are. */
export function countTasks({ site, ledger }: Installation): number {
  const held = [...ledger.tasks.values()].filter((facts) => facts.held !== null);
  return site.jobs.size + held.length;
}

/** The task with this uuid or, as the API allows, this shortname; throws the 404. */
export function findTask(installation: Installation, id: string): Task {
  const task = lookUpTask(installation, id);
  if (task === null) throw noSuch('task', id);
  return task;
}

export function lookUpTask(installation: Installation, id: string): Task | null {
  const { ledger, site } = installation;
  const facts = ledger.tasks.get(id.toLowerCase()) ?? factsOfShortname(installation, id);
  const job = facts?.held ?? byUuid(site.jobs, facts?.uuid ?? id);
  if (job === undefined) return null;
  return facts === undefined ? taskOf(installation, job) : { job, facts };
}

function factsOfShortname(installation: Installation, shortname: string): TaskFacts | undefined {
  for (const facts of installation.ledger.tasks.values()) if (facts.shortname === shortname) return facts;
  return undefined;
}

/** Writes down a change that a user made; the task is in the ledger from then on. */
export function amend(installation: Installation, task: Task, changes: Partial<TaskFacts>): void {
  installation.ledger.tasks.set(task.facts.uuid, { ...task.facts, ...changes });
}

/** Tasks of a job or of a pool. */
export function tasksWhere(
  installation: Installation,
  where: { readonly jobUuid?: string; readonly poolUuid?: string },
): Task[] {
  return allTasks(installation).filter(
    ({ facts }) =>
      (where.jobUuid === undefined || facts.jobUuid === where.jobUuid) &&
      (where.poolUuid === undefined || facts.poolUuid === where.poolUuid),
  );
}
