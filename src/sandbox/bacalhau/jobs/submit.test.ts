import { describe, expect, test } from 'vitest';
import { JOBS, jobBody, startRig } from '../../../../test/support/bacalhau-emulator.ts';

interface Submitted {
  readonly JobID: string;
  readonly EvaluationID: string;
  readonly Warnings: readonly string[] | null;
}

const put = (fields: Record<string, unknown>, command?: string) => ({ Job: jobBody(fields, command) });

describe('submit', () => {
  test('answers 200 with ids and null warnings, and applies the defaults', async () => {
    const rig = await startRig();
    const answer = await rig.call('PUT', JOBS, put({ Count: undefined }));
    expect(answer.status).toBe(200);
    const body = answer.json<Submitted>();
    expect(body).toEqual({
      JobID: expect.stringMatching(/^j-[0-9a-f]{8}-/),
      EvaluationID: expect.stringMatching(/^[0-9a-f]{8}-/),
      Warnings: null,
    });
    const job = await rig.job(body.JobID);
    expect(job).toMatchObject({
      Name: body.JobID,
      Namespace: 'default',
      Count: 1,
      Priority: 0,
      State: { StateType: 'Pending' },
      Version: 1,
      Revision: 1,
    });
    expect(job.CreateTime).toBe(job.ModifyTime);
    expect(job.Tasks[0]?.Resources).toEqual({ CPU: '500m', Memory: '512Mb' });
    expect(Object.keys(job.Meta)).toContain('bacalhau.org/orchestrator.id');
  });

  test('counts are forced or kept by type and release', async () => {
    const rig = await startRig();
    expect((await rig.job(await rig.submit({ Type: 'ops', Count: 1 }))).Count).toBe(0);
    expect((await rig.job(await rig.submit({ Count: 0 }))).Count).toBe(0);
    const old = await startRig({ version: '1.6.0' });
    expect((await old.job(await old.submit({ Type: 'ops', Count: undefined }))).Count).toBe(1);
    const job = await old.job(await old.submit({ Count: undefined }));
    expect([job.Count, job.Version]).toEqual([0, 0]);
    expect(job.Tasks[0]?.Network.Type).toBe('None');
  });

  test('warns about what clients may not set', async () => {
    const rig = await startRig();
    const task = jobBody()['Tasks'] as unknown[];
    const answer = await rig.call('PUT', JOBS, {
      Job: {
        ...jobBody(),
        ID: 'mine',
        Tasks: [...task, ...task],
        Meta: { 'bacalhau.org/requester.id': 'forged', mine: 'kept' },
        State: { StateType: 'Completed' },
        Revision: 9,
        CreateTime: 1,
      },
    });
    const { Warnings, JobID } = answer.json<Submitted>();
    expect(Warnings).toHaveLength(6);
    const job = await rig.job(JobID);
    expect([job.Name, job.Tasks.length, job.Meta['mine']]).toEqual(['mine', 1, 'kept']);
    expect(job.Meta['bacalhau.org/requester.id']).toMatch(/^n-/);
    expect(JobID).not.toBe('mine');
  });

  test('services keep their id, and installations are noted', async () => {
    const rig = await startRig();
    const headers = { 'x-bacalhau-installationid': 'inst-1', 'x-bacalhau-instanceid': 'cli-1' };
    const answer = await rig.call('PUT', JOBS, put({ Type: 'service', ID: 'web' }), headers);
    expect(answer.json()).toMatchObject({ JobID: 'web', Warnings: null });
    expect((await rig.job('web')).Meta).toMatchObject({
      'bacalhau.org/client.installation.id': 'inst-1',
      'bacalhau.org/client.instance.id': 'cli-1',
    });
  });

  test('reports every problem at once', async () => {
    const rig = await startRig();
    const answer = await rig.call('PUT', JOBS, {
      Job: {
        Type: 'cron',
        Count: -1,
        Constraints: [{ Key: 'gpu', Operator: 'in', Values: [] }],
        Tasks: [
          {
            Name: ' ',
            Engine: { Type: '' },
            Env: { lower: 'x', BACALHAU_X: 'y', EMPTY: '' },
            InputSources: [{ Source: { Type: 's3' }, Target: '' }],
            ResultPaths: [{ Name: 'a', Path: 'relative' }],
            Resources: { CPU: 'lots', Memory: 'some', GPU: '1.5' },
            Network: { Type: 'Carrier' },
            Timeouts: { ExecutionTimeout: -1 },
          },
        ],
      },
    });
    expect(answer.status).toBe(400);
    const { Message, Code } = answer.json<{ Message: string; Code: string }>();
    expect(Code).toBe('ValidationError');
    expect(Message.split('\n')).toHaveLength(15);
    expect(rig.site.jobs.size).toBe(0);
  });

  test('the store has a second look', async () => {
    const rig = await startRig();
    const [task] = jobBody()['Tasks'] as Record<string, unknown>[];
    const send = (more: object) => rig.call('PUT', JOBS, { Job: jobBody({ Tasks: [{ ...task, ...more }] }) });
    const unpublished = await send({ ResultPaths: [{ Name: 'out', Path: '/out' }] });
    expect(unpublished.json()).toMatchObject({ Status: 400, Component: 'JobStore' });
    const tight = await send({ Timeouts: { ExecutionTimeout: 60, QueueTimeout: 60, TotalTimeout: 100 } });
    expect(tight.json()).toMatchObject({ Status: 400, Component: 'JobStore' });
    expect((await send({ Resources: { CPU: '2', Memory: '4 GB' } })).status).toBe(200);
  });

  test('constraints that no node meets fail the job, not the submit', async () => {
    const rig = await startRig();
    const id = await rig.submit({ Constraints: [{ Key: 'os_arch', Operator: 'in', Values: ['riscv'] }] });
    rig.pass(5000);
    const job = await rig.job(id);
    expect(job.State.StateType).toBe('Failed');
    expect(job.State.Message).toMatch(
      /^not enough nodes to run job\. requested: 1, available: \d+, suitable: 0\./,
    );
    expect(await rig.executions(id)).toEqual([]);
  });
});

describe('a name that is taken (1.8 and later)', () => {
  test('the same spec is a 500 without a code, also when the job has finished', async () => {
    const rig = await startRig();
    const id = await rig.submit({ Name: 'nightly' });
    for (const wait of [0, 60_000]) {
      rig.pass(wait);
      const again = await rig.call('PUT', JOBS, put({ Name: 'nightly' }));
      expect(again.json()).toMatchObject({
        Status: 500,
        Code: '',
        Component: 'Bacalhau',
        Message: `no changes detected for new job spec. Job Name: 'nightly', Job Id: '${id}'`,
        Hint: expect.stringContaining('force'),
      });
    }
  });

  test('letter case of resources and the server’s own meta make no difference', async () => {
    const rig = await startRig();
    const [task] = jobBody()['Tasks'] as Record<string, unknown>[];
    const withMemory = (Memory: string) => ({
      Job: jobBody({ Name: 'n', Tasks: [{ ...task, Resources: { Memory } }] }),
    });
    expect((await rig.call('PUT', JOBS, withMemory('4GB'))).status).toBe(200);
    expect((await rig.call('PUT', JOBS, withMemory('4 gb'))).status).toBe(500);
    expect((await rig.call('PUT', JOBS, withMemory('5gb'))).status).toBe(200);
  });

  test('another spec updates in place: same id, next version, Pending again, old executions cancelled', async () => {
    const rig = await startRig();
    const id = await rig.submit({ Name: 'nightly' }, 'sleep 600');
    rig.pass(5000);
    expect((await rig.job(id)).State.StateType).toBe('Running');
    const answer = await rig.call('PUT', JOBS, put({ Name: 'nightly', Priority: 3, Type: 'service' }));
    expect(answer.json()).toMatchObject({ JobID: id, Warnings: null });
    expect(await rig.job(id)).toMatchObject({
      Version: 2,
      Priority: 3,
      Type: 'batch',
      State: { StateType: 'Pending' },
      Revision: 3,
    });
    rig.pass(10_000);
    const [old] = await rig.executions(id, '?job_version=1');
    expect(old).toMatchObject({
      JobVersion: 1,
      ComputeState: { StateType: 11 },
      DesiredState: { StateType: 2 },
    });
    const [now] = await rig.executions(id);
    expect(now).toMatchObject({ JobVersion: 2 });
    expect((await rig.job(`${id}?job_version=1`)).Priority).toBe(0);
  });

  test('Force makes a new version of the same spec', async () => {
    const rig = await startRig();
    const id = await rig.submit({ Name: 'nightly' });
    const answer = await rig.call('PUT', JOBS, { ...put({ Name: 'nightly' }), Force: true });
    expect(answer.json()).toMatchObject({ JobID: id });
    expect((await rig.job(id)).Version).toBe(2);
  });

  test('another namespace is another job; a taken id is a conflict', async () => {
    const rig = await startRig();
    const id = await rig.submit({ Name: 'x', Type: 'service', ID: 'fixed' });
    expect(await rig.submit({ Name: 'x', Namespace: 'other' })).not.toBe(id);
    const clash = await rig.call('PUT', JOBS, put({ Name: 'y', Type: 'service', ID: 'fixed' }));
    expect(clash.json()).toMatchObject({ Status: 409, Code: 'ResourceInUse' });
  });
});

test('before 1.8 names are free text and Force means nothing', async () => {
  const rig = await startRig({ version: '1.7.0' });
  const first = await rig.submit({ Name: 'nightly' });
  const again = await rig.call('PUT', JOBS, { ...put({ Name: 'nightly' }), Force: true });
  expect(again.status).toBe(200);
  expect(again.json<Submitted>().JobID).not.toBe(first);
  expect((await rig.job(first)).Version).toBe(0);
});

describe('diff', () => {
  test('says nothing for the same spec, something for another, and changes nothing', async () => {
    const rig = await startRig();
    await rig.submit({ Name: 'n', Namespace: 'research' });
    const same = await rig.call('PUT', `${JOBS}/diff`, put({ Name: 'n', Namespace: 'research' }));
    expect(same.text).toBe('{"Diff":"","Warnings":null}\n');
    const other = await rig.call('PUT', `${JOBS}/diff`, put({ Name: 'n', Namespace: 'research', Count: 2 }));
    expect(other.json<{ Diff: string }>().Diff).not.toBe('');
    expect((await rig.job('n?namespace=research')).Version).toBe(1);
  });

  test('unknown name, missing name, missing job', async () => {
    const rig = await startRig();
    expect((await rig.call('PUT', `${JOBS}/diff`, put({ Name: 'n' }))).status).toBe(404);
    expect((await rig.call('PUT', `${JOBS}/diff`, put({}))).status).toBe(400);
    expect((await rig.call('PUT', `${JOBS}/diff`, {})).status).toBe(500);
  });
});
