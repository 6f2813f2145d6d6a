import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { JobsEverywhereDocument, ObjectByIdDocument } from '../generated/graphql.ts';
import { emulatorOf } from '../support/emulator-of.ts';
import { startTestGateway, upstreamOf, type TestGateway } from '../support/gateway.ts';

type Calls = Record<string, number>;

// "POST /jobs/paginate" → how often; ids are folded so that calls of one kind count together.
function tally(calls: readonly { readonly method: string; readonly path: string }[]): Calls {
  const counts: Calls = {};
  for (const { method, path } of calls) {
    const kind = `${method} ${path.replaceAll(/[a-z]-[0-9a-f-]{36}|[0-9a-f-]{36}/g, '{}')}`;
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}

describe('the first page of everything', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startTestGateway({ sandbox: { arrivalMs: 0, nodeUpMs: 0 } });
  });
  afterAll(() => gateway.close());

  it('costs one list per provider and one batch, or the reference’s minimum, per kind of child', async () => {
    const answer = await gateway.execute(
      JobsEverywhereDocument,
      { first: 50 },
      { 'x-gridweave-upstream': '1' },
    );
    expect(answer.errors).toBeUndefined();
    const jobs = answer.data!.jobs.nodes;
    expect(jobs).toHaveLength(50);
    expect(new Set(jobs.map((job) => job.provider.key)).size).toBe(4);

    const ofBacalhau = jobs.filter((job) => job.provider.key === 'bacalhau').length;
    const bacalhau = tally(emulatorOf(gateway, 'bacalhau').calls);
    expect(bacalhau['GET /api/v1/orchestrator/jobs']).toBe(1);
    expect(bacalhau['GET /api/v1/orchestrator/nodes']).toBe(1);
    // Bacalhau has no batch endpoint for executions: one call a job is its minimum.
    const perJob = Object.entries(bacalhau).filter(([kind]) => kind.includes('/jobs/{}'));
    expect(perJob.reduce((sum, [, count]) => sum + count, 0)).toBe(ofBacalhau);

    // Qarnot keeps jobs and bare tasks in two lists; the tasks hold their executions. Projects and pools: one each.
    const qarnot = tally(emulatorOf(gateway, 'qarnot').calls);
    expect(qarnot['POST /jobs/paginate']).toBe(1);
    expect(qarnot['POST /tasks/paginate']).toBe(1);
    expect(qarnot['GET /info']).toBe(1);
    expect(Object.values(qarnot).reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(4);

    // Run:ai: one list, one batch each for pods and projects; nodes come with their pools and five kinds of telemetry.
    const runai = tally(emulatorOf(gateway, 'runai').calls);
    expect(runai['GET /api/v1/workloads']).toBe(1);
    expect(runai['GET /api/v1/workloads/pods']).toBe(1);
    expect(runai['GET /api/v1/nodes']).toBe(1);
    expect(runai['GET /api/v1/node-pools'] ?? 0).toBeLessThanOrEqual(1);
    expect(runai['GET /api/v1/nodes/telemetry'] ?? 0).toBeLessThanOrEqual(5);
    const projects = Object.entries(runai).filter(([kind]) => kind.includes('/projects'));
    expect(projects.reduce((sum, [, count]) => sum + count, 0)).toBeLessThanOrEqual(1);

    // Charity Engine tells everything it knows of many jobs in one call.
    expect(emulatorOf(gateway, 'charity-engine').calls).toHaveLength(1);

    const received = [...gateway.sandbox.emulators.values()].reduce(
      (sum, { calls }) => sum + calls.length,
      0,
    );
    expect(upstreamOf(answer).networkCalls).toBe(received);
  });

  it('of 100 jobs over four providers costs five calls', async () => {
    const fresh = await startTestGateway({ sandbox: { arrivalMs: 0, nodeUpMs: 0 } });
    try {
      const query = '{ jobs(first: 100) { nodes { id name status { state } } sources { outcome } } }';
      const token = (call: { readonly path: string }) => call.path.includes('token');
      const response = await fresh.post(JSON.stringify({ query }));
      const { data } = (await response.json()) as {
        data: { jobs: { nodes: unknown[]; sources: { outcome: string }[] } };
      };
      expect(data.jobs.nodes).toHaveLength(100);
      expect(data.jobs.sources.map(({ outcome }) => outcome)).toEqual(Array(4).fill('OK'));
      const calls = [...fresh.sandbox.emulators.values()].flatMap((emulator) => emulator.calls);
      // A token is exchanged once an hour, not once a page.
      expect(
        calls.filter((call) => !token(call)).map(({ method, path }) => `${method} ${path}`),
      ).toHaveLength(5);
    } finally {
      await fresh.close();
    }
  });

  it('is in order, and every part of it fits together', async () => {
    const { data } = await gateway.execute(JobsEverywhereDocument, { first: 50 });
    const jobs = data!.jobs.nodes;
    const times = jobs.map((job) => Date.parse(job.createdAt));
    expect(times).toEqual([...times].sort((a, b) => b - a));
    for (const job of jobs) {
      expect(job.tasks.nodes.length).toBeGreaterThan(0);
      expect(job.project?.name).toBeTruthy();
    }
    const executions = jobs.flatMap((job) => job.executions.nodes);
    expect(executions.some((execution) => execution.node !== null)).toBe(true);
    expect(executions.some((execution) => execution.status.state === 'RUNNING')).toBe(true);
  });

  it('holds what the world holds', async () => {
    const { data } = await gateway.execute(JobsEverywhereDocument, { first: 50 });
    const names = new Set(data!.jobs.nodes.map((job) => job.name));
    const { world } = gateway.sandbox;
    const newest = [...world.site('bacalhau').jobs.values()].at(-1);
    expect(names).toContain(newest?.name);
  });

  it('costs nothing when it is asked again while its answers are fresh', async () => {
    // Longer than a busy machine takes between the two.
    const sharing = await startTestGateway({ sandbox: { arrivalMs: 0 }, upstream: { freshnessMs: 30_000 } });
    try {
      await sharing.execute(JobsEverywhereDocument, { first: 50 });
      for (const emulator of sharing.sandbox.emulators.values()) emulator.resetCalls();
      const again = await sharing.execute(
        JobsEverywhereDocument,
        { first: 50 },
        { 'x-gridweave-upstream': '1' },
      );
      expect(upstreamOf(again).networkCalls).toBe(0);
      for (const emulator of sharing.sandbox.emulators.values()) expect(emulator.calls).toHaveLength(0);
    } finally {
      await sharing.close();
    }
  });

  it('gives every job again by its id', async () => {
    const { data } = await gateway.execute(JobsEverywhereDocument, { first: 20 });
    for (const job of data!.jobs.nodes) {
      const answer = await gateway.execute(ObjectByIdDocument, { id: job.id });
      expect(answer.errors).toBeUndefined();
      expect(answer.data!.node).toMatchObject({ __typename: 'Job', id: job.id, name: job.name });
    }
  });
});
