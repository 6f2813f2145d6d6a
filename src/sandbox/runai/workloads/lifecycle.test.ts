import { describe, expect, it } from 'vitest';
import type { RunaiRig } from '../../../../test/support/runai-client.ts';
import { SECOND, START, startRunaiRig } from '../../../../test/support/runai-client.ts';

const TRAININGS = '/api/v1/workloads/trainings';

interface HistoryRecord {
  readonly meta: { readonly creationTimestamp: string; readonly type: string };
  readonly spec: {
    readonly phaseUpdate?: { readonly phase: string };
    readonly event?: { readonly reason: string };
  };
}

/** The phases of a workload in the order of their times, which the endpoint does not keep. */
async function phases(rig: RunaiRig, id: string): Promise<readonly string[]> {
  const { records } = await rig.read<{ records: HistoryRecord[] }>(`/api/v1/workloads/${id}/history`);
  return records
    .filter(({ meta }) => meta.type === 'PhaseUpdate')
    .sort((a, b) => Date.parse(a.meta.creationTimestamp) - Date.parse(b.meta.creationTimestamp))
    .map(({ spec }) => spec.phaseUpdate?.phase ?? '');
}

async function phase(rig: RunaiRig, id: string): Promise<string> {
  return (await rig.workload(id)).phase;
}

async function act(rig: RunaiRig, path: string): Promise<number> {
  return (await rig.call('POST', path)).status;
}

describe('a workload', () => {
  it('goes from Creating to Completed', async () => {
    const rig = await startRunaiRig();
    const id = await rig.create({ command: 'sleep 5' });
    expect(await phase(rig, id)).toBe('Creating');
    rig.pass(220);
    expect(await phase(rig, id)).toBe('Pending');
    rig.pass(100);
    expect(await phase(rig, id)).toBe('Initializing');
    rig.pass(1000);
    const running = await rig.workload(id);
    expect(running).toMatchObject({
      phase: 'Running',
      runningPods: 1,
      completedAt: null,
      k8sPhase: 'Running',
    });
    rig.pass(6000);
    const done = await rig.workload(id);
    expect(done).toMatchObject({
      phase: 'Completed',
      runningPods: 0,
      deletedAt: null,
      k8sPhase: 'Succeeded',
    });
    expect(done.completedAt).toBe(done.phaseUpdatedAt);
    expect(await phases(rig, id)).toEqual(['Creating', 'Pending', 'Initializing', 'Running', 'Completed']);
  });

  it('bumps phaseUpdatedAt with the phase and updatedAt with anything', async () => {
    const rig = await startRunaiRig();
    const id = await rig.create({ command: 'sleep 5', spec: { parallelism: 2, completions: 2 } });
    rig.pass(1500);
    const running = await rig.workload(id);
    expect(running.phase).toBe('Running');
    rig.pass(1000);
    expect(await rig.workload(id)).toEqual({ ...running, totalRunningTimeSeconds: expect.any(Number) });
    rig.pass(10_000);
    const done = await rig.workload(id);
    expect(done.phaseUpdatedAt > running.phaseUpdatedAt).toBe(true);
    expect(done.updatedAt >= done.phaseUpdatedAt).toBe(true);
  });

  it('appears in reads after a while, to the typed endpoints at once', async () => {
    const rig = await startRunaiRig({ eventualConsistencyMs: 1500 });
    const id = await rig.create({ name: 'late' });
    for (const ms of [0, 1499]) {
      rig.pass(ms);
      expect(await rig.list()).toEqual([]);
      expect(await rig.read('/api/v1/workloads/count')).toEqual({ count: 0 });
      expect(await rig.read('/api/v1/workloads/pods')).toEqual({ pods: [] });
      expect(await rig.status(`/api/v1/workloads/${id}`)).toBe(404);
      expect(await rig.status(`${TRAININGS}/${id}`)).toBe(200);
    }
    rig.pass(1);
    expect(await rig.list()).toMatchObject([{ id, name: 'late' }]);
    expect(await rig.status(`/api/v1/workloads/${id}`)).toBe(200);
  });

  it('fails with a reason', async () => {
    const rig = await startRunaiRig();
    const id = await rig.create({ command: 'sh -c exit 3', spec: { backoffLimit: 0 } });
    rig.pass(10_000);
    expect(await rig.workload(id)).toMatchObject({
      phase: 'Failed',
      phaseMessage: 'Exited with code 3',
      k8sPhase: 'Failed',
    });
  });

  it('goes back in line after a lost attempt, and shows why an image does not come', async () => {
    const rig = await startRunaiRig();
    const id = await rig.create({ spec: { image: 'acme/nonexistent:1', backoffLimit: 1 } });
    rig.pass(1200);
    expect(await phase(rig, id)).toBe('Pending');
    rig.pass(1200);
    expect(await rig.workload(id)).toMatchObject({ phase: 'Initializing', k8sPhase: 'ImagePullBackOff' });
    rig.pass(10_000);
    expect(await rig.workload(id)).toMatchObject({ phase: 'Failed' });
    expect(await phases(rig, id)).toEqual([
      'Creating', 'Pending', 'Initializing', 'Pending', 'Initializing', 'Failed',
    ]); // prettier-ignore
  });

  it('says why it waits, only the single one in detail', async () => {
    const rig = await startRunaiRig();
    for (const node of rig.site.nodes.values()) rig.site.setNodeUp(node.id, false);
    const id = await rig.create({ spec: { compute: { gpuDevicesRequest: 8 } } });
    rig.pass(60_000);
    const single = await rig.workload(id);
    expect(single).toMatchObject({ phase: 'Pending', allocatedResources: null, totalPendingTimeSeconds: 60 });
    expect(single.phaseMessage).toContain('Waiting for capacity');
    expect(single['pendingSchedulingMessages']).toMatchObject([{ reason: single.phaseMessage }]);
    expect((await rig.list())[0]).not.toHaveProperty('pendingSchedulingMessages');
  });

  it('disappears by itself after its time', async () => {
    const rig = await startRunaiRig();
    const spec = { autoDeletionTimeAfterCompletionSeconds: 60 };
    const id = await rig.create({ command: 'sleep 1', spec });
    rig.pass(30_000);
    expect(await phase(rig, id)).toBe('Completed');
    rig.pass(60_000);
    expect(await rig.list()).toEqual([]);
    expect(await rig.list('?deleted=true')).toMatchObject([{ id, phase: 'Completed' }]);
  });
});

describe('suspend and resume', () => {
  it('stops, releases what it held, and goes on as the same workload', async () => {
    const rig = await startRunaiRig();
    const id = await rig.create({ command: 'sleep 500', spec: { compute: { gpuDevicesRequest: 2 } } });
    rig.pass(5000);
    expect((await rig.workload(id)).allocatedResources).toMatchObject({ gpu: 2 });
    const answer = await rig.call('POST', `${TRAININGS}/${id}/suspend`);
    expect(answer.status).toBe(202);
    expect(answer.json()).toEqual({ code: 202, message: 'Request has been accepted.' });
    rig.pass(10);
    expect(await phase(rig, id)).toBe('Stopping');
    expect(await rig.read(`${TRAININGS}/${id}`)).toMatchObject({ desiredPhase: 'Stopped' });
    rig.pass(3000);
    const stopped = await rig.workload(id);
    expect(stopped).toMatchObject({ phase: 'Stopped', runningPods: 0, deletedAt: null, completedAt: null });
    expect(await rig.read(`/api/v1/workloads/${id}/pods`)).toEqual({ pods: [] });
    expect(await rig.read<{ pods: unknown[] }>(`/api/v1/workloads/${id}/pods?deleted=true`)).toMatchObject({
      pods: [{ workloadId: id }],
    });
    expect(await act(rig, `${TRAININGS}/${id}/resume`)).toBe(202);
    expect(await phase(rig, id)).toBe('Resuming');
    rig.pass(5000);
    expect(await rig.workload(id)).toMatchObject({ id, phase: 'Running', createdAt: stopped.createdAt });
    expect(await phases(rig, id)).toEqual([
      'Creating', 'Pending', 'Initializing', 'Running', 'Stopping', 'Stopped', 'Resuming', 'Pending', 'Initializing',
      'Running',
    ]); // prettier-ignore
  });

  it('accepts what makes no sense, and does nothing', async () => {
    const rig = await startRunaiRig();
    const id = await rig.create({ command: 'sleep 1' });
    expect(await act(rig, `${TRAININGS}/${id}/resume`)).toBe(202);
    rig.pass(60_000);
    expect(await act(rig, `${TRAININGS}/${id}/suspend`)).toBe(202);
    expect(await act(rig, `${TRAININGS}/${id}/resume`)).toBe(202);
    rig.pass(60_000);
    expect(await phase(rig, id)).toBe('Completed');
  });

  it('exists for some kinds only, which actionsSupport says', async () => {
    const rig = await startRunaiRig();
    const id = await rig.create({ kind: 'inferences' });
    expect(await act(rig, `/api/v1/workloads/inferences/${id}/suspend`)).toBe(404);
    expect(await rig.workload(id)).toMatchObject({ actionsSupport: { delete: true, suspend: false } });
    const training = await rig.create();
    expect(await rig.workload(training)).toMatchObject({ actionsSupport: { delete: true, suspend: true } });
  });

  it('stops what waits without a pod', async () => {
    const rig = await startRunaiRig();
    const id = await rig.create();
    expect(await act(rig, `${TRAININGS}/${id}/suspend`)).toBe(202);
    expect(await phase(rig, id)).toBe('Stopping');
    rig.pass(400);
    expect(await phase(rig, id)).toBe('Stopped');
  });
});

describe('delete', () => {
  it('is Deleting, then a tombstone with its pods', async () => {
    const rig = await startRunaiRig();
    const id = await rig.create({ name: 'gone', command: 'sleep 500' });
    rig.pass(5000);
    expect((await rig.call('DELETE', `${TRAININGS}/${id}`)).status).toBe(202);
    expect(await phase(rig, id)).toBe('Deleting');
    expect(await rig.list()).toHaveLength(1);
    rig.pass(5000);
    expect(await rig.list()).toEqual([]);
    const [tombstone] = await rig.list('?deleted=true');
    expect(tombstone).toMatchObject({ id, phase: 'Deleting', runningPods: 0 });
    expect(Date.parse(tombstone?.deletedAt ?? '')).toBeGreaterThan(START + 5000);
    expect(await rig.workload(id)).toMatchObject({ deletedAt: tombstone?.deletedAt });
    expect(await rig.read(`${TRAININGS}/${id}`)).toMatchObject({ desiredPhase: 'Deleted' });
    expect(await rig.read('/api/v1/workloads/pods')).toEqual({ pods: [] });
    expect((await rig.call('DELETE', `${TRAININGS}/${id}`)).status).toBe(404);
    await rig.create({ name: 'gone' });
  });

  it('takes what has ended, too', async () => {
    const rig = await startRunaiRig();
    const id = await rig.create({ command: 'sleep 1' });
    rig.pass(20_000);
    await rig.call('DELETE', `${TRAININGS}/${id}`);
    rig.pass(SECOND);
    expect(await rig.list('?deleted=true')).toMatchObject([{ id, phase: 'Deleting' }]);
    expect((await rig.list('?deleted=true'))[0]?.completedAt).not.toBeNull();
    const query = `?deleted=true&sortBy=deletedAt&sortOrder=desc&filterBy=deletedAt>=${new Date(START).toISOString()}`;
    expect(await rig.list(query)).toHaveLength(1);
  });

  it('shows what the world has forgotten as deleted', async () => {
    const rig = await startRunaiRig();
    const id = await rig.create({ command: 'sleep 1' });
    rig.pass(20_000);
    expect(await rig.list()).toHaveLength(1);
    rig.site.remove(id);
    expect(await rig.list()).toEqual([]);
    expect(await rig.list('?deleted=true')).toMatchObject([{ id, phase: 'Completed' }]);
  });
});

describe('what is tried again under another version of the job', () => {
  it('is another workload of the same name, and the failed one is gone', async () => {
    const rig = await startRunaiRig();
    const id = await rig.create({ name: 'again', command: 'exit 1' });
    rig.pass(20_000);
    expect(await phase(rig, id)).toBe('Failed');
    rig.site.rerun(id, 'fixed');
    const [live] = await rig.list();
    expect(live).toMatchObject({ name: 'again', phase: 'Creating' });
    expect(live?.id).not.toBe(id);
    expect(await rig.list('?deleted=true')).toMatchObject([{ id }]);
  });
});

describe('an inference', () => {
  it('is updated by PATCH, revision by revision', async () => {
    const rig = await startRunaiRig();
    const id = await rig.create({ kind: 'inferences', command: 'sleep infinity' });
    const path = `/api/v1/workloads/inferences/${id}`;
    rig.pass(5000);
    const answer = await rig.call('PATCH', path, { spec: { image: 'acme/llm:2' } });
    expect(answer.status).toBe(202);
    expect(answer.json()).toMatchObject({ workloadId: id, spec: { image: 'acme/llm:2' } });
    expect(await phase(rig, id)).toBe('Updating');
    rig.pass(5000);
    expect(await rig.workload(id)).toMatchObject({ id, phase: 'Running', images: ['acme/llm:2'] });
    const { revisions } = await rig.read<{ revisions: { id: string }[] }>(`${path}/revisions`);
    expect(revisions).toHaveLength(1);
    expect(await rig.read(`${path}/revisions/count?deleted=true`)).toEqual({ count: 1 });
    const revision = `/api/v1/workloads/inferences/revisions/${revisions[0]?.id}`;
    expect(await rig.read(revision)).toMatchObject({ workloadId: id, phase: 'Running' });
    expect(await rig.read(`${revision}/pods`)).toMatchObject({ pods: [{ revisionId: revisions[0]?.id }] });
    expect((await rig.call('PATCH', path, {})).status).toBe(400);
  });
});

describe('preemption', () => {
  it('puts who is over quota back in line for who is within', async () => {
    const rig = await startRunaiRig();
    const spec = { compute: { gpuDevicesRequest: 8 } };
    const hogs: string[] = [];
    // Every machine that has eight GPUs.
    for (let index = 0; index < 6; index++) {
      hogs.push(await rig.create({ project: 'platform', command: 'sleep 5000', spec }));
    }
    rig.pass(5000);
    const id = await rig.create({ project: 'nlp', command: 'sleep 5000', spec });
    rig.pass(500);
    expect(await phase(rig, id)).toBe('Pending');
    rig.pass(2000);
    await rig.list();
    rig.pass(5000);
    expect(await phase(rig, id)).toBe('Running');
    const requeued = (await rig.list()).filter((workload) => workload.phase === 'Pending');
    expect(requeued).toHaveLength(1);
    expect(hogs).toContain(requeued[0]?.id);
    expect((await phases(rig, requeued[0]?.id ?? '')).slice(-2)).toEqual(['Running', 'Pending']);
  });
});

describe('a cluster that does not report', () => {
  it('freezes phases and says Disconnected', async () => {
    const rig = await startRunaiRig();
    const id = await rig.create({ command: 'sleep 5' });
    rig.pass(3000);
    expect(await phase(rig, id)).toBe('Running');
    rig.emulator.disconnectCluster();
    rig.pass(60_000);
    expect(await phase(rig, id)).toBe('Running');
    const late = await rig.create();
    expect(await phase(rig, late)).toBe('Creating');
    expect(await rig.read('/api/v1/clusters')).toMatchObject([{ status: { state: 'Disconnected' } }]);
    const { nodes } = await rig.read<{ nodes: { status: string }[] }>('/api/v1/nodes');
    expect(new Set(nodes.map(({ status }) => status))).toEqual(new Set(['Unknown']));
    rig.emulator.connectCluster();
    expect(await phase(rig, id)).toBe('Completed');
  });
});

describe('events', () => {
  it('come newest first, with the pods they are about', async () => {
    const rig = await startRunaiRig();
    const id = await rig.create({ command: 'sleep 1' });
    rig.pass(20_000);
    const path = `/api/v1/workloads/${id}/events`;
    const { events } = await rig.read<{ events: { reason: string; involvedObject: { kind: string } }[] }>(
      path,
    );
    expect(events.map(({ reason }) => reason)).toEqual(['Started', 'Pulling', 'Scheduled']);
    expect(events[0]?.involvedObject.kind).toBe('Pod');
    const oldestFirst = await rig.read<{ events: unknown[]; next?: number }>(`${path}?sortOrder=asc&limit=2`);
    expect(oldestFirst).toMatchObject({ next: 2, events: [{ reason: 'Scheduled' }, { reason: 'Pulling' }] });
  });
});
