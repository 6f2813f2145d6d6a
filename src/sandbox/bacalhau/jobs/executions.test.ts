import { describe, expect, test } from 'vitest';
import type {
  ExecutionOnWire,
  HistoryOnWire,
  JobOnWire,
  Page,
  Rig,
} from '../../../../test/support/bacalhau-emulator.ts';
import { JOBS, jobBody, startRig } from '../../../../test/support/bacalhau-emulator.ts';
import type { BacalhauVersion } from '../wire/release.ts';
import { headOf } from './run-output.ts';

type Executions = Page<ExecutionOnWire>;

/** A job whose every attempt fails for that cause. */
function failing(cause: string): Record<string, unknown> {
  const Engine = { Type: 'docker', Params: { Image: 'a', Parameters: ['sleep 1'] } };
  return { Tasks: [{ Name: 'main', Engine, Env: { SANDBOX_OUTCOME: cause } }] };
}

/** Desired and compute state of the job's only execution at each step of the world. */
async function lifeOf(version: BacalhauVersion, fields: Record<string, unknown>, command: string) {
  const rig = await startRig({ version });
  const id = await rig.submit(fields, command);
  const seen: string[] = [];
  for (let ms = 0; ms < 8000; ms += 50) {
    const [execution] = await rig.executions(id);
    if (execution !== undefined) {
      const states = `${execution.DesiredState.StateType}/${execution.ComputeState.StateType} r${execution.Revision}`;
      if (seen.at(-1) !== states) seen.push(states);
    }
    rig.pass(50);
  }
  return seen;
}

describe('what the orchestrator shows', () => {
  test('batch: new, bid accepted, running, completed; every change has its revision', async () => {
    expect(await lifeOf('1.9.3', {}, 'sleep 2')).toEqual(['0/1 r1', '0/3 r2', '1/5 r3', '2/9 r4']);
  });

  test('the table before 1.6', async () => {
    expect(await lifeOf('1.5.0', {}, 'sleep 2')).toEqual(['0/1 r1', '0/3 r2', '1/5 r3', '2/7 r4']);
  });

  test('ops: wanted running from the start, new while running (seen on 1.9.3)', async () => {
    expect(await lifeOf('1.9.3', { Type: 'ops' }, 'sleep 2')).toEqual(['1/1 r1', '2/9 r2']);
  });

  test('a failure', async () => {
    const env = { Tasks: [{ Name: 'm', Engine: { Type: 'docker', Params: { Image: 'nonexistent' } } }] };
    expect(await lifeOf('1.9.3', env, '')).toContain('0/3 r2');
    expect((await lifeOf('1.9.3', env, '')).some((states) => states.startsWith('2/10'))).toBe(true);
  });
});

test('nothing exists before a node is found, and the job’s revision ignores executions', async () => {
  const rig = await startRig();
  const id = await rig.submit({ Count: 3 }, 'sleep 2');
  expect(await rig.executions(id)).toEqual([]);
  rig.pass(400);
  const placed = await rig.executions(id);
  expect(placed.map((execution) => execution.PartitionIndex)).toEqual([undefined, 1, 2]);
  expect((await rig.job(id)).Revision).toBe(1);
  rig.pass(60_000);
  const job = await rig.job(id);
  expect([job.State.StateType, job.Revision]).toEqual(['Completed', 3]);
});

test('one execution on every node for ops, which are no partitions (seen on 1.9.3)', async () => {
  const rig = await startRig();
  const id = await rig.submit({ Type: 'ops' });
  rig.pass(1000);
  const executions = await rig.executions(id);
  expect(new Set(executions.map((execution) => execution.NodeID)).size).toBe(rig.site.nodes.size);
  for (const execution of executions) expect(execution).not.toHaveProperty('PartitionIndex');
});

test('a nonzero exit completes execution and job', async () => {
  const rig = await startRig();
  const id = await rig.submit({}, 'echo bad >&2; exit 3');
  rig.pass(60_000);
  expect((await rig.job(id)).State).toEqual({ StateType: 'Completed' });
  const [execution] = await rig.executions(id);
  expect(execution).toMatchObject({
    ComputeState: { StateType: 9, Message: 'Running' },
    RunOutput: { ExitCode: 3, ErrorMsg: '', StdoutTruncated: false, StderrTruncated: false },
  });
  expect(Object.keys(execution?.RunOutput ?? {})).toEqual([
    'Stdout',
    'StdoutTruncated',
    'stderr',
    'StderrTruncated',
    'ExitCode',
    'ErrorMsg',
  ]);
});

test('before completion and for failures the output is all zero', async () => {
  const zero = {
    Stdout: '',
    StdoutTruncated: false,
    stderr: '',
    StderrTruncated: false,
    ExitCode: 0,
    ErrorMsg: '',
  };
  const rig = await startRig();
  const running = await rig.submit({}, 'sleep 600');
  const failed = await rig.submit(failing('oom'));
  rig.pass(30_000);
  expect((await rig.executions(running))[0]?.RunOutput).toEqual(zero);
  const attempts = await rig.executions(failed);
  expect(attempts.length).toBeGreaterThan(1);
  for (const attempt of attempts) {
    expect(attempt.RunOutput).toEqual(zero);
    expect(attempt.ComputeState.Message).toContain('memory');
    expect(attempt.PublishedResult).toEqual({ Type: '' });
  }
  expect((await rig.job(failed)).State.StateType).toBe('Failed');
});

test('two kilobytes of the head of a write are kept, cut between bytes', () => {
  expect(headOf('x'.repeat(2048))).toEqual({ text: 'x'.repeat(2048), truncated: false });
  expect(headOf(`${'x'.repeat(2048)}tail`)).toEqual({ text: 'x'.repeat(2048), truncated: true });
  const cut = headOf(`${'x'.repeat(2046)}€€`);
  expect(cut).toEqual({ text: `${'x'.repeat(2046)}\ufffd\ufffd`, truncated: true });
});

test('only the first write of each stream is kept, and nothing says that more followed (seen on 1.9.3)', async () => {
  const rig = await startRig();
  const id = await rig.submit({}, 'echo one; echo two; echo oops >&2; echo again >&2');
  const long = await rig.submit({}, `echo ${'x'.repeat(5000)}; echo more`);
  rig.pass(60_000);
  expect((await rig.executions(id))[0]?.RunOutput).toMatchObject({
    Stdout: 'one\n',
    StdoutTruncated: false,
    stderr: 'oops\n',
    StderrTruncated: false,
  });
  expect((await rig.executions(long))[0]?.RunOutput).toMatchObject({
    Stdout: 'x'.repeat(2048),
    StdoutTruncated: true,
    StderrTruncated: false,
  });
});

test('a job that asks for nothing is complete at once, without executions (seen on 1.9.3)', async () => {
  const rig = await startRig();
  const id = await rig.submit({ Count: 0 });
  rig.pass(300);
  expect(await rig.job(id)).toMatchObject({ State: { StateType: 'Completed' }, Revision: 2, Count: 0 });
  expect(await rig.executions(id)).toEqual([]);
  const { Items } = await rig.read<Page<HistoryOnWire>>(`${JOBS}/${id}/history`);
  expect(Items.map((item) => item.Event.Message)).toEqual(['Job submitted', 'Completed']);
});

describe('listing', () => {
  test('orders, limits and never gives a token', async () => {
    const rig = await startRig();
    const id = await rig.submit({ Count: 4 }, 'sleep 600');
    rig.pass(5000);
    const ids = async (query: string) => (await rig.executions(id, `?${query}`)).map((one) => one.ID);
    const created = await ids('');
    expect(await ids('order_by=create_time')).toEqual(created);
    expect(await ids('reverse=true')).toEqual([...created].reverse());
    expect(await ids('limit=2&next_token=anything')).toEqual(created.slice(0, 2));
    expect(await ids('order_by=modified_at')).toHaveLength(4);
    expect([...(await ids('order_by=colour'))].sort()).toEqual([...created].sort());
    expect((await rig.read<Executions>(`${JOBS}/${id}/executions?limit=1`)).NextToken).toBe('');
  });

  test('the dialects of older releases', async () => {
    const strict = await startRig({ version: '1.6.0' });
    const id = await strict.submit();
    expect((await strict.get(`${JOBS}/${id}/executions?order_by=colour`)).status).toBe(500);
    expect((await strict.get(`${JOBS}/${id}/executions?order_by=state`)).status).toBe(500);
    const oldest = await startRig({ version: '1.4.0' });
    const old = await oldest.submit();
    expect((await oldest.get(`${JOBS}/${old}/executions?order_by=colour`)).status).toBe(400);
    expect((await oldest.get(`${JOBS}/${old}/executions?order_by=created_at`)).status).toBe(400);
    expect((await oldest.get(`${JOBS}/${old}/executions?order_by=state`)).status).toBe(200);
  });

  test('the namespace trap: compared for equality, so that "*" is empty', async () => {
    const rig = await startRig();
    const id = await rig.submit({ Namespace: 'research' });
    rig.pass(1000);
    expect(await rig.executions(id)).toHaveLength(1);
    expect(await rig.executions(id, '?namespace=research')).toHaveLength(1);
    expect(await rig.executions(id, '?namespace=*')).toEqual([]);
    expect(await rig.executions(id, '?namespace=default')).toEqual([]);
  });

  test('versions: the latest unless asked', async () => {
    const rig = await startRig();
    const id = await rig.submit({ Name: 'n' });
    rig.pass(60_000);
    await rig.call('PUT', `${JOBS}/${id}/rerun`);
    rig.pass(60_000);
    const versions = async (query: string) =>
      (await rig.executions(id, `?${query}`)).map((one) => one.JobVersion);
    expect(await versions('')).toEqual([2]);
    expect(await versions('job_version=1')).toEqual([1]);
    expect(await versions('all_job_versions=true')).toEqual([1, 2]);
    const included = async (query: string) => {
      const body = await rig.read<{ Executions: Executions }>(`${JOBS}/${id}?include=executions${query}`);
      return body.Executions.Items.map((one) => one.JobVersion);
    };
    expect(await included('')).toEqual([2]);
    expect(await included('&job_version=1')).toEqual([1]);
    expect(await rig.read<object>(`${JOBS}/${id}`)).not.toHaveProperty('Executions');
  });
});

describe('each execution embeds the job as it was when it was scheduled (seen on 1.9.3)', () => {
  type Embedding = ExecutionOnWire & { readonly Job: JobOnWire; readonly EvalID: string };
  const jobsIn = async (rig: Rig, id: string) =>
    ((await rig.executions(id)) as readonly Embedding[]).map(({ Job }) => [
      Job.ID,
      Job.State.StateType,
      Job.Revision,
    ]);

  test('pending for the first, running for those that follow a failure', async () => {
    const rig = await startRig();
    const id = await rig.submit(failing('oom'));
    rig.pass(60_000);
    expect(await jobsIn(rig, id)).toEqual([
      [id, 'Pending', 1],
      [id, 'Running', 2],
      [id, 'Running', 2],
    ]);
  });

  test('pending for all of an ops job', async () => {
    const rig = await startRig();
    const id = await rig.submit({ Type: 'ops' });
    rig.pass(60_000);
    expect(await jobsIn(rig, id)).toEqual([...rig.site.nodes].map(() => [id, 'Pending', 1]));
  });

  test('and comes from the evaluation that the client was told', async () => {
    const rig = await startRig();
    const { JobID, EvaluationID } = (await rig.call('PUT', JOBS, { Job: jobBody() })).json<{
      JobID: string;
      EvaluationID: string;
    }>();
    rig.pass(1000);
    expect(((await rig.executions(JobID)) as readonly Embedding[])[0]?.EvalID).toBe(EvaluationID);
  });
});

describe('results', () => {
  const published = (publisher: object, more: Record<string, unknown> = {}) => ({
    Tasks: [
      {
        Name: 'main',
        Engine: { Type: 'docker', Params: { Image: 'a' } },
        Publisher: publisher,
        ResultPaths: [{ Name: 'out', Path: '/out' }],
      },
    ],
    ...more,
  });

  test('one per completed execution, ampersands written raw', async () => {
    const rig = await startRig();
    const id = await rig.submit(
      published({ Type: 's3', Params: { Bucket: 'corpus', Key: 'r/{executionID}' } }, { Count: 2 }),
    );
    expect((await rig.get(`${JOBS}/${id}/results`)).text).toBe('{"NextToken":"","Items":[]}\n');
    rig.pass(60_000);
    const answer = await rig.get(`${JOBS}/${id}/results`);
    expect(answer.text).toContain('&X-Amz-Expires=3600');
    const { Items } = answer.json<Page<{ Type: string; Params: Record<string, string> }>>();
    expect(Items.map((item) => [item.Type, item.Params['Bucket']])).toEqual([
      ['s3PreSigned', 'corpus'],
      ['s3PreSigned', 'corpus'],
    ]);
    const [execution] = await rig.executions(id);
    expect(execution?.PublishedResult.Type).toBe('s3');
  });

  test('local results are a download; no publisher, no results; services have none to give', async () => {
    const rig = await startRig();
    const local = await rig.submit(published({ Type: 'Local' }));
    const none = await rig.submit();
    const service = await rig.submit({ Type: 'service' });
    rig.pass(60_000);
    const page = await rig.read<Page<{ Type: string; Params: { URL: string } }>>(`${JOBS}/${local}/results`);
    expect(page.Items[0]).toMatchObject({
      Type: 'urlDownload',
      Params: { URL: expect.stringMatching(/\/e-.*\.tar\.gz$/) },
    });
    expect((await rig.read<Page<unknown>>(`${JOBS}/${none}/results`)).Items).toEqual([]);
    const refused = await rig.get(`${JOBS}/${service}/results`);
    expect(refused.json()).toMatchObject({ Status: 500, Component: 'Unknown' });
  });
});

test('services and daemons run on', async () => {
  const rig = await startRig();
  const service = await rig.submit({ Type: 'service', Count: 2 });
  const daemon = await rig.submit({ Type: 'daemon' });
  rig.pass(3_600_000);
  expect((await rig.job(service)).State.StateType).toBe('Running');
  expect((await rig.job(daemon)).State.StateType).toBe('Running');
});

test('before 1.8 the end is final: what the world runs again stays unseen', async () => {
  const rig = await startRig({ version: '1.7.0' });
  const id = await rig.submit();
  rig.pass(60_000);
  const before = await rig.job(id);
  rig.site.rerun(id, 'by the world');
  rig.pass(1000);
  expect(await rig.job(id)).toEqual(before);
  expect(await rig.executions(id)).toHaveLength(1);
  expect((await rig.read<Page<JobOnWire>>(JOBS)).Items[0]).toEqual(before);
});
