import { describe, expect, it } from 'vitest';
import type { RunaiRig } from '../../../../test/support/runai-client.ts';
import { START, startRunaiRig } from '../../../../test/support/runai-client.ts';

interface JobOnWire {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly type: string;
  readonly user: string;
  readonly nodes: readonly string[] | string;
  readonly currentAllocatedGPUs: number;
}

const BASE = '/researcher/api/v1';
const NOBODY = { authorization: '' };

async function jobs(rig: RunaiRig, path: string): Promise<readonly JobOnWire[]> {
  const answer = await rig.call('GET', path, undefined, NOBODY);
  expect(answer.status).toBe(200);
  return answer.json<{ data: readonly JobOnWire[] }>().data;
}

async function submit(rig: RunaiRig, job: unknown, headers: Record<string, string> = NOBODY) {
  return rig.call('POST', `${BASE}/jobs`, { job }, headers);
}

describe('the Researcher service', () => {
  it.each([`${BASE}/jobs`, `${BASE}/job`, '/researcher/api/job'])(
    'submits, lists and deletes at %s',
    async (path) => {
      const rig = await startRunaiRig();
      const job = {
        project: 'vision',
        name: 'seg-19',
        type: 'train',
        image: 'acme/seg:5',
        gpu: 0.5,
        cpu: 4,
        memory: '16G',
        command: ['sleep'],
        arguments: ['500'],
      };
      const made = await rig.call('POST', path, { job }, NOBODY);
      expect(made.status).toBe(200);
      expect(made.json()).toEqual({ name: 'seg-19' });
      rig.pass(5000);
      const [one] = await jobs(rig, `${path}/vision/seg-19`);
      expect(one).toMatchObject({
        project: 'vision',
        status: 'Running',
        type: 'Train',
        createdAt: START,
        images: 'acme/seg:5',
        currentAllocatedGPUs: 0.5,
        isMpi: false,
        isJupyter: false,
      });
      expect(one?.nodes).toHaveLength(1);
      expect(await jobs(rig, path)).toEqual([one]);
      expect(await jobs(rig, `${path}/vision`)).toEqual([one]);
      expect(await jobs(rig, `${path}?project=nlp`)).toEqual([]);
      const items = [
        { name: 'seg-19', project: 'vision' },
        { name: 'ghost', project: 'vision' },
      ];
      const removed = await rig.call('DELETE', path, items, NOBODY);
      expect(removed.status).toBe(200);
      expect(removed.json()).toEqual({
        data: [
          { name: 'seg-19', ok: true },
          { name: 'ghost', ok: false, error: { status: 404, message: 'job not found', details: '' } },
        ],
      });
      expect(await jobs(rig, path)).toMatchObject([{ status: 'Terminating' }]);
      rig.pass(5000);
      expect(await jobs(rig, path)).toEqual([]);
    },
  );

  it('shows the same workloads as the control plane, in its own words', async () => {
    const rig = await startRunaiRig();
    const id = await rig.create({ name: 'both', command: 'sleep 5' });
    const status = async () => (await jobs(rig, `${BASE}/jobs`)).map((job) => [job.id, job.status]);
    expect(await status()).toEqual([[id, 'Pending']]);
    rig.pass(600);
    expect(await status()).toEqual([[id, 'ContainerCreating']]);
    rig.pass(2000);
    expect(await status()).toEqual([[id, 'Running']]);
    rig.pass(10_000);
    expect(await status()).toEqual([[id, 'Succeeded']]);
    const suspended = await rig.create({ command: 'sleep 500' });
    rig.pass(3000);
    await rig.call('POST', `/api/v1/workloads/trainings/${suspended}/suspend`);
    rig.pass(3000);
    expect(await status()).toEqual([[id, 'Succeeded']]);
  });

  it('emits a container’s reason as a status', async () => {
    const rig = await startRunaiRig();
    await rig.create({ spec: { image: 'acme/nonexistent:1', backoffLimit: 3 } });
    rig.pass(2600);
    expect((await jobs(rig, `${BASE}/jobs`))[0]?.status).toBe('ImagePullBackOff');
  });

  it('filters by type', async () => {
    const rig = await startRunaiRig();
    await submit(rig, { project: 'nlp', name: 't', image: 'a' });
    await submit(rig, { project: 'nlp', name: 'i', image: 'a', interactive: true });
    await rig.create({ project: 'nlp', name: 'srv', kind: 'inferences' });
    const names = async (filter: string) =>
      (await jobs(rig, `${BASE}/jobs/nlp?jobTypeFilter=${filter}`)).map(({ name }) => name);
    expect(await names('training')).toEqual(['t']);
    expect(await names('interactive')).toEqual(['i']);
    expect(await names('inference')).toEqual(['srv']);
    expect((await rig.call('GET', `${BASE}/jobs/nlp?jobTypeFilter=x`, undefined, NOBODY)).status).toBe(400);
  });

  it('takes the looser forms of the pages, and templates', async () => {
    const rig = await startRunaiRig();
    const loose = {
      project: 'vision',
      name: 'loose',
      image: 'a',
      command: 'sleep 100',
      environment: { EPOCHS: 40 },
      ttlAfterFinish: '2h',
      serviceType: 'nodeport',
    };
    expect((await submit(rig, loose)).status).toBe(200);
    const template = {
      name: 'shaped',
      project: 'vision',
      values: { image: 'b', command: 'sleep', arguments: { one: '5' }, cpu: 2 },
    };
    expect((await rig.call('POST', `${BASE}/jobs`, { template }, NOBODY)).json()).toEqual({ name: 'shaped' });
    expect(await rig.list('?sortBy=name')).toMatchObject([
      { name: 'loose', environmentVariables: { EPOCHS: '40' } },
      { name: 'shaped', images: ['b'] },
    ]);
  });

  it('gives names to jobs without one', async () => {
    const rig = await startRunaiRig();
    const name = async (job: Record<string, unknown>) =>
      (await submit(rig, { project: 'vision', image: 'a', ...job })).json<{ name: string }>().name;
    expect(await name({})).toMatch(/^job-\d+$/);
    const [first, second] = [await name({ jobNamePrefix: 'run' }), await name({ jobNamePrefix: 'run' })];
    expect(first).toMatch(/^run-\d+$/);
    expect(second).not.toBe(first);
  });

  it('refuses in its own shape', async () => {
    const rig = await startRunaiRig();
    const shape = { status: 400, message: 'image is required', details: '' };
    expect((await submit(rig, { project: 'vision' })).json()).toEqual(shape);
    expect((await submit(rig, { project: 'nowhere', image: 'a' })).json()).toMatchObject({ status: 404 });
    await submit(rig, { project: 'vision', image: 'a', name: 'x' });
    expect((await submit(rig, { project: 'vision', image: 'a', name: 'x' })).status).toBe(409);
    const missing = await rig.call('GET', `${BASE}/jobs/vision/ghost`, undefined, NOBODY);
    expect(missing.json()).toEqual({ status: 404, message: 'job not found', details: '' });
    expect((await rig.call('GET', `${BASE}/nothing`, undefined, NOBODY)).json()).toMatchObject({
      status: 404,
    });
    expect((await rig.call('DELETE', `${BASE}/jobs`, '"x"', NOBODY)).status).toBe(400);
  });

  it('lists projects by name, and says its version', async () => {
    const rig = await startRunaiRig();
    const answer = await rig.call('GET', `${BASE}/projects`, undefined, NOBODY);
    const { data } = answer.json<{ data: Record<string, unknown>[] }>();
    expect(data.map(({ name }) => name)).toContain('vision');
    expect(data[0]).not.toHaveProperty('id');
    expect(data[0]).toMatchObject({ trainNodeAffinity: null, interactiveJobTimeLimitSecs: 0 });
    expect((await rig.call('GET', `${BASE}/version`, undefined, NOBODY)).json()).toMatchObject({
      data: { version: '0.1.12' },
    });
  });

  it('prints nodes as one string in its older builds', async () => {
    const rig = await startRunaiRig({ researcherNodesAsText: true });
    await submit(rig, { project: 'vision', image: 'a', command: 'sleep 500' });
    expect((await jobs(rig, `${BASE}/jobs`))[0]?.nodes).toBe('');
    rig.pass(5000);
    expect((await jobs(rig, `${BASE}/jobs`))[0]?.nodes).toMatch(/^[a-z0-9-]+$/);
  });
});

describe('its access', () => {
  it('is open, and RA-USER says who owns a job', async () => {
    const rig = await startRunaiRig();
    await submit(rig, { project: 'vision', image: 'a' }, { authorization: '', 'ra-user': 'rina' });
    expect((await jobs(rig, `${BASE}/jobs`))[0]?.user).toBe('rina');
  });

  it('asks for a bearer once an administrator says so', async () => {
    const rig = await startRunaiRig({ researcherAuth: 'bearer' });
    const refused = await rig.call('GET', `${BASE}/jobs`, undefined, NOBODY);
    expect(refused.status).toBe(401);
    expect(refused.json()).toEqual({ status: 401, message: 'Authorization header is missing.', details: '' });
    expect(await rig.status(`${BASE}/jobs`)).toBe(200);
  });

  it('may want the id token', async () => {
    const rig = await startRunaiRig({ researcherAuth: 'bearer', researcherToken: 'id' });
    expect(await rig.status(`${BASE}/jobs`)).toBe(401);
    const grant = {
      grantType: 'app_token',
      appID: 'sandbox-runai-client',
      appSecret: 'sandbox-runai-secret',
    };
    const { idToken } = (await rig.call('POST', '/api/v1/token', grant)).json<{ idToken: string }>();
    const authorization = `Bearer ${idToken}`;
    expect((await rig.call('GET', `${BASE}/jobs`, undefined, { authorization })).status).toBe(200);
  });

  it('expires by fault even when it is open', async () => {
    const rig = await startRunaiRig();
    rig.emulator.faults.set('expired', { times: 1, effect: { kind: 'unauthorized' } });
    expect((await rig.call('GET', `${BASE}/jobs`, undefined, NOBODY)).status).toBe(401);
  });
});
