import { describe, expect, it } from 'vitest';
import type { Client } from '../../../../test/support/qarnot-client.ts';
import { SECOND, startClient } from '../../../../test/support/qarnot-client.ts';

const POOL = { name: 'workers', profile: 'docker-batch', instanceCount: 2 };

const createPool = async (client: Client, fields: object = {}): Promise<string> =>
  (await client.post<{ uuid: string }>('/pools', { ...POOL, ...fields })).uuid;

interface Pool {
  readonly uuid: string;
  readonly name: string;
  readonly state: string;
  readonly status: {
    readonly runningInstancesInfo: {
      readonly perRunningInstanceInfo: readonly { readonly instanceId: number }[];
    };
  };
}

describe('pools', () => {
  it('boot, serve, close and end', async () => {
    const client = await startClient();
    const uuid = await createPool(client);
    const state = async () => (await client.get<Pool>(`/pools/${uuid}`)).state;
    expect(await state()).toBe('Submitted');
    client.clock.advance(4 * SECOND);
    expect(await state()).toBe('FullyDispatched');
    client.clock.advance(10 * SECOND);
    const ready = await client.get<Pool>(`/pools/${uuid}`);
    expect(ready).toMatchObject({
      state: 'FullyExecuting',
      previousState: 'FullyDispatched',
      instanceCount: 2,
      runningInstanceCount: 2,
      targetRunningInstanceCount: 2,
      totalSlotCapacity: 2,
      poolUsage: 0,
    });
    expect(
      ready.status.runningInstancesInfo.perRunningInstanceInfo.map(({ instanceId }) => instanceId),
    ).toEqual([0, 1]);
    expect(await client.send('POST', `/pools/${uuid}/close`)).toMatchObject({ status: 200, text: '' });
    expect(await state()).toBe('Closing');
    client.clock.advance(5 * SECOND);
    expect(await client.get(`/pools/${uuid}`)).toMatchObject({
      state: 'Closed',
      previousState: 'Closing',
      endDate: '2026-03-02T09:00:17Z',
      runningInstanceCount: 0,
    });
    expect((await client.send('DELETE', `/pools/${uuid}`)).status).toBe(200);
    expect((await client.send('GET', `/pools/${uuid}`)).status).toBe(404);
  });

  it('take tasks, which inherit the profile and say where they are', async () => {
    const client = await startClient();
    const poolUuid = await createPool(client, { shortname: 'crew' });
    const task = await client.submit('sleep 60', { poolUuid, profile: null });
    expect(await client.get(`/tasks/${task}`)).toMatchObject({ poolUuid, profile: 'docker-batch' });
    expect(await client.get('/pools/crew/tasks')).toMatchObject([{ uuid: task }]);
    client.clock.advance(20 * SECOND);
    expect(await client.get(`/pools/${poolUuid}`)).toMatchObject({
      queuedOrRunningTaskInstancesCount: 1,
      poolUsage: 0.5,
    });
    const { uuid: jobUuid } = await client.post<{ uuid: string }>('/jobs', { name: 'j', poolUuid });
    expect(await client.get(`/pools/${poolUuid}/jobs`)).toMatchObject([{ uuid: jobUuid }]);
    const inherited = await client.submit('true', { jobUuid, profile: null });
    expect(await client.get(`/tasks/${inherited}`)).toMatchObject({ poolUuid, jobUuid });
    const late = { name: 'late', instanceCount: 1, poolUuid };
    expect((await client.send('POST', '/tasks', { ...late, jobUuid })).status).toBe(400);
    const constraints = { hardwareConstraints: [{ discriminator: 'SSDHardwareConstraint' }] };
    expect((await client.send('POST', '/tasks', { ...late, ...constraints })).status).toBe(400);
    expect((await client.send('POST', '/tasks', { ...late, profile: 'blender' })).status).toBe(400);
    await client.send('POST', `/pools/${poolUuid}/close`);
    expect((await client.send('POST', '/tasks', late)).status).toBe(400);
  });

  it('show the world’s nodes as slots', async () => {
    const client = await startClient({ jobs: 10 });
    const pools = await client.get<Pool[]>('/pools');
    const { world } = client;
    for (const pool of world.site('qarnot').pools.values()) {
      const seen = pools.find(({ uuid }) => uuid === pool.id);
      const slots = seen?.status.runningInstancesInfo.perRunningInstanceInfo ?? [];
      const up = pool.nodeIds.filter((id) => world.site('qarnot').nodes.get(id)?.up === true);
      expect(slots).toHaveLength(pool.closedAt === null ? up.length : 0);
      const [first] = pool.nodeIds;
      if (first === undefined || pool.closedAt !== null) continue;
      world.site('qarnot').setNodeUp(first, false);
      client.clock.advance(SECOND);
      const after = await client.get<Pool>(`/pools/${pool.id}`);
      expect(after.status.runningInstancesInfo.perRunningInstanceInfo).toHaveLength(up.length - 1);
      expect(after.state).not.toBe('FullyExecuting');
    }
  });

  it('scale by the policy whose period covers now', async () => {
    const client = await startClient();
    const weekly = {
      type: 'Weekly',
      name: 'w',
      days: ['monday'],
      startTimeUtc: '08:00:00',
      endTimeUtc: '10:00:00',
    };
    const queue = {
      type: 'ManagedTasksQueue',
      name: 'office',
      minTotalSlots: 1,
      maxTotalSlots: 3,
      minIdleSlots: 1,
    };
    const fixed = {
      type: 'Fixed',
      name: 'night',
      slotsCount: 4,
      enabledPeriods: [{ type: 'Always', name: 'a' }],
    };
    const scaling = { policies: [{ ...queue, enabledPeriods: [weekly] }, fixed] };
    const poolUuid = await createPool(client, { instanceCount: 0, scaling });
    const target = () => client.get(`/pools/${poolUuid}`);
    expect(await target()).toMatchObject({
      targetRunningInstanceCount: 1,
      scaling: { activePolicyName: 'office' },
    });
    await client.submit('sleep 9000', { poolUuid, profile: null, instanceCount: 9 });
    expect(await target()).toMatchObject({ targetRunningInstanceCount: 3 });
    client.clock.advance(2 * 3600 * SECOND);
    expect(await target()).toMatchObject({
      targetRunningInstanceCount: 4,
      scaling: { activePolicyName: 'night' },
    });
    expect(await client.get(`/pools/${poolUuid}/scaling`)).toMatchObject({ activePolicyName: 'night' });
    const smaller = { policies: [{ ...fixed, slotsCount: 1 }] };
    expect((await client.send('PUT', `/pools/${poolUuid}/scaling`, smaller)).status).toBe(200);
    expect(await target()).toMatchObject({ targetRunningInstanceCount: 1 });
    expect(await client.send('POST', '/sanity-checks/pools/scaling', smaller)).toMatchObject({
      status: 200,
      text: '',
    });
    const wrong = await client.send('POST', '/sanity-checks/pools/scaling', {
      policies: [{ type: 'Sometimes' }],
    });
    expect(wrong.status).toBe(400);
    expect(wrong.json()).toMatchObject({ errors: { 'policies[0]': ['The input was not valid.'] } });
  });

  it('are updated, cloned, listed in all ways, and answer the singular path of the C# SDK', async () => {
    const client = await startClient();
    const uuid = await createPool(client, {
      shortname: 'first',
      tags: ['a'],
      multiSlotsSettings: { slotsPerNode: 4 },
    });
    await client.send('PUT', `/pools/${uuid}`, {
      name: 'other',
      tags: ['b'],
      elasticProperty: { isElastic: true, maxTotalSlots: 6 },
    });
    expect(await client.get('/pools/first')).toMatchObject({
      name: 'workers',
      tags: ['b'],
      elasticProperty: { isElastic: true, maxTotalSlots: 6, minIdleSlots: 0 },
      multiSlotsSettings: { slotsPerNode: 4 },
    });
    const { uuid: copy } = await client.post<{ uuid: string }>(`/pools/${uuid}/clone`, { name: 'copy' });
    expect(await client.get(`/pools/${copy}`)).toMatchObject({ name: 'copy', shortname: copy, tags: ['b'] });
    const filter = { operator: 'Like', field: 'Name', value: '/^cop/' };
    expect(await client.post('/pools/search', { filter })).toMatchObject([{ uuid: copy }]);
    const before = (await client.get<Pool[]>('/pools/summaries')).length;
    expect(await client.post('/pools/paginate', {})).toMatchObject({ total: before, isTruncated: false });
    const { data } = await client.post<{ data: object[] }>('/pools/summaries/paginate', {
      maximumResults: 1,
    });
    expect(data).toHaveLength(1);
    expect(data[0]).not.toHaveProperty('status');
    expect((await client.send('PATCH', `/pools/${uuid}`)).status).toBe(200);
    expect((await client.send('POST', `/pool/${uuid}/close`)).status).toBe(200);
    expect((await client.send('DELETE', `/pool/${uuid}`)).status).toBe(200);
    expect((await client.send('DELETE', `/pools/${uuid}`)).status).toBe(404);
  });

  it('have output paths, empty for want of a preparation of their own', async () => {
    const client = await startClient();
    const uuid = await createPool(client);
    for (const path of ['stdout', 'stderr', 'stdout/0', 'stderr/1']) {
      for (const method of ['GET', 'POST']) {
        expect(await client.send(method, `/pools/${uuid}/${path}`)).toMatchObject({ status: 200, text: '' });
      }
    }
    expect((await client.send('GET', `/pools/${uuid}/stdout/2`)).status).toBe(404);
  });

  it.each<[string, object]>([
    ['no name', { name: null }],
    ['no profile', { profile: null }],
    ['no size', { instanceCount: 0 }],
    [
      'too many constants',
      { constants: Array.from({ length: 51 }, (_, i) => ({ key: `K${String(i)}`, value: '' })) },
    ],
    ['a policy that cannot be read', { scaling: { policies: [{ type: 'x' }] } }],
  ])('are refused with %s', async (_, fields) => {
    const client = await startClient();
    expect((await client.send('POST', '/pools', { ...POOL, ...fields })).status).toBe(400);
  });
});
