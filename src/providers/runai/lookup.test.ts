import { describe, expect, it } from 'vitest';
import {
  adapterOf,
  callContext,
  refusal,
  RunaiService,
  T0,
  uuid,
} from '../../../test/support/runai-service.ts';
import type { NativeKey, RecordKind } from '../../model/ids.ts';
import type { ListPage, ProviderAdapter } from '../provider.ts';

const order = { field: 'CREATED_AT', direction: 'DESC' } as const;

function service(count = 10): RunaiService {
  const model = new RunaiService();
  for (let n = 1; n <= count; n++) {
    model.putWorkload(uuid(n), T0 + n * 1000);
    model.putPod(uuid(1000 + n), uuid(n), T0 + n * 1000 + 500);
  }
  return model;
}

const keys = (...numbers: number[]): NativeKey[] => numbers.map((n) => uuid(n) as NativeKey);

async function listAll(adapter: ProviderAdapter): Promise<void> {
  await adapter.list('job', { after: null, limit: 500, filter: {}, order }, callContext());
}

describe('lookups', () => {
  it('match by key, and say what is missing', async () => {
    const model = service();
    const { found, missing } = await adapterOf(model).get('job', [...keys(3, 77, 5), 'no/id' as NativeKey], callContext()); // prettier-ignore
    expect([...found.keys()].sort()).toEqual(keys(3, 5));
    expect([...missing].map(([key, error]) => [key, error.code])).toEqual([
      [uuid(77), 'NOT_FOUND'],
      ['no/id', 'NOT_FOUND'],
    ]);
    expect(model.calls).toHaveLength(3);
  });

  it('of many begin with a list, and ask one by one for what it does not hold', async () => {
    const model = service(700);
    const adapter = adapterOf(model);
    const { found } = await adapter.get('job', keys(700, 650, 600, 3, 2), callContext());
    expect(found.size).toBe(5);
    expect(model.calls).toHaveLength(3);
  });

  it('do without the list when it fails, and tell failures apart', async () => {
    const model = service();
    model.scripted.set('/api/v1/workloads', refusal(500, 'no list'));
    model.scripted.set(`/api/v1/workloads/${uuid(2)}`, refusal(403, 'not yours'));
    model.scripted.set(`/api/v1/workloads/${uuid(3)}`, { body: { id: uuid(3) } });
    model.scripted.set(`/api/v1/workloads/${uuid(4)}`, { body: [] });
    const { found, missing } = await adapterOf(model).get('job', keys(1, 2, 3, 4), callContext());
    expect([...found.keys()]).toEqual(keys(1));
    expect([...missing.values()].map(({ code }) => code)).toEqual(['FORBIDDEN', 'PROVIDER_PROTOCOL', 'PROVIDER_PROTOCOL']); // prettier-ignore
  });

  it.each<[RecordKind, string]>([
    ['task', `${uuid(1)}/1`],
    ['task', uuid(1)],
    ['execution', uuid(1)],
    ['execution', `${uuid(1)}/${uuid(9)}`],
    ['execution', `${uuid(1)}/${uuid(1001)}/x`],
    ['job', '..'],
    ['job', 'pods'],
    ['project', 'd:'],
    ['project', 'd:../x'],
    ['computeNode', 'n:x/y'],
  ])('a %s cannot be %s', async (kind, key) => {
    const { missing } = await adapterOf(service()).get(kind, [key as NativeKey], callContext());
    expect(missing.get(key as NativeKey)?.code).toBe('NOT_FOUND');
  });

  it('find tasks and executions', async () => {
    const adapter = adapterOf(service());
    const task = `${uuid(1)}/0` as NativeKey;
    expect((await adapter.get('task', [task], callContext())).found.get(task)?.jobKey).toBe(uuid(1));
    const execution = `${uuid(1)}/${uuid(1001)}` as NativeKey;
    expect((await adapter.get('execution', [execution], callContext())).found.get(execution)?.taskKey).toBe(
      task,
    );
  });
});

describe('children', () => {
  it('of listed jobs come with one call for all', async () => {
    const model = service(200);
    const adapter = adapterOf(model);
    await listAll(adapter);
    model.calls.length = 0;
    const all = keys(...Array.from({ length: 200 }, (_, n) => n + 1));
    const { found } = await adapter.executionsOfJobs(all, callContext());
    expect([...found.values()].every(({ records }) => records.length === 1)).toBe(true);
    expect(model.calls).toHaveLength(1);
  });

  it('of a few jobs, or of jobs not seen yet, are asked for one by one', async () => {
    const model = service();
    const adapter = adapterOf(model);
    expect((await adapter.executionsOfJobs(keys(1, 2, 3), callContext())).found.size).toBe(3);
    expect(model.calls).toHaveLength(3);
    await listAll(adapter);
    model.calls.length = 0;
    const tasks = keys(1, 2).map((key) => `${key}/0` as NativeKey);
    expect((await adapter.executionsOfTasks(tasks, callContext())).found.size).toBe(2);
    expect(model.calls.every((call) => call.includes('/pods?'))).toBe(true);
  });

  it('of old jobs among new ones are still all of them', async () => {
    const model = new RunaiService();
    model.putWorkload(uuid(1), T0 - 90 * 86_400_000);
    model.putPod(uuid(5001), uuid(1), T0 - 90 * 86_400_000 + 1000, { k8sPhase: 'Failed', completedAt: new Date(T0 - 86_400_000).toISOString() }); // prettier-ignore
    model.putPod(uuid(5002), uuid(1), T0 - 3600_000);
    for (let n = 2; n <= 900; n++) {
      model.putWorkload(uuid(n), T0 + n * 1000);
      for (let p = 0; p < 3; p++) model.putPod(uuid(10_000 + n * 3 + p), uuid(n), T0 + n * 1000 + p);
    }
    const adapter = adapterOf(model);
    for (let after: string | null = null, more = true; more;) {
      const page: ListPage<'job'> = await adapter.list(
        'job',
        { after, limit: 500, filter: {}, order },
        callContext(),
      );
      [after, more] = [page.endPosition, page.hasMore];
    }
    model.calls.length = 0;
    const { found } = await adapter.executionsOfJobs(keys(1, 900, 899, 898, 897), callContext());
    expect(found.get(uuid(1) as NativeKey)?.records.map(({ attempt }) => attempt)).toEqual([1, 2]);
    expect(found.get(uuid(900) as NativeKey)?.records).toHaveLength(3);
    // One page for the new ones, one call for the old one: not all that lies between.
    expect(model.calls).toHaveLength(2);
  });

  it('of jobs that do not exist are missing; of a job without pods there are none', async () => {
    const model = service();
    model.putWorkload(uuid(20), T0);
    const { found, missing } = await adapterOf(model).executionsOfJobs([...keys(20, 77), 'a/b/c' as NativeKey], callContext()); // prettier-ignore
    expect(found.get(uuid(20) as NativeKey)?.records).toEqual([]);
    expect([...missing.values()].map(({ code }) => code)).toEqual(['NOT_FOUND', 'NOT_FOUND']);
  });

  it('live without the list of all pods', async () => {
    const model = service();
    const adapter = adapterOf(model);
    await listAll(adapter);
    model.scripted.set('/api/v1/workloads/pods', refusal(404, 'no such list'));
    expect((await adapter.executionsOfJobs(keys(1, 2, 3, 4), callContext())).found.size).toBe(4);
    model.scripted.set('/api/v1/workloads/pods', refusal(503, 'down'));
    const { missing } = await adapter.executionsOfJobs(keys(1, 2, 3, 4), callContext());
    expect([...missing.values()].map(({ code }) => code)).toEqual(
      Array.from({ length: 4 }, () => 'PROVIDER_UNAVAILABLE'),
    );
  });

  it('include the task of each job', async () => {
    const { found, missing } = await adapterOf(service()).tasksOfJobs(keys(1, 77), callContext());
    expect(found.get(uuid(1) as NativeKey)?.records.map(({ key }) => key)).toEqual([`${uuid(1)}/0`]);
    expect(missing.size).toBe(1);
  });
});

describe('a list of executions', () => {
  it('gives what it could read when the pods of a job fail', async () => {
    const model = service(3);
    model.scripted.set('/api/v1/workloads/pods', refusal(404, 'no such list'));
    model.scripted.set(`/api/v1/workloads/${uuid(2)}/pods`, refusal(500, 'broken'));
    const adapter = adapterOf(model);
    const query = { after: null, limit: 10, filter: {}, order };
    const page = await adapter.list('execution', query, callContext());
    expect(page.rows.map(({ record }) => record.jobKey)).toEqual(keys(3));
    expect(page.hasMore).toBe(true);
    await expect(adapter.list('execution', { ...query, after: page.endPosition }, callContext())).rejects.toMatchObject({ code: 'PROVIDER_UNAVAILABLE' }); // prettier-ignore
    model.scripted.delete(`/api/v1/workloads/${uuid(2)}/pods`);
    const rest = await adapter.list('execution', { ...query, after: page.endPosition }, callContext());
    expect(rest.rows.map(({ record }) => record.jobKey)).toEqual(keys(2, 1));
  });
});
