import { describe, expect, it } from 'vitest';
import type { Client } from '../../../../test/support/qarnot-client.ts';
import { SECOND, startClient } from '../../../../test/support/qarnot-client.ts';

const createJob = async (client: Client, fields: object = {}): Promise<string> =>
  (await client.post<{ uuid: string }>('/jobs', { name: 'group', ...fields })).uuid;

describe('jobs', () => {
  it('group tasks, end only when told to, and stop their tasks then', async () => {
    const client = await startClient();
    const jobUuid = await createJob(client, { tags: ['g'], maxWallTime: '1.00:00:00.5000000' });
    const task = await client.submit('sleep 600', { jobUuid });
    expect(await client.get(`/jobs/${jobUuid}`)).toEqual({
      uuid: jobUuid,
      name: 'group',
      shortname: jobUuid,
      poolUuid: null,
      state: 'Active',
      previousState: null,
      useDependencies: false,
      stateTransitionTime: '2026-03-02T09:00:00Z',
      previousStateTransitionTime: '0001-01-01T00:00:00Z',
      creationDate: '2026-03-02T09:00:00Z',
      lastModified: '2026-03-02T09:00:00Z',
      maxWallTime: '1.00:00:00',
      tags: ['g'],
      autoDeleteOnCompletion: false,
      completionTimeToLive: '00:00:00',
    });
    expect(await client.get(`/jobs/${jobUuid}/tasks`)).toMatchObject([{ uuid: task, jobUuid }]);
    client.clock.advance(20 * SECOND);
    expect(await client.send('POST', `/jobs/${jobUuid}/terminate`)).toMatchObject({ status: 200, text: '' });
    expect(await client.get(`/jobs/${jobUuid}`)).toMatchObject({
      state: 'Terminating',
      previousState: 'Active',
    });
    client.clock.advance(10 * SECOND);
    expect(await client.get(`/jobs/${jobUuid}`)).toMatchObject({
      state: 'Completed',
      previousState: 'Terminating',
    });
    expect(await client.get(`/tasks/${task}`)).toMatchObject({ state: 'Cancelled' });
    expect(
      (await client.send('POST', '/tasks', { name: 'late', profile: 'x', instanceCount: 1, jobUuid })).status,
    ).toBe(400);
  });

  it('are deleted with tasks in them only by force, in any case of the word', async () => {
    const client = await startClient();
    const jobUuid = await createJob(client);
    await client.submit('sleep 600', { jobUuid });
    expect((await client.send('DELETE', `/jobs/${jobUuid}?force=False`)).status).toBe(403);
    expect((await client.send('DELETE', `/jobs/${jobUuid}`)).status).toBe(403);
    expect((await client.send('DELETE', `/jobs/${jobUuid}?Force=True`)).status).toBe(200);
    expect((await client.send('GET', `/jobs/${jobUuid}`)).status).toBe(404);
    client.clock.advance(10 * SECOND);
    expect(await client.get('/tasks')).toEqual([]);
  });

  it('end at their maximum wall time', async () => {
    const client = await startClient();
    const uuid = await createJob(client, { maxWallTime: '00:01:00' });
    client.clock.advance(61 * SECOND);
    expect(await client.get(`/jobs/${uuid}`)).toMatchObject({ state: 'Completed' });
  });

  it('are listed, searched and paged, the world’s own included', async () => {
    const client = await startClient({ jobs: 60 });
    const own = await createJob(client, { shortname: 'mine' });
    const all = await client.get<{ uuid: string; state: string }[]>('/jobs');
    expect(all.length).toBeGreaterThan(1);
    expect(await client.post('/jobs/paginate', { maximumResults: 100 })).toMatchObject({ total: all.length });
    const filter = { operator: 'Equal', field: 'Shortname', value: 'mine' };
    expect(await client.post('/jobs/search', { filter })).toMatchObject([{ uuid: own }]);
    const other = all.find(({ uuid }) => uuid !== own)?.uuid ?? '';
    const tasks = await client.get<{ jobUuid: string }[]>(`/jobs/${other}/tasks`);
    expect(tasks.length).toBeGreaterThan(0);
    expect(tasks.every(({ jobUuid }) => jobUuid === other)).toBe(true);
  });
});

describe('dependencies', () => {
  it('hold a task back until the others have ended', async () => {
    const client = await startClient();
    const jobUuid = await createJob(client, { useDependencies: true });
    const first = await client.submit('sleep 5', { jobUuid });
    const second = await client.submit('true', { jobUuid, dependencies: { dependsOn: [first] } });
    client.clock.advance(4 * SECOND);
    expect(await client.get(`/tasks/${second}`)).toMatchObject({
      state: 'Submitted',
      dependencies: {
        dependsOn: [first],
        advancedDependsOn: [
          { taskUuid: first, taskFinalStateCondition: null, state: 'waiting', actualFinalState: null },
        ],
        state: 'waiting',
      },
    });
    client.clock.advance(10 * SECOND);
    expect(await client.get(`/tasks/${second}`)).toMatchObject({
      creationDate: '2026-03-02T09:00:00Z',
      dependencies: { state: 'dependencyConditionsFulfilled' },
    });
    client.clock.advance(20 * SECOND);
    expect(await client.get(`/tasks/${second}`)).toMatchObject({ state: 'Success' });
  });

  it('cancel a task whose condition can no longer be met', async () => {
    const client = await startClient();
    const jobUuid = await createJob(client, { useDependencies: true });
    const first = await client.submit("sh -c 'exit 1'", { jobUuid });
    const condition = { taskUuid: first, taskFinalStateCondition: ['Success'] };
    const second = await client.submit('true', { jobUuid, dependencies: { advancedDependsOn: [condition] } });
    client.clock.advance(30 * SECOND);
    expect(await client.get(`/tasks/${second}`)).toMatchObject({
      state: 'Cancelled',
      dependencies: {
        advancedDependsOn: [{ actualFinalState: 'failure', taskFinalStateCondition: ['success'] }],
        state: 'dependencyConditionsNotFulfilled',
      },
    });
    expect((await client.send('POST', `/tasks/${second}/abort`)).status).toBe(403);
  });

  it('a task that waits can be aborted and deleted', async () => {
    const client = await startClient();
    const jobUuid = await createJob(client);
    const first = await client.submit('sleep 600', { jobUuid });
    const fields = { jobUuid, dependencies: { dependsOn: [first] } };
    const second = await client.submit('true', fields);
    expect((await client.send('POST', `/tasks/${second}/abort`)).status).toBe(200);
    expect(await client.get(`/tasks/${second}`)).toMatchObject({ state: 'Cancelled' });
    await client.send('DELETE', `/tasks/${second}`);
    expect((await client.send('GET', `/tasks/${second}`)).status).toBe(404);
    const third = await client.submit('true', fields);
    expect((await client.send('DELETE', `/tasks/${third}`)).status).toBe(200);
    expect((await client.send('GET', `/tasks/${third}`)).status).toBe(404);
  });
});
