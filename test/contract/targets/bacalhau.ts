import { request } from 'undici';
import type { NativeKey, RecordKind } from '../../../src/model/ids.ts';
import { bacalhau } from '../../../src/providers/bacalhau/index.ts';
import { startBacalhauEmulator } from '../../../src/sandbox/bacalhau/emulator.ts';
import { wireJobId } from '../../../src/sandbox/bacalhau/wire/ids.ts';
import type { BacalhauVersion } from '../../../src/sandbox/bacalhau/wire/release.ts';
import type { RunningEmulator } from '../../../src/sandbox/emulator.ts';
import { bearerCredential } from '../../../src/upstream/credential.ts';
import type { JsonObject, SimFacts, WireList } from '../facts.ts';
import { readPage, readRecords } from '../reading.ts';
import type { ClosableTarget } from '../run.ts';
import { emulatedTarget } from './emulated.ts';
import { BACALHAU_FACTS } from './bacalhau-facts.ts';
import { memberOf, setMember } from './json.ts';

const JOBS = '/api/v1/orchestrator/jobs';
const NODES = '/api/v1/orchestrator/nodes';
const SECRET = 'canary-5b0f6a1c9d3e4f27';
const OTHER = 'canary-0d9c8b7a6f5e4d3c';

async function get(emulator: RunningEmulator, path: string): Promise<JsonObject> {
  const answer = await request(emulator.url + path, { headers: { authorization: `Bearer ${SECRET}` } });
  return (await answer.body.json()) as JsonObject;
}

const SIM_FACTS: SimFacts = {
  valid: bearerCredential(SECRET),
  other: bearerCredential(OTHER),
  wrong: bearerCredential('no-such-key-for-anybody'),
  secret: SECRET,
  taskKey: (job) => `${wireJobId(job.id)}/0` as NativeKey,
  executionOf: (site, record) => site.executions.get(record.nativeRef.id.replace(/^e-/, '')) ?? null,
  forgedKeys(kind, { jobs, executions }) {
    const [job, other] = [jobs[0]?.key ?? '', jobs[1]?.key ?? ''];
    const execution = executions.find(({ jobKey }) => jobKey !== other)?.nativeRef.id ?? '';
    const forged: Partial<Record<RecordKind, string[]>> = {
      job: [execution, job.replace(/^j-/, ''), job.replace(/^j-/, 'e-'), job.slice(0, 10)],
      task: [job, `${job}/1`, `${job}/main`, `${execution}/0`, `${job}/0/0`],
      execution: [`${other}/${execution}`, `${job}/0`, execution, `${job}/${execution.slice(0, 10)}`],
      computeNode: [job, 'n-', 'n'],
    };
    return (forged[kind] ?? []) as NativeKey[];
  },
  // The orchestrator tells no finer stages than these of a batch job, whatever the node knows.
  stages: {
    execution: {
      queued: ['QUEUED'],
      preparing: ['QUEUED', 'RUNNING'],
      running: ['RUNNING'],
      finalizing: ['RUNNING'],
      succeeded: ['SUCCEEDED'],
      failed: ['FAILED'],
      cancelled: ['CANCELLED'],
    },
    // A job is Completed whatever its programs exited with.
    task: {
      queued: ['QUEUED'],
      preparing: ['QUEUED', 'RUNNING'],
      running: ['RUNNING'],
      finalizing: ['RUNNING'],
      succeeded: ['SUCCEEDED'],
      failed: ['SUCCEEDED'],
      cancelled: ['CANCELLED'],
    },
  },
  async wireLists(rig) {
    const jobs: WireList = {
      kind: 'job',
      match: `GET ${JOBS}`,
      body: (emulator) => get(emulator, `${JOBS}?order_by=created_at&reverse=true&limit=100`),
      rows: (body) => body['Items'] as unknown[],
      breakRow: (row) => delete row['ID'],
      setUnknownState: (row) => setMember(row, ['State', 'StateType'], 'Daydreaming'),
      read: (again) => readPage(again, 'job', { limit: 100 }).then(recordsOf),
    };
    const nodes: WireList = {
      kind: 'computeNode',
      match: `GET ${NODES}`,
      body: (emulator) => get(emulator, NODES),
      rows: (body) => body['Nodes'] as unknown[],
      breakRow: (row) => setMember(row, ['Info', 'NodeID'], null),
      setUnknownState: (row) => {
        row['Connection'] = 'DAYDREAMING';
        setMember(row, ['ConnectionState', 'Status'], 'DAYDREAMING');
      },
      read: (again) => readPage(again, 'computeNode').then(recordsOf),
    };
    const job = (await readRecords(rig, 'job')).find(({ status }) => status.state === 'RUNNING');
    if (job === undefined) throw new Error('no job of this world runs');
    const executions: WireList = {
      kind: 'execution',
      match: `GET ${JOBS}/${job.key}`,
      body: (emulator) => get(emulator, `${JOBS}/${job.key}?include=executions`),
      rows: (body) => memberOf(body, ['Executions', 'Items']) as unknown[],
      breakRow: (row) => delete row['ID'],
      setUnknownState: (row) => setMember(row, ['ComputeState', 'StateType'], 77),
      read: async (again) => {
        const { found, missing } = await again.adapter.executionsOfJobs([job.key], again.ctx());
        const children = found.get(job.key);
        if (children === undefined) throw missing.get(job.key) ?? new Error('no answer for the job');
        return children;
      },
    };
    return [jobs, nodes, executions];
  },
};

function recordsOf<R, D>(page: {
  readonly rows: readonly { readonly record: R }[];
  readonly dropped: D;
}): {
  records: R[];
  dropped: D;
} {
  return { records: page.rows.map((row) => row.record), dropped: page.dropped };
}

/** Bacalhau in one of its versions. Only from 1.7 on it can ask for a credential. */
export function bacalhauTarget(version: BacalhauVersion): ClosableTarget {
  return emulatedTarget({
    name: `Bacalhau ${version}`,
    kind: bacalhau,
    site: 'bacalhau',
    // Before 1.8 a log came from the running container, and was gone with it.
    facts: { ...BACALHAU_FACTS, endedLogs: Number(version.split('.')[1]) < 8 ? 'HEAD' : 'WHOLE' },
    simFacts: SIM_FACTS,
    credential: null,
    startEmulator: (world, { guarded }) =>
      startBacalhauEmulator({
        world,
        version,
        auth: guarded ? { mode: 'users', apiKeys: { [SECRET]: ['*'], [OTHER]: ['*'] } } : { mode: 'open' },
      }),
  });
}
