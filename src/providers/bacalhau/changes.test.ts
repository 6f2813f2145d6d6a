import { describe, expect, it } from 'vitest';
import {
  callContext,
  executionRow,
  FakeBacalhau,
  nanos,
  NOW,
  type FakeJob,
} from '../../../test/support/fake-bacalhau.ts';
import { epochMs } from '../../model/time.ts';
import { bacalhau } from './index.ts';

const T = NOW - 3_600_000;
const MINUTE = 60_000;

function running(id: string, at: number): FakeJob {
  return { id, created: nanos(at), executions: [executionRow(`e-${id}`, id, nanos(at))] };
}

function finish(job: FakeJob, at: number): void {
  job.state = 'Completed';
  job.revision = (job.revision ?? 1) + 1;
  job.modified = nanos(at);
  job.executions = job.executions!.map((row) => ({
    ...row,
    ComputeState: { StateType: 9 },
    DesiredState: { StateType: 2 },
    Revision: Number(row['Revision']) + 1,
    ModifyTime: nanos(at).toString(),
  }));
}

function finished(id: string, at: number): FakeJob {
  const job = running(id, at);
  finish(job, at);
  return job;
}

function setUp(jobs: FakeJob[] = []) {
  const server = new FakeBacalhau();
  server.jobs = jobs;
  server.nodes = [{ Info: { NodeID: 'n-1' }, Membership: 'APPROVED', Connection: 'CONNECTED' }];
  let now: number = NOW;
  const clock = { now: () => epochMs(now) };
  const create = () =>
    bacalhau.create({ provider: server.provider, upstream: server, settings: { namespaces: [] }, clock });
  let adapter = create();
  const read = async (since: string | null, budget = 1000) => {
    server.calls.length = 0;
    const batch = await adapter.changes(since, callContext(budget));
    return {
      ...batch,
      keys: batch.jobs.map(({ key }) => key).toSorted(),
      ran: batch.executions.map(({ nativeRef, status }) => `${nativeRef.id} ${status.state}`).toSorted(),
    };
  };
  return {
    server,
    read,
    pass: (ms: number) => (now += ms),
    restart: () => (adapter = create()),
  };
}

describe('changes', () => {
  it('begins with everything, and says that this is all', async () => {
    const { read } = setUp([running('j-1', T), finished('j-2', T + 1)]);
    const batch = await read(null);
    expect(batch).toMatchObject({
      keys: ['j-1', 'j-2'],
      ran: ['e-j-1 RUNNING', 'e-j-2 SUCCEEDED'],
      complete: true,
      watermark: nanos(T + 1).toString(),
      dropped: { count: 0, reasons: [] },
    });
    expect(batch.tasks.map(({ key }) => key).toSorted()).toEqual(['j-1/0', 'j-2/0']);
    expect(batch.computeNodes.map(({ key }) => key)).toEqual(['n-1']);
  });

  it('is empty and complete at an empty provider', async () => {
    const { read } = setUp();
    expect(await read(null)).toMatchObject({ keys: [], complete: true, watermark: '0' });
    expect((await read('0')).keys).toEqual([]);
  });

  it('asks little when nothing happens: the jobs, and what has not ended', async () => {
    const { server, read } = setUp([
      ...Array.from({ length: 30 }, (_, i) => finished(`j-old-${String(i)}`, T + i)),
      running('j-live', T + MINUTE),
    ]);
    const { watermark } = await read(null);
    const quiet = await read(watermark);
    expect(quiet).toMatchObject({ keys: ['j-live'], ran: ['e-j-live RUNNING'], complete: false, watermark });
    expect(server.routes).toEqual(['/api/v1/orchestrator/jobs', '/api/v1/orchestrator/jobs/{}']);
  });

  it('asks what keeps still less and less often, and at once when it changes', async () => {
    const job = running('j-1', T);
    const { server, read, pass } = setUp([job, finished('j-2', T + 10 * MINUTE)]);
    let { watermark } = await read(null);
    const asked: boolean[] = [];
    for (let i = 0; i < 20; i++) {
      pass(1000);
      await read(watermark);
      asked.push(server.routes.includes('/api/v1/orchestrator/jobs/{}'));
    }
    expect(asked.map(Number).join('')).toBe('11101000010000100001');
    job.executions = job.executions!.map((row) => ({ ...row, ComputeState: { StateType: 10 }, Revision: 2 }));
    job.revision = 2;
    job.modified = nanos(T + 20 * MINUTE);
    pass(1000);
    const changed = await read(watermark);
    expect(changed.ran).toContain('e-j-1 FAILED');
    ({ watermark } = changed);
    pass(1);
    expect((await read(watermark)).ran).toContain('e-j-1 FAILED');
  });

  it('sees executions change without their job', async () => {
    const job = running('j-1', T);
    const { server, read } = setUp([job, finished('j-2', T + 10 * MINUTE)]);
    const { watermark } = await read(null);
    job.executions = [
      ...job.executions!.map((row) => ({ ...row, ComputeState: { StateType: 10 }, Revision: 2 })),
      executionRow('e-retry', 'j-1', nanos(T + 20 * MINUTE)),
    ];
    const batch = await read(watermark);
    expect(batch.ran).toContain('e-j-1 FAILED');
    expect(batch.ran).toContain('e-retry RUNNING');
    expect(server.calls.length).toBeLessThanOrEqual(3);
  });

  it('sees a job end once, with its executions, and then leaves it alone', async () => {
    const job = running('j-1', T);
    const { server, read, pass } = setUp([job]);
    let { watermark } = await read(null);
    finish(job, T + MINUTE);
    const ended = await read(watermark);
    expect(ended).toMatchObject({
      keys: ['j-1'],
      ran: ['e-j-1 SUCCEEDED'],
      watermark: nanos(T + MINUTE).toString(),
    });
    ({ watermark } = ended);
    for (let i = 0; i < 3; i++) {
      pass(1000);
      // It lies within the overlap, so it is told again, and nothing is asked for it.
      expect((await read(watermark)).ran).toEqual(['e-j-1 SUCCEEDED']);
      expect(server.routes).toEqual(['/api/v1/orchestrator/jobs']);
    }
  });

  it('waits for executions that end after their job', async () => {
    const job = running('j-1', T);
    const { read } = setUp([job]);
    let { watermark } = await read(null);
    job.state = 'Stopped';
    job.revision = 2;
    job.modified = nanos(T + MINUTE);
    job.executions = job.executions!.map((row) => ({ ...row, DesiredState: { StateType: 2 } }));
    const stopping = await read(watermark);
    expect(stopping.ran).toEqual(['e-j-1 CANCELLING']);
    watermark = stopping.watermark;
    job.executions = job.executions.map((row) => ({ ...row, ComputeState: { StateType: 11 } }));
    expect((await read(watermark)).ran).toEqual(['e-j-1 CANCELLED']);
  });

  it('gives up on executions that never end', async () => {
    const stuck = { ...running('j-1', T), state: 'Stopped' };
    stuck.executions = stuck.executions!.map((row) => ({ ...row, DesiredState: { StateType: 2 } }));
    const { server, read } = setUp([stuck, finished('j-2', T + 30 * MINUTE)]);
    const { watermark } = await read(null);
    await read(watermark);
    expect(server.routes).toEqual(['/api/v1/orchestrator/jobs']);
  });

  it('tells of the executions of an older version that a new one calls off', async () => {
    const job: FakeJob = { ...running('j-1', T), type: 'service' };
    const { read } = setUp([job]);
    let { watermark } = await read(null);
    const [old] = job.executions!;
    Object.assign(job, { version: 2, revision: 3, modified: nanos(T + MINUTE) });
    job.executions = [
      { ...old, DesiredState: { StateType: 2 } },
      executionRow('e-2', 'j-1', nanos(T + MINUTE), { JobVersion: 2 }),
    ];
    const updated = await read(watermark);
    expect(updated.ran).toEqual(['e-2 RUNNING', 'e-j-1 CANCELLING']);
    ({ watermark } = updated);
    job.executions = [{ ...old, ComputeState: { StateType: 11 } }, job.executions[1]!];
    expect((await read(watermark)).ran).toEqual(['e-2 RUNNING', 'e-j-1 CANCELLED']);
    // From now on the older version is not looked at.
    expect((await read(watermark)).ran).toEqual(['e-2 RUNNING']);
  });

  it('finds what is live again after a restart, without telling all of history', async () => {
    const { read, restart } = setUp([
      running('j-live', T),
      ...Array.from({ length: 20 }, (_, i) => finished(`j-old-${String(i)}`, T + i)),
      finished('j-new', T + 10 * MINUTE),
    ]);
    const { watermark } = await read(null);
    restart();
    const batch = await read(watermark);
    expect(batch.keys).toEqual(['j-new']);
    expect(batch.ran).toEqual(['e-j-live RUNNING', 'e-j-new SUCCEEDED']);
    expect(batch.complete).toBe(false);
  });

  it('reads as many pages as there are changes', async () => {
    const { server, read } = setUp([finished('j-0', T)]);
    const { watermark } = await read(null);
    server.jobs.push(
      ...Array.from({ length: 120 }, (_, i) => finished(`j-${String(i + 1)}`, T + MINUTE + i)),
    );
    let batch = await read(watermark);
    // With the one that lies within the overlap.
    expect(batch.keys).toHaveLength(121);
    const ran = new Set(batch.ran);
    // Their executions come over a few batches, so that no batch takes them all at once.
    for (let i = 0; i < 4; i++) {
      expect(server.calls.length).toBeLessThanOrEqual(46);
      batch = await read(batch.watermark);
      for (const each of batch.ran) ran.add(each);
    }
    expect(ran.size).toBe(121);
  });

  it('keeps to the budget, and is honest about it', async () => {
    const { server, read } = setUp(Array.from({ length: 20 }, (_, i) => running(`j-${String(i)}`, T + i)));
    const batch = await read(null, 10);
    expect(server.calls.length).toBeLessThanOrEqual(10);
    expect([batch.complete, batch.jobs.length]).toEqual([false, 20]);
    const seen = new Set(batch.ran);
    let { watermark } = batch;
    for (let i = 0; i < 5; i++) {
      const next = await read(watermark, 10);
      ({ watermark } = next);
      for (const each of next.ran) seen.add(each);
    }
    expect(seen.size).toBe(20);
  });

  it('sees a change that becomes visible a little late', async () => {
    const { server, read } = setUp([finished('j-1', T + MINUTE)]);
    const { watermark } = await read(null);
    server.jobs.push(running('j-late', T + MINUTE - 3000));
    expect(await read(watermark)).toMatchObject({ keys: ['j-1', 'j-late'], watermark });
  });

  it('asks what changed before what only goes on', async () => {
    const jobs = Array.from({ length: 20 }, (_, i) => running(`j-${String(i)}`, T + i));
    const { read, pass } = setUp(jobs);
    const { watermark } = await read(null);
    pass(1000);
    finish(jobs[19]!, T + MINUTE);
    expect((await read(watermark, 5)).ran).toContain('e-j-19 SUCCEEDED');
  });

  it('gives the jobs even when executions or nodes cannot be read', async () => {
    const { server, read } = setUp([running('j-1', T)]);
    server.failures.set('/api/v1/orchestrator/nodes', { status: 403, body: '' });
    server.failures.set('/api/v1/orchestrator/jobs/{}', { status: 503, body: 'Server Timeout!' });
    const batch = await read(null);
    expect(batch).toMatchObject({ keys: ['j-1'], ran: [], computeNodes: [], complete: false });
    expect(batch.dropped).toEqual({
      count: 2,
      reasons: [
        'the executions of a job could not be read (PROVIDER_UNAVAILABLE)',
        'the nodes could not be read (FORBIDDEN)',
      ],
    });
    server.failures.clear();
    expect((await read(batch.watermark)).ran).toEqual(['e-j-1 RUNNING']);
  });

  it('asks for nodes as often as they report', async () => {
    const { server, read, pass } = setUp();
    const asked = () => server.routes.includes('/api/v1/orchestrator/nodes');
    await read(null);
    expect(asked()).toBe(true);
    pass(14_000);
    await read('0');
    expect(asked()).toBe(false);
    pass(2000);
    expect((await read('0')).computeNodes).toHaveLength(1);
  });

  it('fails when the jobs cannot be read, and refuses what is no watermark', async () => {
    const { server, read } = setUp();
    await expect(read('yesterday')).rejects.toMatchObject({ code: 'INVALID_CURSOR' });
    server.failures.set('/api/v1/orchestrator/jobs', { status: 401, body: '' });
    await expect(read(null)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });
});
