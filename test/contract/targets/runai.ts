import { request } from 'undici';
import type { NativeKey, RecordKind } from '../../../src/model/ids.ts';
import { runai } from '../../../src/providers/runai/index.ts';
import type { RunningEmulator } from '../../../src/sandbox/emulator.ts';
import {
  SANDBOX_CLIENT_ID,
  SANDBOX_CLIENT_SECRET,
  startRunaiEmulator,
  type RunaiVersion,
} from '../../../src/sandbox/runai/emulator.ts';
import { uuidOf } from '../../../src/sandbox/runai/wire/ids.ts';
import type { SimJob } from '../../../src/sandbox/world/types.ts';
import { bearerCredential } from '../../../src/upstream/credential.ts';
import type { SimFacts, WireList } from '../facts.ts';
import { readPage } from '../reading.ts';
import type { ClosableTarget } from '../run.ts';
import { emulatedTarget, type Issued } from './emulated.ts';
import { withSettings } from './fixed-settings.ts';
import { readBody, recordsOf } from './lists.ts';
import { RESEARCHER_FACTS, RUNAI_FACTS } from './runai-facts.ts';

/** Cases move the world on by hours, and are not about tokens that end. */
const TOKEN_LIFETIME_MS = 365 * 24 * 3_600_000;
/** What no token office has issued. */
const STRANGER = bearerCredential('no-such-token-for-anybody');

async function token(emulator: RunningEmulator): Promise<string> {
  // The grant that every release knows.
  const body = { grantType: 'app_token', appID: SANDBOX_CLIENT_ID, appSecret: SANDBOX_CLIENT_SECRET };
  const answer = await request(`${emulator.url}/api/v1/token`, {
    method: 'POST',
    body: JSON.stringify(body),
  });
  return ((await answer.body.json()) as { accessToken: string }).accessToken;
}

async function issue(emulator: RunningEmulator): Promise<Issued> {
  const secret = await token(emulator);
  return {
    secret,
    valid: bearerCredential(secret),
    other: bearerCredential(await token(emulator)),
  };
}

interface Page {
  readonly kind: RecordKind;
  readonly path: string;
  readonly member: string;
  /** Member of a row without which it cannot be read. */
  readonly needed: string;
  readonly state: string;
}

function listOf({ kind, path, member, needed, state }: Page, valid: Issued['valid']): WireList {
  return {
    kind,
    match: `GET ${path}`,
    body: (emulator) => readBody(`${emulator.url}${path}?sortBy=createdAt&sortOrder=desc&limit=500`, valid),
    rows: (body) => body[member] as unknown[],
    breakRow: (row) => delete row[needed],
    setUnknownState: (row) => {
      row[state] = 'Daydreaming';
    },
    read: (rig) => readPage(rig, kind, { limit: 100 }).then(recordsOf),
  };
}

const WORKLOADS = { path: '/api/v1/workloads', member: 'workloads', needed: 'id', state: 'phase' } as const;

const SIM_FACTS: SimFacts = {
  valid: STRANGER,
  other: STRANGER,
  secret: '',
  wrong: STRANGER,
  // Who runs a job again deletes its workload and submits another.
  taskKey: (job: SimJob) =>
    `${job.version === 1 ? job.id : uuidOf('workload', job.id, job.version)}/0` as NativeKey,
  executionOf: (site, record) => site.executions.get(record.nativeRef.id) ?? null,
  forgedKeys(kind, { jobs, executions }) {
    const [job, other] = [jobs[0]?.key ?? '', jobs[1]?.key ?? ''];
    const pod = executions.find(({ jobKey }) => jobKey !== other)?.nativeRef.id ?? '';
    const forged: Partial<Record<RecordKind, string[]>> = {
      job: [pod, `${job}/0`, job.slice(0, 10)],
      task: [job, `${job}/1`, `${pod}/0`, `${job}/0/0`, `${job}/00`],
      execution: [`${other}/${pod}`, `${job}/0`, pod, `${job}/${pod.slice(0, 10)}`, `${job}/${pod}/0`],
      computeNode: [job, `n:${job}`, `n:${job}/${pod}`, `p:${job}/${pod}`, 'n:', 'p:'],
      project: [job, `d:${job}`, 'd:'],
    };
    return (forged[kind] ?? []) as NativeKey[];
  },
  stages: {
    execution: {
      queued: ['QUEUED'],
      preparing: ['QUEUED', 'PREPARING'],
      running: ['RUNNING'],
      finalizing: ['RUNNING'],
      succeeded: ['SUCCEEDED'],
      failed: ['FAILED'],
      cancelled: ['CANCELLED'],
    },
    task: {
      queued: ['QUEUED'],
      preparing: ['QUEUED', 'PREPARING'],
      running: ['RUNNING'],
      finalizing: ['RUNNING'],
      succeeded: ['SUCCEEDED'],
      failed: ['FAILED'],
      cancelled: ['CANCELLED', 'SUSPENDED'],
    },
  },
  wireLists: ({ sim }) => {
    const { valid } = sim!.facts;
    return Promise.resolve([
      listOf({ kind: 'job', ...WORKLOADS }, valid),
      listOf({ kind: 'task', ...WORKLOADS }, valid),
    ]);
  },
};

/** A tenant's control plane in one of its releases. */
export function runaiTarget(version: RunaiVersion): ClosableTarget {
  return emulatedTarget({
    name: `Run:ai ${version}`,
    kind: runai,
    site: 'runai',
    facts: RUNAI_FACTS,
    simFacts: SIM_FACTS,
    credential: 'valid',
    issue,
    startEmulator: (world) => startRunaiEmulator({ world, version, tokenLifetimeMs: TOKEN_LIFETIME_MS }),
  });
}

/** The old Researcher service of one cluster, which can be open to all. */
export function researcherTarget(): ClosableTarget {
  return emulatedTarget({
    name: 'Run:ai Researcher service',
    kind: withSettings(runai, { mode: 'researcher' }),
    site: 'runai',
    facts: RESEARCHER_FACTS,
    simFacts: {
      ...SIM_FACTS,
      // Pods are not told: what a job does is what its only pod does.
      executionOf: (site, record) => {
        const job = site.jobs.get(record.jobKey);
        return job?.count === 1 && job.version === 1 ? (job.executions.at(-1) ?? null) : null;
      },
      forgedKeys: (kind, { jobs }) => {
        const job = jobs[0]?.key ?? '';
        const forged: Partial<Record<RecordKind, string[]>> = {
          job: [`${job}/0`, job.slice(0, 10)],
          task: [job, `${job}/1`, `${job}/0/0`, `${job}/00`],
          execution: [job, `${job}/0`, `${job}/0/99`, `${job}/1/0`, `${job}/0/00`],
          computeNode: [job],
          project: [job],
        };
        return (forged[kind] ?? []) as NativeKey[];
      },
      wireLists: ({ sim }) => {
        const { valid } = sim!.facts;
        const path = '/researcher/api/v1/job';
        return Promise.resolve([
          listOf({ kind: 'job', path, member: 'data', needed: 'id', state: 'status' }, valid),
        ]);
      },
    },
    credential: null,
    issue,
    startEmulator: (world, { guarded }) =>
      startRunaiEmulator({
        world,
        tokenLifetimeMs: TOKEN_LIFETIME_MS,
        researcherAuth: guarded ? 'bearer' : 'none',
      }),
  });
}
