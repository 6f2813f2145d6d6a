import type { SimJob, SimJobSpec } from '../../world/types.ts';
import { deriveFate } from '../../world/fate.ts';
import { randomOf } from '../../world/prng.ts';
import { specOf as bareSpec } from '../../world/spec.ts';
import { findJob } from '../jobs/facts.ts';
import { findPool } from '../pools/facts.ts';
import { poolState } from '../pools/states.ts';
import type { Installation } from '../store/installation.ts';
import { projectsOf } from '../store/installation.ts';
import type { TaskFacts } from '../store/ledger.ts';
import type { JsonObject } from '../wire/json.ts';
import { integer, isArray, isObject, text, textList } from '../wire/json.ts';
import { invalid, Refusal, refusal } from '../wire/replies.ts';
import { givenReference } from '../wire/scalars.ts';
import { programOf, readConstants } from './constants.ts';
import { dependencyVerdict } from './dependencies.ts';
import { countTasks, lookUpTask } from './facts.ts';
import { checkBuckets, instanceIdsOf, projectFor, taskProblems } from './validate.ts';

const MB = 1_000_000;
const DEFAULT_CORES = 4;
const DEFAULT_MEMORY_MB = 8000;
const DISK_BYTES = 20_000 * MB;

interface Place {
  readonly poolUuid: string | null;
  readonly jobUuid: string | null;
  readonly profile: string;
}

// An unknown pool or job in a creation is a 400, not a 404 (a comment in an official SDK).
function existing<T>(find: () => T, message: string): T {
  try {
    return find();
  } catch (error) {
    throw error instanceof Refusal ? refusal(400, message) : error;
  }
}

/** Where a new task goes: its job, the pool it names or inherits from that job, and the profile it will run. */
function placeOf(installation: Installation, fields: JsonObject, now: number): Place {
  const jobId = givenReference(fields['jobUuid']);
  const job =
    jobId === null ? null : existing(() => findJob(installation, jobId, now), `No such job: ${jobId}`);
  if (job !== null && job.state !== 'Active') throw refusal(400, `Job is not active: ${job.facts.uuid}`);
  const poolId = givenReference(fields['poolUuid']) ?? job?.facts.poolUuid ?? null;
  const pool =
    poolId === null ? null : existing(() => findPool(installation, poolId), `No such pool: ${poolId}`);
  if (pool !== null && poolState(installation, pool, now).current.state.startsWith('Clos')) {
    throw refusal(400, `Pool is closed: ${pool.uuid}`);
  }
  const profile = text(fields['profile']) ?? '';
  const poolProfile = pool === null ? null : text(pool.fields['profile']);
  const wrong = poolProfile === null ? profile === '' : profile !== '' && profile !== poolProfile;
  if (wrong) throw refusal(400, 'Invalid task file. Invalid fields: profile');
  if (pool !== null && isArray(fields['hardwareConstraints']) && fields['hardwareConstraints'].length > 0) {
    throw refusal(400, 'Invalid task file. Invalid fields: hardwareConstraints');
  }
  return {
    poolUuid: pool?.uuid ?? null,
    jobUuid: job?.facts.uuid ?? null,
    profile: poolProfile ?? profile,
  };
}

function wantedHardware(fields: JsonObject) {
  const constraints = isArray(fields['hardwareConstraints']) ? fields['hardwareConstraints'] : [];
  const amount = (discriminator: string, key: string): number | null => {
    const found = constraints.find((item) => isObject(item) && item['discriminator'] === discriminator);
    return isObject(found) && typeof found[key] === 'number' ? found[key] : null;
  };
  const gpu = constraints.some((item) => isObject(item) && item['discriminator'] === 'GpuHardwareConstraint');
  const cores = amount('MinimumCoreHardwareConstraint', 'coreCount') ?? DEFAULT_CORES;
  const memoryMB = amount('MinimumRamHardwareConstraint', 'minimumMemoryMB') ?? DEFAULT_MEMORY_MB;
  return { cpuMillis: cores * 1000, memoryBytes: memoryMB * MB, gpus: gpu ? 1 : 0 };
}

/** Retries per instance: the stricter of the two settings wins, and the legacy field stands in for both. */
export function retriesOf(fields: JsonObject): number {
  const settings = isObject(fields['retrySettings']) ? fields['retrySettings'] : {};
  const limits = [settings['maxPerInstanceRetries'], settings['maxTotalRetries']]
    .map(integer)
    .filter((limit): limit is number => limit !== null && limit > 0);
  return limits.length > 0 ? Math.min(...limits) : (integer(fields['maxRetriesPerInstance']) ?? 0);
}

function specOf(
  installation: Installation,
  fields: JsonObject,
  facts: Omit<TaskFacts, 'held'>,
  profile: string,
): SimJobSpec {
  const program = programOf(readConstants(fields['constants']), profile);
  const labels = isObject(fields['labels']) ? Object.entries(fields['labels']) : [];
  const project = projectsOf(installation).find(({ uuid }) => uuid === facts.projectUuid);
  const hardware = wantedHardware(fields);
  return {
    name: text(fields['name']) ?? '',
    team: project?.team ?? '',
    owner: installation.email,
    type: 'batch',
    count: facts.instanceIds.length,
    ...program,
    labels: Object.fromEntries(labels.map(([key, value]) => [key, text(value) ?? ''])),
    tags: textList(fields['tags']),
    ...hardware,
    diskBytes: DISK_BYTES,
    priority: 0,
    // A pool that was created here has no nodes in the world: its tasks run wherever there is room.
    poolId: facts.poolUuid !== null && installation.site.pools.has(facts.poolUuid) ? facts.poolUuid : null,
    maxRetries: retriesOf(fields),
    timeoutMs: null,
    fate: deriveFate({ ...program, memoryBytes: hardware.memoryBytes, timeoutMs: null }),
  };
}

/** A task that is not in the world yet, as the world would show it. */
function heldJob(spec: SimJobSpec, uuid: string, now: number): SimJob {
  return {
    ...spec,
    id: uuid,
    seq: 0,
    groupId: null,
    version: 1,
    revision: 1,
    state: 'queued',
    previousState: null,
    stateSince: now,
    previousStateSince: null,
    message: 'Waits for the tasks it depends on.',
    createdAt: now,
    modifiedAt: now,
    endedAt: null,
    stopRequestedAt: null,
    executions: [],
    history: [],
  };
}

/** Enters a task into the world, unless it has to wait for others first. */
export function release(installation: Installation, job: SimJob | SimJobSpec, uuid: string): void {
  installation.site.submit(bareSpec(job), { id: uuid });
}

function nextUuid(installation: Installation): string {
  const { ledger, world, site } = installation;
  return randomOf(world.seed, 'qarnot', 'task', site.jobs.size, ledger.created.count++).uuid();
}

/** Creates a task from canonical fields and returns its uuid; throws the refusal otherwise. */
export function createTask(installation: Installation, fields: JsonObject, now: number): string {
  if (text(fields['name']) === null) throw invalid({ Name: 'The Name field is required.' });
  const problems = taskProblems(fields);
  const shortname = text(fields['shortname']) ?? '';
  // The code of a duplicate is unverified; the word stands in an example of the specification, under a 400.
  if (shortname !== '' && lookUpTask(installation, shortname) !== null) problems.push('shortname-uniqueness');
  if (problems.length > 0) {
    throw refusal(400, `Invalid task file. Invalid fields: ${problems.join(', ')}`);
  }
  const place = placeOf(installation, fields, now);
  checkBuckets(fields);
  if (countTasks(installation) >= installation.limits.maxTask) {
    throw refusal(403, 'Maximum number of tasks reached');
  }
  const uuid = nextUuid(installation);
  const facts = {
    uuid,
    shortname: shortname === '' ? uuid : shortname,
    // An interval given at creation is ignored: only the periodic endpoint sets one.
    fields: { ...fields, profile: place.profile, snapshotInterval: 0 },
    instanceIds: instanceIdsOf(fields) ?? [],
    projectUuid: projectFor(installation, fields, 'task'),
    poolUuid: place.poolUuid,
    jobUuid: place.jobUuid,
    createdAt: now,
    changedAt: null,
    deletingSince: null,
    failure: null,
    snapshots: [],
  };
  const spec = specOf(installation, fields, facts, place.profile);
  const waits = dependencyVerdict(installation, fields['dependencies']) !== 'dependencyConditionsFulfilled';
  installation.ledger.tasks.set(uuid, { ...facts, held: waits ? heldJob(spec, uuid, now) : null });
  if (!waits) release(installation, spec, uuid);
  return uuid;
}
