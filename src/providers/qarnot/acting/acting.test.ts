import { describe, expect, it } from 'vitest';
import {
  actingRig,
  createdJob,
  ECHO,
  findTarget,
  requestOf,
  stampNo,
  type ActingRig,
  type Asked,
} from '../../../../test/support/qarnot-acting.ts';
import { errorOf, testContext } from '../../../../test/support/upstream-calls.ts';
import type { NativeKey } from '../../../model/ids.ts';
import type { JobRecord } from '../../../model/records.ts';
import type { Fault } from '../../../sandbox/emulator.ts';

const CREATE = 'POST /tasks';

const submit = ({ acting }: ActingRig, asked: Asked = ECHO, nth = 1) =>
  acting.submit(requestOf(asked), stampNo(nth), testContext());

const find = ({ acting }: ActingRig, nth = 1, rerunOf: JobRecord | null = null) =>
  acting.find(findTarget(stampNo(nth), rerunOf), testContext());

const sent = ({ client }: ActingRig, call: string) =>
  client.emulator.calls.filter(({ method, path }) => `${method} ${path}` === call).length;

const tasksThere = async ({ client }: ActingRig) => (await client.get<unknown[]>('/tasks')).length;

async function read({ adapter }: ActingRig, key: NativeKey): Promise<JobRecord> {
  const { found } = await adapter.get('job', [key], testContext());
  const record = found.get(key);
  if (record === undefined) throw new Error(`No job ${key}.`);
  return record;
}

describe('submit', () => {
  it('creates one task, stamped, and answers with its implicit job as reading shows it', async () => {
    const rig = await actingRig();
    const job = createdJob(
      await submit(rig, {
        spec: {
          ...ECHO.spec,
          env: [{ name: 'MODE', value: 'fast' }],
          count: 2,
          labels: [{ key: 'team', value: 'vfx' }],
        },
      }),
    );
    expect(rig.client.emulator.calls.map(({ method, path }) => `${method} ${path}`)).toEqual([CREATE]);
    expect(job).toMatchObject({
      origin: 'IMPLICIT',
      name: 'probe',
      projectKey: null,
      status: { state: 'QUEUED' },
    });
    const shown = await read(rig, job.key);
    const { projectKey, observedAt: _, tasks, status, ...rest } = shown;
    expect(projectKey).not.toBeNull();
    const { observedAt: __, tasks: made, projectKey: ___, status: told, ...known } = job;
    expect(known).toEqual(rest);
    expect(told).toEqual({ ...status, since: told.since });
    expect(made?.[0]).toMatchObject({ image: 'library/alpine:3.20', environmentNames: ['MODE'], count: 2 });
    expect(made?.[0]?.executions?.map(({ key }) => key)).toEqual(
      tasks?.[0]?.executions?.map(({ key }) => key),
    );
    const uuid = job.nativeRef.id;
    expect(await rig.client.get(`/tasks/${uuid}`)).toMatchObject({
      shortname: 'gridweave-aaaaaaaaaaabaaaa',
      labels: { team: 'vfx', 'gridweave-key': stampNo(1).id, 'gridweave-spec': '0123456789abcdef' },
      constants: [
        { key: 'DOCKER_REPO', value: 'library/alpine' },
        { key: 'DOCKER_TAG', value: '3.20' },
        { key: 'DOCKER_CMD', value: `echo 'hello world'` },
        { key: 'MODE', value: 'fast' },
      ],
    });
  });

  it('runs what it was asked to run', async () => {
    const rig = await actingRig();
    const job = createdJob(await submit(rig));
    rig.client.clock.advance(600_000);
    expect((await read(rig, job.key)).status.state).toBe('SUCCEEDED');
  });

  it('writes below the configured prefix, too', async () => {
    const rig = await actingRig({ settings: { pathPrefix: '/v1' } });
    createdJob(await submit(rig));
    expect((await find(rig)).outcome).toBe('FOUND');
    expect(rig.client.emulator.calls.every(({ path }) => path.startsWith('/v1/'))).toBe(true);
  });

  it('puts a task into a Qarnot job, and answers with that job', async () => {
    const rig = await actingRig();
    const { uuid } = await rig.client.post<{ uuid: string }>('/jobs/', { name: 'shots' });
    const job = createdJob(await submit(rig, { ...ECHO, extension: { jobUuid: uuid } }));
    expect(job).toMatchObject({
      key: `j:${uuid}`,
      origin: 'NATIVE',
      name: 'shots',
      status: { state: 'QUEUED' },
    });
    expect(job.tasks?.map(({ name }) => name)).toEqual(['probe']);
    expect(await find(rig)).toMatchObject({ outcome: 'FOUND', records: [{ key: `j:${uuid}` }] });
  });

  it('leaves the profile to the pool of the job', async () => {
    const rig = await actingRig();
    const pool = await rig.client.post<{ uuid: string }>('/pools', {
      name: 'p',
      profile: 'docker-network',
      instanceCount: 1,
    });
    const { uuid } = await rig.client.post<{ uuid: string }>('/jobs/', {
      name: 'shots',
      poolUuid: pool.uuid,
    });
    const job = createdJob(await submit(rig, { ...ECHO, extension: { jobUuid: uuid } }));
    expect((await read(rig, job.key)).tasks?.[0]?.engine).toBe('docker-network');
    const demanding = {
      spec: { ...ECHO.spec, resources: { cpuMillis: 2000 } },
      extension: { jobUuid: uuid },
    };
    expect(await submit(rig, demanding, 2)).toMatchObject({
      outcome: 'REFUSED',
      error: { code: 'UNSUPPORTED_FIELD' },
    });
  });

  it('refuses before anything is sent: no such job, a plan with a refusal', async () => {
    const rig = await actingRig();
    const nowhere = { jobUuid: '6f1c0000-0000-4000-8000-000000000000' };
    expect(await submit(rig, { ...ECHO, extension: nowhere })).toMatchObject({
      outcome: 'REFUSED',
      error: { code: 'NOT_FOUND' },
    });
    expect(await submit(rig, {})).toMatchObject({ outcome: 'REFUSED', error: { code: 'UNSUPPORTED_FIELD' } });
    expect(sent(rig, CREATE)).toBe(0);
  });

  it('is told that the stamp is there already, whatever else is asked for', async () => {
    const rig = await actingRig();
    const first = createdJob(await submit(rig));
    expect(await submit(rig)).toEqual({ outcome: 'EXISTS' });
    expect(await submit(rig, { spec: { ...ECHO.spec, name: 'another' } })).toEqual({ outcome: 'EXISTS' });
    expect(await tasksThere(rig)).toBe(1);
    expect(await find(rig)).toMatchObject({
      outcome: 'FOUND',
      records: [{ key: first.key, origin: 'IMPLICIT' }],
      specHash: '0123456789abcdef',
    });
  });

  it.each<[string, Asked, object]>([
    [
      'a missing bucket',
      {
        spec: {
          ...ECHO.spec,
          inputs: [{ path: '/job', source: { type: 'BUCKET', bucket: 'missing-data', prefix: null } }],
        },
      },
      { code: 'NOT_FOUND', message: 'No such bucket: missing-data' },
    ],
    [
      'an unknown pool',
      { ...ECHO, extension: { poolUuid: '6f1c0000-0000-4000-8000-000000000000' } },
      { code: 'PROVIDER_REFUSED' },
    ],
  ])('hands on the refusal of %s', async (_, asked, error) => {
    expect(await submit(await actingRig(), asked)).toMatchObject({ outcome: 'REFUSED', error });
  });

  it('says that a quota is full', async () => {
    const rig = await actingRig({ limits: { maxTask: 1 } });
    createdJob(await submit(rig));
    expect(await submit(rig, ECHO, 2)).toMatchObject({
      outcome: 'REFUSED',
      error: { code: 'QUOTA_EXCEEDED' },
    });
  });

  it.each<[number, string, string]>([
    [402, 'Not enough credits', 'QUOTA_EXCEEDED'],
    [402, 'No hardware constraint fits', 'PROVIDER_REFUSED'],
    [403, 'Maximum number of tasks reached', 'QUOTA_EXCEEDED'],
    [403, 'Forbidden', 'FORBIDDEN'],
    [401, 'Bad authentication token', 'UNAUTHENTICATED'],
    [429, 'Slow down', 'RATE_LIMITED'],
    [302, '', 'PROVIDER_PROTOCOL'],
  ])('reads %i "%s" as %s: nothing was created', async (status, message, code) => {
    const rig = await actingRig();
    rig.client.emulator.faults.set('f', {
      match: CREATE,
      effect: { kind: 'status', status, body: JSON.stringify({ message }) },
    });
    expect(await submit(rig)).toMatchObject({ outcome: 'REFUSED', error: { code } });
    expect(sent(rig, CREATE)).toBe(1);
  });

  it.each([409, 422, 400, 403])('takes a %i that names the shortname for a duplicate', async (status) => {
    const rig = await actingRig();
    const body = JSON.stringify({ message: 'Shortname already in use' });
    rig.client.emulator.faults.set('f', { match: CREATE, effect: { kind: 'status', status, body } });
    // Values that are sent in confidence are looked for in what is shown, not in what is judged.
    const env = [{ name: 'A', value: 'name' }];
    expect(await submit(rig, { spec: { ...ECHO.spec, env } })).toEqual({ outcome: 'EXISTS' });
  });

  it('does not repeat values that it sent in confidence', async () => {
    const rig = await actingRig();
    const body = JSON.stringify({ message: 'Bad constants: TOKEN=s3cr3t-env, KEY=s3cr3t-constant' });
    rig.client.emulator.faults.set('f', { match: CREATE, effect: { kind: 'status', status: 400, body } });
    const answer = await submit(rig, {
      spec: { ...ECHO.spec, env: [{ name: 'TOKEN', value: 's3cr3t-env' }] },
      extension: { constants: [{ key: 'KEY', value: 's3cr3t-constant' }] },
    });
    if (answer.outcome !== 'REFUSED') throw new Error(answer.outcome);
    expect(answer.error.message).toContain('Bad constants: TOKEN=');
    expect(answer.error.message).not.toContain('s3cr3t');
  });
});

describe('a create that is not answered', () => {
  it.each<[string, Fault['effect'], boolean]>([
    ['a reset after it took effect', { kind: 'reset', afterCommit: true }, true],
    ['a reset before', { kind: 'reset' }, false],
    ['an answer that is late', { kind: 'latency', ms: 2_000 }, true],
    ['no answer', { kind: 'hang' }, false],
    ['a 500', { kind: 'status', status: 500 }, false],
    ['a 408', { kind: 'status', status: 408 }, false],
    ['an answer that is cut off', { kind: 'truncate', bytes: 10 }, true],
    ['an answer that is no JSON', { kind: 'garbage', body: '<html>' }, false],
    ['an answer without a uuid', { kind: 'garbage', body: '{}' }, false],
  ])('%s: unknown, sent once, and looked up', async (_, effect, created) => {
    const rig = await actingRig({ upstream: { timeoutMs: 300 } });
    rig.client.emulator.faults.set('f', { match: CREATE, times: 1, effect });
    expect((await submit(rig)).outcome).toBe('UNKNOWN');
    expect(sent(rig, CREATE)).toBe(1);
    expect((await find(rig)).outcome).toBe(created ? 'FOUND' : 'ABSENT');
    expect((await submit(rig)).outcome).toBe(created ? 'EXISTS' : 'CREATED');
    expect(await tasksThere(rig)).toBe(1);
  });

  it('is refused when it never left, and rejects when the caller went away', async () => {
    const rig = await actingRig({ upstream: { rate: { perSecond: 0.001, burst: 1 } } });
    createdJob(await submit(rig));
    expect(await submit(rig, ECHO, 2)).toMatchObject({ outcome: 'REFUSED', error: { code: 'RATE_LIMITED' } });
    const hanging = await actingRig();
    hanging.client.emulator.faults.set('f', { effect: { kind: 'hang' } });
    const ctx = testContext();
    const lost = errorOf(hanging.acting.submit(requestOf(ECHO), stampNo(1), ctx));
    await expect.poll(() => sent(hanging, CREATE)).toBe(1);
    ctx.leave();
    const error = await lost;
    expect(error.code).toBe('CANCELLED');
    expect(error.details.sent).not.toBe(false);
  });
});

describe('find', () => {
  it('is not misled by a task of the same shortname, and says when it could not ask', async () => {
    const rig = await actingRig();
    await rig.client.submit('true', {
      shortname: 'gridweave-aaaaaaaaaaabaaaa',
      labels: { 'gridweave-key': 'other' },
    });
    expect(await find(rig)).toEqual({ outcome: 'ABSENT' });
    rig.client.emulator.faults.set('f', { effect: { kind: 'status', status: 500 } });
    expect((await errorOf(find(rig))).code).toBe('PROVIDER_UNAVAILABLE');
  });

  it('looks for all of a name where names may repeat', async () => {
    const rig = await actingRig({ settings: { uniqueShortnames: false } });
    expect(rig.acting.submission).toMatchObject({ once: 'LOOKUP', lookFirst: false });
    const job = createdJob(await submit(rig));
    rig.client.emulator.resetCalls();
    expect(await find(rig)).toMatchObject({ outcome: 'FOUND', records: [{ key: job.key }] });
    expect(rig.client.emulator.calls.map(({ path }) => path)).toContain('/tasks/search');
    expect(await find(rig, 2)).toEqual({ outcome: 'ABSENT' });
  });
});
