import { describe, expect, it, vi } from 'vitest';
import type { SandboxKind } from '../../src/sandbox/sandbox.ts';
import type { ActingClient, ShownJob } from './acting-client.ts';
import { neutralSpec } from './specs.ts';
import { actingGateway, STILL } from './start.ts';

/** How a rerun is seen at the provider: another version of the same job, or another job. */
const RERUNS: Readonly<Partial<Record<SandboxKind, 'VERSION' | 'JOB'>>> = {
  bacalhau: 'VERSION',
  qarnot: 'JOB',
  runai: 'JOB',
};
const CALL: Readonly<Partial<Record<SandboxKind, string>>> = {
  bacalhau: '/rerun',
  qarnot: '/clone',
  runai: 'POST /api/v1/workloads/trainings',
};
const OPTIONS = {
  sandbox: { ...STILL, jobsPerSite: 30 },
  upstream: { timeoutMs: 2_000 },
  config: { act: { timeoutMs: 3_000, maxBulk: 100 } },
};
const KINDS = Object.keys(RERUNS) as SandboxKind[];

/** Jobs that have ended and can be run again, each given once. */
function endedJobs(): (client: ActingClient, kind: SandboxKind) => Promise<ShownJob> {
  const given = new Set<string>();
  return async (client, kind) => {
    const { nodes } = await client.page(100, {
      filter: { providers: [kind], states: ['SUCCEEDED', 'FAILED'] },
    });
    const job = nodes.find(({ id, allowedActions }) => !given.has(id) && allowedActions.includes('RERUN'));
    if (job === undefined) return briefJob(client, kind);
    given.add(job.id);
    return job;
  };
}

/** One that is made for it, and has ended. */
async function briefJob(client: ActingClient, kind: SandboxKind): Promise<ShownJob> {
  const { id } = await client.create(kind, neutralSpec({ command: ['sleep', '0'] }));
  return vi.waitFor(
    async () => {
      const job = await client.job(id);
      if (job?.status.state !== 'SUCCEEDED') throw new Error(`is ${String(job?.status.state)}`);
      return job;
    },
    { timeout: 10_000, interval: 50 },
  );
}

/** How often jobs have been run at the provider: every version of every job. */
function runs(client: ActingClient, kind: SandboxKind): number {
  const jobs = [...client.gateway.sandbox.world.site(kind).jobs.values()];
  return jobs.reduce((sum, { version }) => sum + version, 0);
}

describe.each(KINDS)('rerunJob at %s', (kind) => {
  const gateway = actingGateway(OPTIONS);
  const endedJob = endedJobs();

  it('runs a job again once for each key, however often it is asked', async () => {
    const client = gateway();
    const job = await endedJob(client, kind);
    expect(job.allowedActions).toContain('RERUN');
    const before = runs(client, kind);
    const first = await client.rerun(job.id, 'again');
    expect(first).toMatchObject({ outcome: 'CREATED', replayed: false, errors: [] });
    const inPlace = RERUNS[kind] === 'VERSION';
    expect(first.job?.id === job.id).toBe(inPlace);
    expect(first.job?.generation).toBe(inPlace ? job.generation + 1 : 1);
    expect(runs(client, kind)).toBe(before + 1);

    const repeats = await Promise.all([1, 2, 3].map(() => client.rerun(job.id, 'again')));
    for (const repeat of repeats) {
      expect(repeat).toMatchObject({ outcome: 'CREATED', replayed: true, job: { id: first.job?.id } });
    }
    expect(runs(client, kind)).toBe(before + 1);
    // It is seen at once: by its id, and where lists begin.
    expect(await client.job(first.job?.id ?? '')).toMatchObject({ generation: first.job?.generation });
    const { nodes } = await client.page(5, { filter: { providers: [kind] } });
    expect(nodes.map(({ id }) => id)).toContain(first.job?.id);
  });

  it('does not run it twice when the answer was lost', async () => {
    const client = gateway();
    const job = await endedJob(client, kind);
    const before = runs(client, kind);
    client.break(kind, CALL[kind] ?? '', { kind: 'reset', afterCommit: true });
    const first = await client.rerun(job.id, 'lost');
    client.mend(kind);
    expect(['CREATED', 'UNKNOWN']).toContain(first.outcome);
    await vi.waitFor(
      async () =>
        expect(await client.rerun(job.id, 'lost')).toMatchObject({ outcome: 'CREATED', errors: [] }),
      { timeout: 12_000, interval: 100 },
    );
    expect(runs(client, kind)).toBe(before + 1);
  });

  it('refuses, without a write, what cannot be run again, or is at another revision', async () => {
    const client = gateway();
    const live = await client.create(kind, neutralSpec());
    client.resetCalls();
    if (!live.allowedActions.includes('RERUN')) {
      expect(await client.rerun(live.id, 'too-early')).toMatchObject({
        outcome: 'REFUSED',
        errors: [{ __typename: 'InvalidState' }],
      });
    }
    const ended = await endedJob(client, kind);
    client.resetCalls();
    expect(await client.rerun(ended.id, 'revised', ended.revision + 1_000_000)).toMatchObject({
      outcome: 'REFUSED',
      errors: [{ __typename: 'Conflict' }],
    });
    expect(await client.rerun(ended.id, '')).toMatchObject({
      outcome: 'REFUSED',
      errors: [{ __typename: 'InvalidField', path: ['idempotencyKey'] }],
    });
    expect(client.writes(kind)).toEqual([]);
    // Neither of them used its key up.
    expect(await client.rerun(ended.id, 'revised')).toMatchObject({ outcome: 'CREATED', replayed: false });
  });

  it('takes a key that was used for something else for a mistake', async () => {
    const client = gateway();
    const [one, other] = await Promise.all([endedJob(client, kind), endedJob(client, kind)]);
    expect(await client.rerun(one.id, 'shared')).toMatchObject({ outcome: 'CREATED' });
    client.resetCalls();
    expect(await client.rerun(other.id, 'shared')).toMatchObject({
      outcome: 'REFUSED',
      errors: [{ __typename: 'IdempotencyMismatch' }],
    });
    expect(client.writes(kind)).toEqual([]);
  });
});

describe('a rerun whose job has been deleted since', () => {
  const gateway = actingGateway(OPTIONS);
  const endedJob = endedJobs();

  it('is still answered with what came of it', async () => {
    const client = gateway();
    const job = await endedJob(client, 'qarnot');
    const first = await client.rerun(job.id, 'again');
    expect(await client.act('deleteJob', job.id)).toMatchObject({ outcome: 'DONE' });
    expect(await client.rerun(job.id, 'again')).toMatchObject({
      outcome: 'CREATED',
      replayed: true,
      job: { id: first.job?.id },
    });
    expect(await client.rerun(job.id, 'another key')).toMatchObject({
      errors: [{ __typename: 'ObjectNotFound' }],
    });
  });
});
