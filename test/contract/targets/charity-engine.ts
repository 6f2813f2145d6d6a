import type { NativeKey, RecordKind } from '../../../src/model/ids.ts';
import { epochMs } from '../../../src/model/time.ts';
import { charityEngine } from '../../../src/providers/charity-engine/index.ts';
import type { JobImport } from '../../../src/providers/provider.ts';
import {
  CHARITY_ENGINE_PREFIX,
  rememberedJobs,
  startCharityEngineEmulator,
} from '../../../src/sandbox/charity-engine/emulator.ts';
import { wireId } from '../../../src/sandbox/charity-engine/known-ids.ts';
import type { SimJob, World } from '../../../src/sandbox/world/types.ts';
import { bearerCredential } from '../../../src/upstream/credential.ts';
import type { JsonObject, SimFacts, WireList } from '../facts.ts';
import { readPage } from '../reading.ts';
import type { Rig } from '../rig.ts';
import type { ClosableTarget } from '../run.ts';
import { CHARITY_ENGINE_FACTS } from './charity-engine-facts.ts';
import { emulatedTarget } from './emulated.ts';
import { setMember } from './json.ts';
import { readBody, recordsOf } from './lists.ts';
import { toldOfJobs } from './told-jobs.ts';

const SECRET = 'canary0a1b2c3d4e5f60718293a4b5c6';
const OTHER = 'canary6c5b4a39281706f5e4d3c2b1a0';
/** More jobs than any world of the cases has. */
const ALL_JOBS = 10_000;

function idOf(job: SimJob): string {
  return String(wireId(job, { numericIds: false }));
}

/** Every job of the world, as who submitted it remembers it. */
function remembered(world: World): JobImport[] {
  return world.site('charity-engine').jobs.size === 0
    ? []
    : rememberedJobs(world, ALL_JOBS).map(({ id, name, submittedAt }) => ({
        id,
        name,
        submittedAt: epochMs(submittedAt),
      }));
}

/** The status of all jobs of a small world as a list, which the service's answers may also be. */
function statusList(kind: RecordKind, rig: Rig): WireList {
  return {
    kind,
    match: `GET ${CHARITY_ENGINE_PREFIX}/jobs`,
    body: async (emulator) => {
      const ids = remembered(rig.sim!.world).map(({ id }) => id);
      const url = `${emulator.url}${CHARITY_ENGINE_PREFIX}/jobs/${ids.join(',')}`;
      const { jobs, ...envelope } = await readBody(url, SIM_FACTS.valid);
      return {
        ...envelope,
        jobs: Object.entries(jobs as JsonObject).map(([id, job]) => ({ id, ...(job as object) })),
      };
    },
    rows: (body) => body['jobs'] as unknown[],
    breakRow: (row) => delete row['id'],
    setUnknownState: (row) => {
      row['vmStatus'] = 'Daydreaming';
      setMember(row, ['states', 'default', 'status'], 'Daydreaming');
    },
    read: (again) => readPage(again, kind, { limit: 100 }).then(recordsOf),
  };
}

const SIM_FACTS: SimFacts = {
  valid: bearerCredential(SECRET),
  // The account has one secret: another fingerprint comes of what would be sent in a body.
  other: bearerCredential(SECRET, OTHER),
  wrong: bearerCredential('no-such-authenticator-for-anybody'),
  secret: SECRET,
  taskKey: (job) => `${idOf(job)}/0` as NativeKey,
  remembered: (job) => ({ id: idOf(job), name: job.name, submittedAt: epochMs(job.createdAt) }),
  executionOf: (site, record) => {
    const job = [...site.jobs.values()].find((each) => idOf(each) === record.jobKey);
    // One state is told of all parts of a job, and nothing of a version after the first.
    const own = (job?.executions ?? []).filter(({ version }) => version === 1);
    return job?.count === 1 && job.version === 1 ? (own.at(-1) ?? null) : null;
  },
  forgedKeys(kind, { jobs, executions }) {
    const job = jobs[0]?.key ?? '';
    const execution = executions[0]?.key ?? '';
    const forged: Partial<Record<RecordKind, string[]>> = {
      job: [execution, `${job}0`, job.slice(0, 10), `${job},${job}`, `${job}/0`],
      task: [job, `${job}/1`, `${job}/0/0`, `${job}/00`],
      execution: [job, `${job}/0`, `${job}/other`, `${execution}/0`, `${job}//default`],
      project: [job, 'other'],
    };
    return (forged[kind] ?? []) as NativeKey[];
  },
  stages: {
    execution: {
      queued: ['QUEUED'],
      preparing: ['PREPARING'],
      running: ['RUNNING'],
      finalizing: ['RUNNING'],
      succeeded: ['SUCCEEDED'],
      failed: ['FAILED'],
      // One word for a cancellation and a time limit, which only who cancelled can tell apart.
      cancelled: ['FAILED'],
    },
    task: {
      queued: ['QUEUED'],
      preparing: ['PREPARING'],
      running: ['RUNNING'],
      finalizing: ['RUNNING'],
      succeeded: ['SUCCEEDED'],
      failed: ['FAILED'],
      cancelled: ['FAILED'],
    },
  },
  wireLists: (rig) =>
    Promise.resolve((['job', 'task', 'execution'] as const).map((kind) => statusList(kind, rig))),
};

/** Charity Engine, which always asks for its authenticator, and whose jobs the gateway has to be told of. */
export function charityEngineTarget(): ClosableTarget {
  return emulatedTarget({
    name: 'Charity Engine',
    kind: charityEngine,
    site: 'charity-engine',
    prefix: CHARITY_ENGINE_PREFIX,
    facts: CHARITY_ENGINE_FACTS,
    simFacts: SIM_FACTS,
    credential: 'valid',
    told: (world) => toldOfJobs(charityEngine, () => remembered(world)),
    startEmulator: (world) => startCharityEngineEmulator({ world, authenticator: SECRET, maxIds: 100 }),
  });
}
