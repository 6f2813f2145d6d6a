import { request } from 'undici';
import type { NativeKey, RecordKind } from '../../../src/model/ids.ts';
import { qarnot } from '../../../src/providers/qarnot/index.ts';
import { startQarnotEmulator } from '../../../src/sandbox/qarnot/emulator.ts';
import { uuidOf } from '../../../src/sandbox/qarnot/store/identity.ts';
import type { SimJob } from '../../../src/sandbox/world/types.ts';
import { headerCredential } from '../../../src/upstream/credential.ts';
import type { JsonObject, SimFacts, WireList } from '../facts.ts';
import { readPage } from '../reading.ts';
import type { ClosableTarget } from '../run.ts';
import { emulatedTarget } from './emulated.ts';
import { QARNOT_FACTS } from './qarnot-facts.ts';

const SECRET = 'canary-9e8d7c6b5a4f3e2d';
const OTHER = 'canary-1a2b3c4d5e6f7081';

/** Rows of one page: more than the worlds of these lists hold. */
const PAGE = 100;

function listOf(kind: RecordKind, collection: 'tasks' | 'jobs' | 'pools'): WireList {
  return {
    kind,
    match: `POST /${collection}/paginate`,
    body: async (emulator) => {
      const answer = await request(`${emulator.url}/${collection}/paginate`, {
        method: 'POST',
        headers: { authorization: SECRET, 'content-type': 'application/json' },
        body: JSON.stringify({ maximumResults: PAGE, orderBy: 'creationDate', orderType: 'DESC' }),
      });
      return (await answer.body.json()) as JsonObject;
    },
    rows: (body) => body['data'] as unknown[],
    breakRow: (row) => delete row['uuid'],
    setUnknownState: (row) => {
      row['state'] = 'Daydreaming';
    },
    read: async (rig) => {
      const page = await readPage(rig, kind, { limit: PAGE });
      return { records: page.rows.map((row) => row.record), dropped: page.dropped };
    },
  };
}

const SIM_FACTS: SimFacts = {
  valid: headerCredential('authorization', SECRET),
  other: headerCredential('authorization', OTHER),
  wrong: headerCredential('authorization', 'no-such-token-for-anybody'),
  secret: SECRET,
  taskKey: (job: SimJob) => uuidOf(job.id) as NativeKey,
  executionOf: (site, record) => {
    const own = (site.jobs.get(record.taskKey)?.executions ?? []).filter(
      ({ index }) => index === record.index,
    );
    // Attempts before the last leave no trace but their number.
    const last = own.at(-1);
    return last?.attempt === record.attempt ? last : null;
  },
  forgedKeys(kind, { jobs, tasks, executions }) {
    const native = jobs.find(({ origin }) => origin === 'NATIVE')?.nativeRef.id ?? '';
    const owned = tasks.find(({ jobKey }) => jobKey.startsWith('j:'))?.key ?? '';
    const bare = tasks.find(({ jobKey }) => jobKey.startsWith('t:'))?.key ?? '';
    const execution = executions[0]?.key ?? '';
    const forged: Partial<Record<RecordKind, string[]>> = {
      // A task that is in a job has no job of its own.
      job: [`t:${owned}`, `j:${owned}`, `j:${bare}`, `t:${native}`, bare, native],
      task: [native, `t:${bare}`, `${bare}/0`],
      execution: [
        `${bare}/0/0`,
        `${bare}/0/99`,
        `${bare}/9999/1`,
        `${native}/0/1`,
        `${bare}/00/1`,
        `${execution}/1`,
      ],
      computeNode: [`p:${bare}`, `p:${bare}/0`, bare],
      project: [bare, native],
    };
    return (forged[kind] ?? []) as NativeKey[];
  },
  stages: {
    execution: {
      queued: ['QUEUED'],
      preparing: ['PREPARING'],
      running: ['RUNNING'],
      finalizing: ['FINALIZING'],
      succeeded: ['SUCCEEDED'],
      failed: ['FAILED'],
      cancelled: ['CANCELLED'],
    },
    task: {
      queued: ['QUEUED'],
      preparing: ['PREPARING'],
      running: ['RUNNING'],
      finalizing: ['FINALIZING'],
      succeeded: ['SUCCEEDED'],
      failed: ['FAILED'],
      cancelled: ['CANCELLED'],
    },
  },
  wireLists: () =>
    Promise.resolve([listOf('job', 'jobs'), listOf('task', 'tasks'), listOf('computeNode', 'pools')]),
};

/** Qarnot, which always asks for a token. */
export function qarnotTarget(): ClosableTarget {
  return emulatedTarget({
    name: 'Qarnot',
    kind: qarnot,
    site: 'qarnot',
    facts: QARNOT_FACTS,
    simFacts: SIM_FACTS,
    credential: 'valid',
    startEmulator: (world) => startQarnotEmulator({ world, tokens: [SECRET, OTHER] }),
  });
}
