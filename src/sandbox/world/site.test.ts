import { describe, expect, it } from 'vitest';
import type { ManualClock } from '../clock.ts';
import { createManualClock } from '../clock.ts';
import { deriveFate } from './fate.ts';
import type { SimExecution, SimJob, SimJobSpec, Site, World } from './types.ts';
import { createWorld } from './world.ts';

const START = Date.UTC(2026, 0, 5, 9);

interface Quiet {
  readonly clock: ManualClock;
  readonly world: World;
  readonly site: Site;
  readonly advance: (ms: number) => void;
}

/** A site where nobody but the test does anything. */
function quiet(): Quiet {
  const clock = createManualClock(START);
  const world = createWorld({ seed: 1, clock, jobsPerSite: 0, arrivalMs: Infinity, nodeUpMs: Infinity });
  const advance = (ms: number): void => {
    clock.advance(ms);
    world.sync();
  };
  return { clock, world, site: world.site('bacalhau'), advance };
}

function spec(extra: Partial<Omit<SimJobSpec, 'fate'>> = {}): SimJobSpec {
  const own: Omit<SimJobSpec, 'fate'> = {
    name: 'mine',
    team: 'nlp',
    owner: 'noor.rahimi',
    type: 'batch',
    count: 1,
    image: 'alpine:3.20',
    command: ['true'],
    env: {},
    labels: {},
    tags: [],
    cpuMillis: 500,
    memoryBytes: 2 ** 28,
    diskBytes: 0,
    gpus: 0,
    priority: 0,
    poolId: null,
    maxRetries: 0,
    timeoutMs: null,
    ...extra,
  };
  return { ...own, fate: deriveFate(own) };
}

function first(job: SimJob): SimExecution {
  const [execution] = job.executions;
  if (execution === undefined) throw new Error('The job has no execution.');
  return execution;
}

function topics(job: SimJob): string[] {
  return job.history.map(({ topic, executionId }) => (executionId === null ? `job:${topic}` : topic));
}

describe('a user’s job', () => {
  it('passes every stage at its time and says so', () => {
    const { site, advance } = quiet();
    const job = site.submit(spec({ command: ['sleep', '5'] }), { id: 'mine-1' });
    expect([job.id, job.state, job.seq]).toEqual(['mine-1', 'queued', 1]);
    advance(250);
    expect(job.state).toBe('preparing');
    expect(site.nodes.get(first(job).nodeId ?? '')?.running.has(first(job).id)).toBe(true);
    advance(800);
    expect(job.state).toBe('running');
    advance(5000);
    expect(job.state).toBe('finalizing');
    advance(400);
    expect(job).toMatchObject({ state: 'succeeded', previousState: 'finalizing', endedAt: START + 6450 });
    expect(topics(job)).toEqual([
      'job:submitted',
      'requested',
      'accepted',
      'running',
      'job:running',
      'finalizing',
      'job:finalizing',
      'execution-ended',
      'job:job-ended',
    ]);
    expect(() => site.submit(spec(), { id: 'mine-1' })).toThrow('exists already');
  });

  it.each([
    [{ command: ['exit 3'] }, 'failed', { kind: 'nonzero', exitCode: 3 }],
    [{ command: ['sh', '-c', 'sleep 1; exit 0'] }, 'succeeded', { kind: 'success' }],
    [{ command: ['/bin/false'] }, 'failed', { kind: 'nonzero', exitCode: 1 }],
    [{ command: ['sh', '-c', 'kill -9 $$'] }, 'failed', { kind: 'nonzero', exitCode: 137 }],
    [{ image: 'registry.internal/nonexistent:1' }, 'failed', { kind: 'failure', cause: 'image' }],
    [{ command: ['sleep', '60'], timeoutMs: 2000 }, 'failed', { kind: 'failure', cause: 'timeout' }],
    [{ cpuMillis: 1_000_000 }, 'failed', { kind: 'failure', cause: 'unschedulable' }],
    [{ gpus: 9 }, 'failed', { kind: 'failure', cause: 'unschedulable' }],
    [{ poolId: 'unknown' }, 'failed', { kind: 'failure', cause: 'unschedulable' }],
    [{ env: { SANDBOX_OUTCOME: 'oom' } }, 'failed', { kind: 'failure', cause: 'oom' }],
    [{ env: { SANDBOX_OUTCOME: 'input' } }, 'failed', { kind: 'failure', cause: 'input' }],
    [{ env: { SANDBOX_OUTCOME: 'output' } }, 'failed', { kind: 'failure', cause: 'output' }],
    [{ env: { SANDBOX_OUTCOME: 'success' }, command: ['exit 3'] }, 'succeeded', { kind: 'success' }],
    [{ env: { SANDBOX_FAIL_FIRST: '1' } }, 'failed', { kind: 'failure' }],
  ] as const)('%o ends %s', (extra, state, outcome) => {
    const { site, advance } = quiet();
    const job = site.submit(spec(extra));
    advance(10_000);
    expect(job.state).toBe(state);
    expect(job.executions).toHaveLength(1);
    expect(first(job).outcome).toMatchObject(outcome);
    expect(job.message === '').toBe(state === 'succeeded');
  });

  it('is tried again while it has retries', () => {
    const { site, advance } = quiet();
    const job = site.submit(spec({ env: { SANDBOX_FAIL_FIRST: '2' }, maxRetries: 2, count: 2 }));
    advance(30_000);
    expect(job.state).toBe('succeeded');
    expect(job.executions.map(({ index, attempt, state }) => `${index}/${attempt} ${state}`).sort()).toEqual([
      '0/1 failed',
      '0/2 failed',
      '0/3 succeeded',
      '1/1 failed',
      '1/2 failed',
      '1/3 succeeded',
    ]);
  });

  it('waits for capacity and says so; the more urgent goes first', () => {
    const { site, advance } = quiet();
    const hogs = Array.from({ length: 2 }, () =>
      site.submit(spec({ gpus: 4, cpuMillis: 64_000, command: ['sleep 60'] })),
    );
    advance(1);
    const low = site.submit(spec({ gpus: 4, cpuMillis: 64_000 }));
    const high = site.submit(spec({ gpus: 4, cpuMillis: 64_000, priority: 10 }));
    advance(10_000);
    expect(hogs.map((job) => job.state)).toEqual(['running', 'running']);
    expect([low.state, high.state]).toEqual(['queued', 'queued']);
    expect(low.message).toContain('Waiting for capacity');
    expect(topics(low)).toEqual(['job:submitted', 'job:queued']);
    site.stop(hogs[0]?.id ?? '', 'enough');
    advance(3000);
    expect([low.state, high.state]).toEqual(['queued', 'running']);
  });

  it('runs on every node when it is an ops job', () => {
    const { site, advance } = quiet();
    const down = [...site.nodes.keys()][0] ?? '';
    site.setNodeUp(down, false);
    const job = site.submit(spec({ type: 'ops' }));
    advance(10_000);
    expect(job.state).toBe('succeeded');
    expect(new Set(job.executions.map(({ nodeId }) => nodeId)).size).toBe(site.nodes.size - 1);
  });
});

describe('commands', () => {
  it('stop what waits at once and what runs a moment later', () => {
    const { site, advance } = quiet();
    const waiting = site.submit(spec());
    expect(site.stop(waiting.id, 'changed my mind')).toBe(true);
    expect(waiting).toMatchObject({ state: 'cancelled', message: 'changed my mind' });
    expect(site.stop(waiting.id, 'again')).toBe(false);
    const job = site.submit(spec({ command: ['sleep infinity'] }));
    advance(5000);
    expect(site.stop(job.id, 'enough')).toBe(true);
    expect(job).toMatchObject({ state: 'running', stopRequestedAt: START + 5000, message: 'enough' });
    expect(site.stop(job.id, 'twice')).toBe(true);
    advance(2000);
    expect(job).toMatchObject({ state: 'cancelled', message: 'enough' });
    expect(first(job).outcome).toEqual({ kind: 'cancelled', message: 'enough' });
    expect(topics(job).filter((topic) => topic === 'job:stop-requested')).toHaveLength(1);
    expect(site.stop('unknown', '')).toBe(false);
  });

  it('rerun opens a new version, keeps the old executions, and takes a new spec', () => {
    const { site, advance } = quiet();
    const job = site.submit(spec({ command: ['exit 2'] }));
    advance(10_000);
    expect(job.state).toBe('failed');
    expect(site.rerun(job.id, 'fixed', spec({ command: ['sleep infinity'], cpuMillis: 2000 }))).toBe(true);
    expect(job).toMatchObject({ version: 2, state: 'queued', endedAt: null, cpuMillis: 2000 });
    advance(5000);
    expect(job.state).toBe('running');
    expect(site.rerun(job.id, 'once more', spec())).toBe(true);
    advance(10_000);
    expect(job).toMatchObject({ version: 3, state: 'succeeded' });
    expect(job.executions.map(({ version, state }) => [version, state])).toEqual([
      [1, 'failed'],
      [2, 'cancelled'],
      [3, 'succeeded'],
    ]);
    expect(job.history.map(({ seq }) => seq)).toEqual(job.history.map((_, index) => index + 1));
    for (const node of site.nodes.values()) expect(node.running.size).toBe(0);
    expect(site.rerun('unknown', '')).toBe(false);
  });

  it('remove forgets a job and gives back what it held', () => {
    const { site, advance } = quiet();
    const job = site.submit(spec({ command: ['sleep 60'] }), { groupId: 'sweep' });
    expect(site.groups.get('sweep')).toMatchObject({ name: 'mine', jobIds: [job.id], closedAt: null });
    advance(5000);
    expect(site.remove(job.id)).toBe(true);
    expect(site.jobs.size + site.executions.size).toBe(0);
    expect(site.groups.get('sweep')?.jobIds).toEqual([]);
    expect([...site.nodes.values()].every((node) => node.running.size === 0)).toBe(true);
    advance(120_000);
    expect(site.jobs.size).toBe(0);
    expect(site.remove(job.id)).toBe(false);
    expect(site.logOf(first(job))).toEqual([]);
  });

  it('a node that goes away loses its work, which is tried elsewhere', () => {
    const { site, advance } = quiet();
    const job = site.submit(spec({ command: ['sleep 20'] }));
    advance(5000);
    const lost = first(job);
    const nodeId = lost.nodeId ?? '';
    site.setNodeUp(nodeId, false);
    expect(lost).toMatchObject({ state: 'failed', outcome: { cause: 'node-lost' } });
    expect(site.nodes.get(nodeId)).toMatchObject({ up: false, upSince: START + 5000 });
    advance(60_000);
    expect(job).toMatchObject({ state: 'succeeded' });
    expect(job.executions[1]).toMatchObject({ attempt: 2, state: 'succeeded' });
    expect(job.executions[1]?.nodeId).not.toBe(nodeId);
    advance(24 * 3_600_000);
    expect(site.nodes.get(nodeId)?.up).toBe(false);
    site.setNodeUp(nodeId, true);
    expect(site.nodes.get(nodeId)?.up).toBe(true);
    expect(() => {
      site.setNodeUp('unknown', true);
    }).toThrow('no node unknown');
  });

  it('a node that was taken away stays away while the others come and go', () => {
    const clock = createManualClock(START);
    const world = createWorld({ seed: 2, clock, jobsPerSite: 0, arrivalMs: 0, nodeUpMs: 600_000 });
    const site = world.site('bacalhau');
    const nodes = [...site.nodes.values()];
    const held = nodes.find((node) => node.up);
    site.setNodeUp(held?.id ?? '', false);
    const cameBack = new Set<string>();
    for (let minute = 0; minute < 180; minute++) {
      clock.advance(60_000);
      world.sync();
      for (const node of nodes) if (node.up && node.upSince > START) cameBack.add(node.id);
    }
    expect(held).toMatchObject({ up: false, upSince: START });
    expect(cameBack.size).toBe(nodes.length - 1);
  });

  it('a daemon comes back with its node', () => {
    const { site, advance } = quiet();
    const job = site.submit(spec({ type: 'daemon', command: ['sleep infinity'] }));
    advance(5000);
    expect(job.executions).toHaveLength(site.nodes.size);
    const nodeId = first(job).nodeId ?? '';
    site.setNodeUp(nodeId, false);
    advance(5000);
    expect(job.state).toBe('running');
    site.setNodeUp(nodeId, true);
    advance(5000);
    const here = job.executions.filter((execution) => execution.nodeId === nodeId);
    expect(here.map(({ attempt, state }) => [attempt, state])).toEqual([
      [1, 'failed'],
      [2, 'running'],
    ]);
  });
});

describe('logs', () => {
  it('print what a user’s command echoes, when it does', () => {
    const { site, advance } = quiet();
    const job = site.submit(
      spec({ command: ['sh', '-c', 'echo "one; two"; sleep 5 && echo three >&2; sleep 1; exit 1'] }),
    );
    advance(250 + 800);
    expect(site.logOf(first(job))).toEqual([{ at: START + 1050, stream: 'stdout', text: 'one; two' }]);
    advance(10_000);
    expect(site.logOf(first(job))).toEqual([
      { at: START + 1050, stream: 'stdout', text: 'one; two' },
      { at: START + 6050, stream: 'stderr', text: 'three' },
    ]);
  });

  it('only ever grow, in order of time, up to now', () => {
    const clock = createManualClock(START);
    const world = createWorld({ seed: 3, clock });
    const site = world.site('bacalhau');
    const before = new Map(
      [...site.executions.values()].map((execution) => [execution, site.logOf(execution)]),
    );
    for (let round = 0; round < 3; round++) {
      clock.advance(40_000);
      world.sync();
      for (const [execution, old] of before) {
        if (!site.executions.has(execution.id)) continue;
        const now = site.logOf(execution);
        expect(JSON.stringify(now.slice(0, old.length))).toBe(JSON.stringify(old));
        expect(now.every(({ at }, index) => at >= (now[index - 1]?.at ?? execution.startedAt ?? 0))).toBe(
          true,
        );
        expect(now.at(-1)?.at ?? 0).toBeLessThanOrEqual(execution.endedAt ?? clock.now());
        before.set(execution, now);
      }
    }
    expect(Math.max(...[...before.values()].map((lines) => lines.length))).toBeGreaterThan(1000);
  });
});
