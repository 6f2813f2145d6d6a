import { describe, expect, it } from 'vitest';
import type { Client } from '../../../../test/support/qarnot-client.ts';
import { SECOND, startClient } from '../../../../test/support/qarnot-client.ts';

interface Task {
  readonly state: string;
  readonly previousState: string | null;
  readonly stateTransitionTime: string;
  readonly previousStateTransitionTime: string;
  readonly lastModified: string;
  readonly status: { readonly runningInstancesInfo: { readonly perRunningInstanceInfo: readonly object[] } };
}

const read = (client: Client, uuid: string): Promise<Task> => client.get<Task>(`/tasks/${uuid}`);

/** Every state a task shows on its way, looked at ten times a second. */
async function statesOf(client: Client, uuid: string, seconds: number): Promise<string[]> {
  const states: string[] = [];
  for (let i = 0; i < seconds * 10; i++) {
    const { state } = await read(client, uuid);
    if (states.at(-1) !== state) states.push(state);
    client.clock.advance(SECOND / 10);
  }
  return states;
}

describe('the life of a task', () => {
  it('passes through the documented states, each with its predecessor and both times', async () => {
    const client = await startClient();
    const uuid = await client.submit('sleep 2');
    const seen: Task[] = [];
    for (let i = 0; i < 60; i++) {
      const task = await read(client, uuid);
      if (seen.at(-1)?.state !== task.state) seen.push(task);
      client.clock.advance(SECOND / 10);
    }
    const states = ['Submitted', 'FullyDispatched', 'FullyExecuting', 'UploadingResults', 'Success'];
    expect(seen.map(({ state }) => state)).toEqual(states);
    for (const [index, task] of seen.entries()) {
      if (index === 0) continue;
      expect(task.previousState).toBe(seen[index - 1]?.state);
      expect(task.previousStateTransitionTime).toBe(seen[index - 1]?.stateTransitionTime);
      expect(task.lastModified >= task.stateTransitionTime).toBe(true);
    }
  });

  it('is partly dispatched and partly executing while instances wait', async () => {
    const client = await startClient();
    const uuid = await client.submit('sleep 2', {
      instanceCount: 60,
      hardwareConstraints: [{ discriminator: 'MinimumCoreHardwareConstraint', coreCount: 16 }],
    });
    client.clock.advance(2 * SECOND);
    const early = await client.get<Record<string, number>>(`/tasks/${uuid}`);
    expect(early['runningInstanceCount']).toBeGreaterThan(0);
    expect(early['runningInstanceCount']).toBeLessThan(60);
    expect(early).toMatchObject({ state: 'PartiallyExecuting', completedInstances: [] });
    const states = await statesOf(client, await client.submit('sleep 2', { instanceCount: 120 }), 30);
    expect(states).toContain('PartiallyDispatched');
    expect(states).toContain('PartiallyExecuting');
    expect(states.at(-1)).toBe('Success');
  });

  it('shows a nonzero exit as Failure with errors, without an exit code field', async () => {
    const client = await startClient();
    const uuid = await client.submit("sh -c 'sleep 1; exit 3'", { instanceCount: 2 });
    client.clock.advance(30 * SECOND);
    const error = { code: 'ExecutionFailed', message: expect.stringContaining('3'), debug: null };
    expect(await read(client, uuid)).toMatchObject({
      state: 'Failure',
      errors: [error],
      completedInstances: [
        { instanceId: 0, state: 'Failure', error, executionAttemptCount: 1 },
        { instanceId: 1, state: 'Failure', error, executionAttemptCount: 1 },
      ],
      status: { failedRange: '0-1', failedOnlyRange: '0-1', cancelledRange: '', executedRange: '0-1' },
    });
  });

  it('counts attempts when an instance is tried again', async () => {
    const client = await startClient();
    const constants = [
      { key: 'DOCKER_CMD', value: 'sleep 1' },
      { key: 'SANDBOX_OUTCOME', value: 'oom' },
      { key: 'SANDBOX_FAIL_FIRST', value: '1' },
    ];
    const uuid = await client.submit('', { constants, retrySettings: { maxPerInstanceRetries: 2 } });
    client.clock.advance(60 * SECOND);
    const task = await client.get<{ completedInstances: { executionAttemptCount: number }[] }>(
      `/tasks/${uuid}`,
    );
    expect(task.completedInstances[0]?.executionAttemptCount).toBeGreaterThan(1);
  });

  it('describes running instances, with arrays where the Python SDK walks blindly', async () => {
    const client = await startClient();
    const uuid = await client.submit('sleep 60', { instanceCount: 2 });
    client.clock.advance(20 * SECOND);
    const task = await read(client, uuid);
    expect(task).toMatchObject({ state: 'FullyExecuting', runningInstanceCount: 2, runningCoreCount: 8 });
    expect(task.status.runningInstancesInfo.perRunningInstanceInfo).toEqual([
      expect.objectContaining({ instanceId: 0, phase: 'execution', activeForwards: [], vpnConnections: [] }),
      expect.objectContaining({ instanceId: 1, phase: 'execution', coreCount: 4, executionAttemptCount: 1 }),
    ]);
    expect(task.status).toMatchObject({
      startedOnceRange: '0-1',
      executionTimeByCpuModel: expect.any(Array),
      executionTimeGhzByCpuModel: expect.any(Array),
    });
  });

  it('aborts through PendingCancel, and refuses to abort what has ended', async () => {
    const client = await startClient();
    const uuid = await client.submit('sleep 60');
    client.clock.advance(20 * SECOND);
    expect(await client.send('POST', `/tasks/${uuid}/abort`)).toMatchObject({ status: 200, text: '' });
    expect(await read(client, uuid)).toMatchObject({
      state: 'PendingCancel',
      previousState: 'FullyExecuting',
    });
    client.clock.advance(5 * SECOND);
    expect(await read(client, uuid)).toMatchObject({
      state: 'Cancelled',
      previousState: 'PendingCancel',
      status: { cancelledRange: '0', failedRange: '0', failedOnlyRange: '' },
    });
    const again = await client.send('POST', `/tasks/${uuid}/abort`);
    expect(again.status).toBe(403);
    expect(again.json()).toEqual({ message: expect.any(String) });
  });

  it('deletes at once what has ended, and through PendingDelete what runs', async () => {
    const client = await startClient();
    const uuid = await client.submit('sleep 60');
    client.clock.advance(20 * SECOND);
    expect(await client.send('DELETE', `/tasks/${uuid}`)).toMatchObject({ status: 200, text: '' });
    expect(await read(client, uuid)).toMatchObject({ state: 'PendingDelete' });
    client.clock.advance(5 * SECOND);
    expect((await client.send('GET', `/tasks/${uuid}`)).status).toBe(404);
    expect(await client.get('/tasks/summaries')).toEqual([]);
    const done = await client.submit('true');
    client.clock.advance(30 * SECOND);
    await client.send('DELETE', `/tasks/${done}`);
    expect((await client.send('DELETE', `/tasks/${done}`)).status).toBe(404);
  });

  it('PUT changes constants and tags and ignores the rest; it counts as a modification', async () => {
    const client = await startClient();
    const uuid = await client.submit('sleep 60', { tags: ['old'] });
    client.clock.advance(30 * SECOND);
    const before = await read(client, uuid);
    const answer = await client.send('PUT', `/tasks/${uuid}`, {
      name: 'other',
      tags: ['new'],
      instanceCount: 9,
    });
    expect(answer).toMatchObject({ status: 200, text: '' });
    const after = await read(client, uuid);
    expect(after).toMatchObject({ name: 'probe', tags: ['new'], instanceCount: 1 });
    expect(after.lastModified > before.lastModified).toBe(true);
  });

  it('PATCH is for running tasks only', async () => {
    const client = await startClient();
    const uuid = await client.submit('sleep 5');
    expect((await client.send('PATCH', `/tasks/${uuid}`)).status).toBe(400);
    client.clock.advance(4 * SECOND);
    expect(await client.send('PATCH', `/tasks/${uuid}`)).toMatchObject({ status: 200, text: '' });
    client.clock.advance(60 * SECOND);
    expect((await client.send('PATCH', `/tasks/${uuid}`)).status).toBe(400);
  });

  it('fails a task that stays queued for longer than it may', async () => {
    const client = await startClient();
    await client.submit('sleep 600', { instanceCount: 400 });
    const uuid = await client.submit('true', { maxTimeQueueSeconds: 60 });
    client.clock.advance(30 * SECOND);
    expect(await read(client, uuid)).toMatchObject({ state: 'Submitted' });
    client.clock.advance(31 * SECOND);
    expect(await read(client, uuid)).toMatchObject({
      state: 'Failure',
      errors: [{ code: 'MaxTimeQueueExceeded', message: expect.any(String), debug: null }],
    });
  });
});

describe('tasks made of tasks', () => {
  it('retry, resume, recover and clone make new tasks of the right instances', async () => {
    const client = await startClient();
    const uuid = await client.submit("sh -c 'exit 1'", {
      advancedRanges: '2-4',
      shortname: 'origin',
      tags: ['t'],
    });
    client.clock.advance(30 * SECOND);
    const made = async (kind: string, body: object = {}) => {
      const { uuid: id } = await client.post<{ uuid: string }>(`/tasks/${uuid}/${kind}`, body);
      return client.get(`/tasks/${id}`);
    };
    expect(await made('retry')).toMatchObject({
      advancedRanges: '2-4',
      name: 'probe',
      tags: ['t'],
      state: 'Submitted',
    });
    expect(await made('recover', { name: 'second try' })).toMatchObject({
      name: 'second try',
      totalInstanceCount: 3,
    });
    expect(await made('clone')).toMatchObject({ advancedRanges: '2-4' });
    expect(await made('clone', { instanceCount: 2 })).toMatchObject({
      advancedRanges: null,
      instanceCount: 2,
    });
    expect((await client.send('POST', `/tasks/${uuid}/resume`, {})).status).toBe(400);
    expect(await read(client, uuid)).toMatchObject({ state: 'Failure' });
  });

  it('resume takes what was cancelled', async () => {
    const client = await startClient();
    const uuid = await client.submit('sleep 60', { instanceCount: 3 });
    await client.send('POST', `/tasks/${uuid}/abort`);
    client.clock.advance(30 * SECOND);
    const { uuid: id } = await client.post<{ uuid: string }>(`/tasks/${uuid}/resume`);
    expect(await client.get(`/tasks/${id}`)).toMatchObject({ advancedRanges: '0-2' });
  });
});

describe('snapshots', () => {
  it('have an id and go from triggered to success', async () => {
    const client = await startClient();
    const uuid = await client.submit('sleep 60', { snapshotWhitelist: '.*', resultBucket: 'out' });
    client.clock.advance(10 * SECOND);
    const { id } = await client.post<{ id: string }>(`/tasks/${uuid}/snapshot`, { bucketPrefix: 'p/' });
    expect(id).toBe(`snap_${uuid}_20260302090010`);
    const path = `/tasks/${uuid}/snapshot/${id}`;
    expect(await client.get(path)).toEqual({
      id,
      taskUuid: uuid,
      triggerDate: '2026-03-02T09:00:10Z',
      lastUpdateDate: null,
      snapshotConfig: { whitelist: '.*', blacklist: null, bucket: 'out', bucketPrefix: 'p/' },
      status: 'triggered',
      sizeToUpload: null,
      transferredSize: null,
    });
    client.clock.advance(2 * SECOND);
    expect(await client.get(path)).toMatchObject({ status: 'inProgress' });
    client.clock.advance(10 * SECOND);
    expect(await client.get(path)).toMatchObject({ status: 'success' });
    expect(await client.get(`/tasks/${uuid}`)).toMatchObject({ resultsCount: 1 });
    expect((await client.send('GET', `/tasks/${uuid}/snapshot/snap_x`)).status).toBe(404);
  });

  it('can be periodic, clamped, stopped with 0, and refused', async () => {
    const client = await startClient();
    const uuid = await client.submit('sleep 60');
    const set = (body?: object) => client.send('POST', `/tasks/${uuid}/snapshot/periodic`, body);
    expect(await set({ Interval: 30 })).toMatchObject({ status: 200, text: '' });
    expect(await client.get(`/tasks/${uuid}`)).toMatchObject({ snapshotInterval: 30 });
    await set({ interval: 1 });
    expect(await client.get(`/tasks/${uuid}`)).toMatchObject({ snapshotInterval: 10 });
    await set({ interval: 0 });
    expect(await client.get(`/tasks/${uuid}`)).toMatchObject({ snapshotInterval: 0 });
    expect((await set({ interval: -1 })).status).toBe(400);
    expect((await set()).status).toBe(400);
  });
});
