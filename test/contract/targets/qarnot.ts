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
    credential: SIM_FACTS.valid,
    startEmulator: (world) => startQarnotEmulator({ world, tokens: [SECRET, OTHER] }),
  });
}
