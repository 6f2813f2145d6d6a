import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ManualClock } from '../clock.ts';
import { createManualClock } from '../clock.ts';
import { deriveFate } from './fate.ts';
import type { Site, SiteName, World } from './types.ts';
import type { WorldOptions } from './world.ts';
import { createWorld } from './world.ts';

const START = Date.UTC(2026, 0, 5, 9);
const MINUTE = 60_000;
const SITES: readonly SiteName[] = ['bacalhau', 'qarnot', 'runai', 'charity-engine'];

/** Everything that can be seen of a world, logs of the running executions included. */
function snapshot(world: World, sites: readonly SiteName[]): string {
  return JSON.stringify(
    sites.map((name) => {
      const site = world.site(name);
      const live = [...site.executions.values()].filter((execution) => execution.state === 'running');
      return {
        teams: site.teams,
        nodes: [...site.nodes.values()].map((node) => ({ ...node, running: [...node.running] })),
        pools: [...site.pools.values()],
        groups: [...site.groups.values()],
        jobs: [...site.jobs.values()],
        logs: live.slice(0, 5).map((execution) => site.logOf(execution)),
      };
    }),
  );
}

function small(seed: number, extra: Partial<WorldOptions> = {}): { world: World; clock: ManualClock } {
  const clock = createManualClock(START);
  const world = createWorld({ seed, clock, sites: ['bacalhau'], jobsPerSite: 60, ...extra });
  return { world, clock };
}

const steps = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('sync' as const), afterMs: fc.integer({ min: 0, max: 90_000 }) }),
    fc.record({
      kind: fc.constant('command' as const),
      afterMs: fc.integer({ min: 0, max: 90_000 }),
      what: fc.integer({ min: 0, max: 4 }),
      pick: fc.nat(),
    }),
  ),
  { maxLength: 25 },
);

/** Commands name objects by their place, so that both runs mean the same ones. */
function command(site: Site, what: number, pick: number): void {
  const jobs = [...site.jobs.keys()];
  const id = jobs[jobs.length - 1 - (pick % Math.min(jobs.length, 30))] ?? '';
  const nodes = [...site.nodes.values()];
  const node = nodes[pick % nodes.length];
  if (what === 0) site.stop(id, 'not needed');
  else if (what === 1) site.rerun(id, 'again');
  else if (what === 2) site.remove(id);
  else if (what === 3 && node !== undefined) site.setNodeUp(node.id, !node.up);
  else site.submit(userJob({ command: ['sleep', String(pick % 60)], count: 1 + (pick % 3) }));
}

function userJob(extra: Partial<Parameters<Site['submit']>[0]> = {}): Parameters<Site['submit']>[0] {
  const spec = {
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
    priority: 1000,
    poolId: null,
    maxRetries: 0,
    timeoutMs: null,
    ...extra,
  } as const;
  return { ...spec, fate: deriveFate(spec) };
}

describe('determinism', () => {
  it('gives the same world for the same seed, and another for another', () => {
    const of = (seed: number): string => {
      const clock = createManualClock(START);
      const world = createWorld({ seed, clock, sites: SITES, jobsPerSite: 80 });
      clock.advance(10 * MINUTE);
      world.sync();
      return snapshot(world, SITES);
    };
    expect(of(5)).toBe(of(5));
    expect(of(5)).not.toBe(of(6));
  });

  it('does not depend on how often it is looked at', () => {
    fc.assert(
      fc.property(fc.nat(1000), steps, (seed, plan) => {
        const [often, seldom] = [small(seed), small(seed)];
        for (const step of plan) {
          for (const { world, clock } of [often, seldom]) {
            clock.advance(step.afterMs);
            if (step.kind === 'command') {
              world.sync();
              command(world.site('bacalhau'), step.what, step.pick);
            }
          }
          often.world.sync();
          // Reading a log now must not change what it says later.
          for (const execution of often.world.site('bacalhau').executions.values()) {
            if (execution.state === 'running') often.world.site('bacalhau').logOf(execution);
          }
        }
        often.world.sync();
        seldom.world.sync();
        expect(snapshot(often.world, ['bacalhau'])).toBe(snapshot(seldom.world, ['bacalhau']));
      }),
      { numRuns: 20 },
    );
  });

  it('never goes back in time', () => {
    const { world, clock } = small(1);
    const before = snapshot(world, ['bacalhau']);
    clock.advance(-5 * MINUTE);
    world.sync();
    expect(snapshot(world, ['bacalhau'])).toBe(before);
  });
});

describe('what a fresh world holds', () => {
  it.each(SITES)('%s has a few hundred jobs in every stage and every kind of end', (name) => {
    const clock = createManualClock(START);
    const world = createWorld({ seed: 42, clock, sites: [name] });
    const site = world.site(name);
    expect(site.jobs.size).toBe(300);
    expect(site.teams).toHaveLength(6);
    expect(site.nodes.size).toBeGreaterThanOrEqual(8);
    expect(site.nodes.size).toBeLessThanOrEqual(15);
    const states = new Set<string>();
    const ends = new Set<string>();
    let retried = false;
    let arrivals = 0;
    for (let minute = 0; minute < 30; minute++) {
      for (const job of site.jobs.values()) states.add(job.state);
      for (const { outcome, state, attempt } of site.executions.values()) {
        if (outcome !== null) ends.add(outcome.kind === 'failure' ? outcome.cause : outcome.kind);
        retried ||= state === 'succeeded' && attempt > 1;
      }
      const before = site.jobs.size;
      clock.advance(MINUTE);
      world.sync();
      arrivals += site.jobs.size - before;
    }
    expect([...states].sort()).toEqual([
      'cancelled',
      'failed',
      'finalizing',
      'preparing',
      'queued',
      'running',
      'succeeded',
    ]);
    expect([...ends].sort()).toEqual([
      'cancelled',
      'image',
      'input',
      'node-lost',
      'nonzero',
      'oom',
      'output',
      'success',
      'timeout',
      'unschedulable',
    ]);
    expect(retried).toBe(true);
    expect(arrivals).toBeGreaterThan(60);
  });

  it('has groups and pools at the qarnot site, services and daemons at the bacalhau site', () => {
    const world = createWorld({ seed: 42, clock: createManualClock(START) });
    const qarnot = world.site('qarnot');
    expect(qarnot.pools.size).toBe(4);
    expect([...qarnot.groups.values()].some((group) => group.jobIds.length > 3)).toBe(true);
    expect([...qarnot.jobs.values()].some((job) => job.poolId !== null)).toBe(true);
    for (const group of qarnot.groups.values()) {
      for (const id of group.jobIds) expect(qarnot.jobs.get(id)?.groupId).toBe(group.id);
    }
    const running = [...world.site('bacalhau').jobs.values()].filter((job) => job.state === 'running');
    expect(new Set(running.map((job) => job.type))).toEqual(new Set(['batch', 'service', 'daemon']));
    expect(() => world.site('runai')).toThrow('no runai site');
  });

  it('can be empty and quiet', () => {
    const { world, clock } = small(1, { jobsPerSite: 0, arrivalMs: Infinity, nodeUpMs: Infinity });
    clock.advance(24 * 60 * MINUTE);
    world.sync();
    expect(world.site('bacalhau').jobs.size).toBe(0);
    expect([...world.site('bacalhau').nodes.values()].every((node) => node.up)).toBe(true);
  });

  it('keeps its names apart', () => {
    const { world } = small(3, { jobsPerSite: 400 });
    const names = [...world.site('bacalhau').jobs.values()].map((job) => job.name);
    expect(new Set(names).size).toBe(names.length);
  });
});

describe('bounds', () => {
  it('forgets the oldest ended jobs, and all that belonged to them', () => {
    const clock = createManualClock(START);
    const world = createWorld({
      seed: 9,
      clock,
      sites: ['qarnot'],
      jobsPerSite: 80,
      keepJobsPerSite: 100,
      arrivalMs: 4000,
    });
    const site = world.site('qarnot');
    for (let minute = 0; minute < 60; minute++) {
      clock.advance(MINUTE);
      world.sync();
      const live = [...site.jobs.values()].filter((job) => job.endedAt === null).length;
      expect(site.jobs.size).toBeLessThanOrEqual(Math.max(100, live));
    }
    for (const execution of site.executions.values()) expect(site.jobs.has(execution.jobId)).toBe(true);
    const grouped = [...site.groups.values()].flatMap((group) => group.jobIds);
    for (const id of grouped) expect(site.jobs.has(id)).toBe(true);
    expect([...site.jobs.values()].filter((job) => job.seq <= 80).length).toBeLessThan(10);
  });

  it('lets everything that is not meant to stay come to an end', () => {
    const { world, clock } = small(11, { sites: SITES, jobsPerSite: 150, arrivalMs: Infinity });
    clock.advance(2 * 24 * 60 * MINUTE);
    world.sync();
    for (const name of SITES) {
      for (const job of world.site(name).jobs.values()) {
        if (job.type === 'service' || job.type === 'daemon') continue;
        expect([job.name, job.endedAt === null]).toEqual([job.name, false]);
        for (const execution of job.executions) expect(execution.outcome).not.toBeNull();
      }
      const busy = [...world.site(name).nodes.values()].flatMap((node) => [...node.running]);
      const types = busy.map(
        (id) => world.site(name).jobs.get(world.site(name).executions.get(id)?.jobId ?? '')?.type,
      );
      expect(types.filter((type) => type !== 'service' && type !== 'daemon')).toEqual([]);
    }
  });
});
