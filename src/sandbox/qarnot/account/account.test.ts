import { describe, expect, it } from 'vitest';
import { SECOND, startClient } from '../../../../test/support/qarnot-client.ts';

describe('account', () => {
  it('shows limits, use and projects, with both spellings of the core counter', async () => {
    const client = await startClient({ email: 'me@example.org' });
    await client.submit('sleep 60', { instanceCount: 2 });
    await client.submit('sleep 60', { schedulingType: 'OnDemand' });
    client.clock.advance(20 * SECOND);
    const info = await client.get<{ projects: object[] }>('/info');
    expect(info).toMatchObject({
      email: 'me@example.org',
      taskCount: 2,
      runningTaskCount: 2,
      runningInstanceCount: 3,
      runningCoreCount: 12,
      computingQuotas: {
        user: {
          flex: { runningInstancesCount: 2, runningCoresCount: 8, runningCoreCount: 8 },
          onDemand: { runningInstancesCount: 1 },
          reserved: expect.any(Array),
        },
        organization: { name: expect.any(String) },
      },
    });
    expect(info.projects.length).toBeGreaterThan(1);
    expect(info.projects[0]).toMatchObject({ isDefault: true, slug: expect.stringMatching(/^[a-z0-9-]+$/) });
    expect(await client.get('/quotas/computing-quotas/user')).toMatchObject({
      flex: { runningInstancesCount: 2 },
    });
    expect(await client.get('/quotas/computing-quotas/organization')).toMatchObject({
      flex: { runningCountsPerUser: { 'me@example.org': { runningInstancesCount: 2 } } },
    });
  });

  it('puts tasks and pools into the project they name, else into the default one', async () => {
    const client = await startClient({ jobs: 20 });
    const { projects } = await client.get<{ projects: { uuid: string }[] }>('/info');
    const [first, second] = projects.map(({ uuid }) => uuid);
    const of = async (fields: object) => client.get(`/tasks/${await client.submit('true', { ...fields })}`);
    expect(await of({})).toMatchObject({ projectUuid: first });
    expect(await of({ projectUuid: second })).toMatchObject({ projectUuid: second });
    const known = new Set(projects.map(({ uuid }) => uuid));
    for (const kind of ['tasks', 'pools']) {
      const rows = await client.get<{ projectUuid: string }[]>(`/${kind}`);
      expect(rows.every(({ projectUuid }) => known.has(projectUuid))).toBe(true);
    }
  });

  it('lists profiles whose constants have names, not keys', async () => {
    const client = await startClient();
    expect(await client.get('/profiles')).toContain('docker-batch');
    const profile = await client.get<{ constants: object[] }>('/profiles/docker-batch');
    expect(profile.constants).toContainEqual({
      name: 'DOCKER_CMD',
      value: '',
      description: 'Command to run',
    });
    expect((await client.send('GET', '/profiles/none')).status).toBe(404);
  });

  it('pages hardware constraints by offset, at most 50, and searches CPU models', async () => {
    const client = await startClient();
    interface Constraints {
      readonly data: readonly { readonly discriminator: string }[];
      readonly offset: number;
      readonly limit: number;
      readonly total: number;
    }
    const all = await client.get<Constraints>('/hardware-constraints');
    expect(all.data).toHaveLength(Math.min(all.total, all.limit));
    expect(all.limit).toBe(50);
    const some = await client.get<Constraints>('/hardware-constraints?Limit=3&OFFSET=2');
    expect(some.data).toEqual(all.data.slice(2, 5));
    expect((await client.get<Constraints>('/hardware-constraints?limit=500')).limit).toBe(50);
    const path = '/hardware-constraints/cpu-model-constraints/search';
    const models = await client.get<{ cpuModel: string }[]>(`${path}?CpuModel=epyc`);
    expect(models[0]?.cpuModel).toMatch(/EPYC/);
    expect((await client.send('GET', path)).status).toBe(400);
  });

  it('prices tasks, but not those that a pool pays for', async () => {
    const client = await startClient();
    const { uuid: poolUuid } = await client.post<{ uuid: string }>('/pools', {
      name: 'p',
      profile: 'docker-batch',
      instanceCount: 1,
    });
    const alone = await client.submit('sleep 7200');
    const pooled = await client.submit('sleep 7200', { poolUuid, profile: null });
    client.clock.advance(3600 * SECOND);
    const credits = async (path: string) =>
      (await client.get<{ credits: number }>(`/credits/v1/${path}`)).credits;
    expect(await credits('accounts/credits')).toBeGreaterThan(0);
    expect(await credits(`tasks/${alone}/credits`)).toBeGreaterThan(0);
    expect(await credits(`tasks/${pooled}/credits`)).toBe(0);
    expect(await credits(`pools/${poolUuid}/credits`)).toBeGreaterThan(0);
    expect((await client.send('GET', '/credits/v1/tasks/none/credits')).status).toBe(404);
  });

  it('has budgets for projects, archived ones on request', async () => {
    const client = await startClient();
    const { projects } = await client.get<{ projects: { uuid: string }[] }>('/info');
    const path = `/credits/v1/projects/${projects[0]?.uuid ?? ''}/budgets`;
    const budgets = async (query: string) =>
      (await client.get<{ budgets: object[] }>(`${path}${query}`)).budgets;
    expect(await budgets('?activeOnly=True')).toMatchObject([{ isArchived: false, expirationDateUtc: null }]);
    expect(await budgets('?ActiveOnly=false')).toHaveLength(2);
    expect((await client.send('GET', '/credits/v1/projects/none/budgets')).status).toBe(404);
  });

  it('tells carbon facts in the words of the SDKs', async () => {
    const client = await startClient();
    const uuid = await client.submit('sleep 7200');
    client.clock.advance(3600 * SECOND);
    expect(await client.get(`/carbon/v1/Tasks/${uuid}/carbon-facts?comparisonDataCenter=dc1`)).toMatchObject({
      total_consumed_energy_Wh: expect.any(Number),
      equivalent_datacenter_name: 'dc1',
      saved_carbon_footprint_percent: expect.any(Number),
      PUE: expect.any(Number),
    });
    expect((await client.send('GET', '/carbon/v1/pools/none/carbon-facts')).status).toBe(404);
  });

  it('keeps secrets under keys with slashes', async () => {
    const client = await startClient();
    const at = (key: string) => `/secrets-manager/data/${key}`;
    expect((await client.send('GET', at('team/db'))).status).toBe(404);
    expect((await client.send('PATCH', at('team/db'), { Value: 'x' })).status).toBe(404);
    expect((await client.send('PUT', at('team/db'), { Value: 'one' })).status).toBe(200);
    expect((await client.send('PUT', at('team/db'), { Value: 'two' })).status).toBe(409);
    expect((await client.send('PATCH', at('team/db'), { value: 'three' })).status).toBe(200);
    expect(await client.get(at('team/db'))).toEqual({ value: 'three' });
    await client.send('PUT', at('team/certs/a'), { Value: 'c' });
    expect(await client.get('/secrets-manager/search/team')).toEqual({ keys: ['certs/', 'db'] });
    expect(await client.get('/secrets-manager/search/')).toEqual({ keys: ['team/'] });
    expect((await client.send('DELETE', at('team/db'))).status).toBe(200);
    expect((await client.send('DELETE', at('team/db'))).status).toBe(404);
  });

  it('maps port forwards by instance, always under v1', async () => {
    const client = await startClient();
    const uuid = await client.submit('sleep 5', { instanceCount: 2 });
    expect(await client.get(`/v1/network/tasks/${uuid}/port-forward`)).toEqual({ '0': {}, '1': {} });
  });
});
