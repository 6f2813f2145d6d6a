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
    expect(job.Tasks[0]?.Resources).toEqual({ CPU: '500m', Memory: '512mb' });
    // Written down some nanoseconds after it was made (seen on 1.9.3): 60 to 170.
    const { text } = await rig.get(`${JOBS}/${body.JobID}`);
    const nanos = (key: string): bigint => BigInt(new RegExp(`"${key}":(\\d+)`).exec(text)?.[1] ?? 0);
    const later = nanos('ModifyTime') - nanos('CreateTime');
    expect(later).toBeGreaterThanOrEqual(60n);
    expect(later).toBeLessThanOrEqual(170n);
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
        Version: 2,
        CreateTime: 1,
        ModifyTime: 1,
      },
    });
    const { Warnings, JobID } = answer.json<Submitted>();
    // In the words, and in the order, of 1.9.3.
    expect(Warnings).toEqual([
      'job state is ignored when submitting a job',
      'job revision is ignored when submitting a job',
      'job version is ignored when submitting a job',
      'job create time is ignored when submitting a job',
      'job modify time is ignored when submitting a job',
      'job ID is ignored when submitting a batch job',
      'only one task is supported per job',
      'job meta key "bacalhau.org/requester.id" is reserved and will be ignored',
    ]);
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

  test('reports every problem at once, and which it is of several of a kind (seen on 1.9.3)', async () => {
    const rig = await startRig();
    const answer = await rig.call('PUT', JOBS, {
      Job: {
        Type: 'cron',
        Count: -1,
        Constraints: [
          { Key: 'gpu', Operator: 'in', Values: [] },
          { Key: ' ', Operator: 'exists', Values: ['a'] },
          { Key: 'a', Operator: '~', Values: [] },
        ],
        Tasks: [
          {
            Name: ' ',
            Engine: { Type: '' },
            Env: { lower: 'x' },
            InputSources: [{ Source: { Type: 's3' }, Target: '' }],
            ResultPaths: [{ Name: 'a', Path: 'relative' }],
            Resources: { CPU: 'lots', Memory: 'some', GPU: '1.5' },
            Network: { Type: 'Bridge', Domains: ['x.y'], Ports: [{ Name: '' }, { Name: 'A', Static: 3 }] },
            Timeouts: { ExecutionTimeout: -1, QueueTimeout: -60 },
          },
        ],
      },
    });
    const body = answer.json<{ Message: string }>();
    expect(body).toMatchObject({ Status: 400, Code: 'InternalError', Component: 'APIServer' });
    expect(body.Message.split('\n')).toEqual([
      'invalid job type: "cron"',
      'job count must be >= 0',
      'constraint 1 validation failed: selector values cannot be empty for In or NotIn operators',
      'constraint 2 validation failed: selector key cannot be blank',
      'selector values must be empty for Exists or KeyNotInImap operators',
      'constraint 3 validation failed: selector values must have exactly one value for other operators',
      'task   validation failed: missing task name',
      "environment variable 'lower' must be uppercase",
      'invalid engine: missing spec type',
      'invalid timeouts: invalid execution timeout value: -1s',
      'invalid queue timeout value: -1m0s',
      'invalid resources: invalid GPU value: 1.5',
      'invalid input sources: input source is missing a target',
      'invalid output: result path `relative` must be absolute',
      'invalid network: domains can only be set for HTTP network mode',
      'invalid domain "x.y"',
      'port mapping name is required',
      'static port 3 is in privileged port range (1-1023)',
    ]);
    expect(rig.site.jobs.size).toBe(0);
  });

  test('one problem each (seen on 1.9.3)', async () => {
    const rig = await startRig();
    const [task] = jobBody()['Tasks'] as Record<string, unknown>[];
    const problem = async (fields: Record<string, unknown>, more: object = {}) =>
      (
        await rig.call('PUT', JOBS, { Job: { ...jobBody({ Tasks: [{ ...task, ...more }] }), ...fields } })
      ).json<{
        Message: string;
      }>().Message;
    expect(await problem({ Type: undefined })).toBe('missing job type');
    expect(await problem({ Type: 'Batch' })).toBe('invalid job type: "Batch"');
    expect(await problem({ Tasks: [] })).toBe('missing job tasks');
    expect(await problem({ Type: 'ops', Count: 2 })).toBe(
      'ops jobs cannot specify count > 1 as they run on all matching nodes',
    );
    const env = async (name: string, value: string) => problem({}, { Env: { [name]: value } });
    const within = "task main validation failed: environment variable '";
    expect(await env('BACALHAU_X', 'y')).toBe(`${within}BACALHAU_X' cannot start with BACALHAU_`);
    expect(await env('EMPTY', '')).toBe(`${within}EMPTY' cannot have empty value`);
    expect(await env('1A', 'x')).toBe(`${within}1A' must start with a letter`);
    expect(await env('A-B', 'x')).toBe(`${within}A-B' can only contain letters, numbers, and underscores`);
    const cause = "models.Network: unknown type 'Carrier'";
    expect(await problem({}, { Network: { Type: 'Carrier' } })).toBe(
      `code=400, message=${cause}, internal=${cause}`,
    );
    expect(await problem({}, { Network: { Type: 'None', Ports: [{ Name: 'A' }] } })).toBe(
      'task main validation failed: invalid network: ports can only be set for Host or Bridge network modes',
    );
  });

  test('domains are judged as they were sent, and kept in lower case (seen on 1.9.3)', async () => {
    const rig = await startRig();
    const [task] = jobBody()['Tasks'] as Record<string, unknown>[];
    const withDomain = (domain: string) => ({
      Tasks: [{ ...task, Network: { Type: 'HTTP', Domains: [domain] } }],
    });
    const refused = await rig.call('PUT', JOBS, put(withDomain('Example.org')));
    expect(refused.json<{ Message: string }>().Message).toBe(
      'task main validation failed: invalid network: invalid domain "Example.org"',
    );
    const job = await rig.job(await rig.submit(withDomain('API.example.org')));
    expect(job.Tasks[0]?.Network).toMatchObject({ Domains: ['api.example.org'] });
  });

  test('network types are known in any case (seen on 1.9.3)', async () => {
    const rig = await startRig();
    const [task] = jobBody()['Tasks'] as Record<string, unknown>[];
    const id = await rig.submit({ Tasks: [{ ...task, Network: { Type: 'host' } }] });
    expect((await rig.job(id)).Tasks[0]?.Network.Type).toBe('Host');
  });

  test('names and namespaces keep their blanks; a namespace of blanks is none (seen on 1.9.3)', async () => {
    const rig = await startRig();
    const id = await rig.submit({ Name: ' padded ', Namespace: ' research ' });
    expect(await rig.job(id)).toMatchObject({ Name: ' padded ', Namespace: ' research ' });
    expect((await rig.call('PUT', JOBS, put({ Namespace: '  ' }))).json()).toMatchObject({
      Status: 400,
      Message: 'job must be in a namespace',
      Code: 'BadRequest',
      Component: 'JobStore',
    });
  });

  test('the store has a second look', async () => {
    const rig = await startRig();
    const [task] = jobBody()['Tasks'] as Record<string, unknown>[];
    const send = (more: object) => rig.call('PUT', JOBS, { Job: jobBody({ Tasks: [{ ...task, ...more }] }) });
    const unpublished = await send({ ResultPaths: [{ Name: 'out', Path: '/out' }] });
    expect(unpublished.json()).toMatchObject({
      Status: 400,
      Code: 'BadRequest',
      Component: 'JobStore',
      Message: 'task main validation failed: publisher must be set if result paths are set',
    });
    const tight = await send({ Timeouts: { ExecutionTimeout: 60, QueueTimeout: 60, TotalTimeout: 100 } });
    expect(tight.json()).toMatchObject({ Status: 400, Component: 'JobStore' });
    expect((await send({ Resources: { CPU: '2', Memory: '4 GB' } })).status).toBe(200);
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
        Hint: 'Use the --force flag to override this warning',
      });
    }
  });

  test('a constraint with an empty list of values is another spec every time (seen on 1.9.3)', async () => {
    const rig = await startRig();
    const constrained = (Constraints: unknown) => put({ Name: 'nightly', Constraints });
    const none = constrained([{ Key: 'gpu', Operator: 'exists' }]);
    const empty = constrained([{ Key: 'gpu', Operator: 'exists', Values: [] }]);
    const statuses: number[] = [];
    for (const body of [none, none, empty, empty, none]) {
      statuses.push((await rig.call('PUT', JOBS, body)).status);
    }
    expect(statuses).toEqual([200, 500, 200, 200, 500]);
    const diff = await rig.call('PUT', `${JOBS}/diff`, empty);
    expect(diff.json<{ Diff: string }>().Diff).not.toBe('');
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
    const created = (await rig.job(id)).CreateTime;
    const answer = await rig.call('PUT', JOBS, put({ Name: 'nightly', Priority: 3 }));
    expect(answer.json()).toMatchObject({ JobID: id, Warnings: null });
    // The revision runs on and the time of creation stays (seen on 1.9.3); the message is gone once it runs.
    expect(await rig.job(id)).toMatchObject({
      Version: 2,
      Priority: 3,
      State: { StateType: 'Pending', Message: 'Job update requested by user' },
      Revision: 3,
      CreateTime: created,
    });
    rig.pass(3000);
    expect((await rig.job(id)).State).toEqual({ StateType: 'Running' });
    rig.pass(7000);
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

  test('another type keeps the record as it was, and is what runs (seen on 1.9.3)', async () => {
    const rig = await startRig();
    const id = await rig.submit({ Name: 'nightly' });
    rig.pass(60_000);
    await rig.call('PUT', JOBS, put({ Name: 'nightly', Type: 'ops', Count: undefined }));
    rig.pass(2000);
    expect(await rig.job(id)).toMatchObject({ Type: 'batch', Count: 0, Version: 2 });
    expect(await rig.executions(id)).toHaveLength(rig.site.nodes.size);
  });

  test('a label with a key that no job had fails an update and changes nothing (seen on 1.9.3)', async () => {
    const rig = await startRig();
    const id = await rig.submit({ Name: 'nightly', Labels: { team: 'nlp' } });
    const update = (Labels: Record<string, string>, Force = false) =>
      rig.call('PUT', JOBS, { ...put({ Name: 'nightly', Labels }), Force });
    for (const force of [false, true]) {
      expect((await update({ team: 'nlp', run: '1' }, force)).json()).toMatchObject({
        Status: 500,
        Message: 'Internal server error',
        Code: 'InternalError',
        Component: 'Unknown',
      });
    }
    expect(await rig.job(id)).toMatchObject({ Version: 1, Labels: { team: 'nlp' } });
    // A new job makes the key known; values may change and labels may go.
    await rig.submit({ Labels: { run: '0' } });
    for (const labels of [{ team: 'nlp', run: '1' }, { run: '2' }, {}]) {
      expect((await update(labels)).status).toBe(200);
    }
    expect((await rig.job(id)).Version).toBe(4);
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
    // In other words than those of a job that is looked up (seen on 1.9.3).
    expect((await rig.call('PUT', `${JOBS}/diff`, put({ Name: 'n' }))).json()).toMatchObject({
      Status: 404,
      Message: 'job name index not found: n:default',
      Component: 'JobStore',
    });
    expect((await rig.call('PUT', `${JOBS}/diff`, put({ Name: ' ' }))).json()).toMatchObject({
      Status: 400,
      Message: 'invalid job spec: name is missing',
    });
    expect((await rig.call('PUT', `${JOBS}/diff`, {})).status).toBe(500);
  });
});
