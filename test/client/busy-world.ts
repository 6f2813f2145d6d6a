import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import type { SandboxOptions } from '../../src/sandbox/sandbox.ts';
import { simSpec } from '../support/sim-spec.ts';

export type Random = () => number;

/** Numbers from 0 to 1 that a seed gives again. */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export const SITES = ['bacalhau', 'qarnot'] as const;

/** Two providers and some history; nothing moves but what a test moves. */
export const QUIET: SandboxOptions = {
  kinds: SITES,
  jobsPerSite: 6,
  historyMs: 600_000,
  arrivalMs: 0,
  nodeUpMs: 0,
};

/** Polls as often as may be configured, so that there is much to tell. */
export const SWIFT = { hotMs: 200, warmMs: 200, fullSweepMs: 1_500, bookmarkEveryMs: 500 };

/** One thing happens in the world: a short job arrives, or one is stopped, or forgotten. */
export function stir({ world }: Sandbox, random: Random, name: string): void {
  const site = world.site(SITES[Math.floor(random() * SITES.length)] ?? 'bacalhau');
  const luck = random();
  const jobs = [...site.jobs.values()];
  const job = jobs[Math.floor(random() * jobs.length)];
  if (luck < 0.15 && job !== undefined) site.stop(job.id, 'no longer wanted');
  else if (luck < 0.22 && job?.endedAt != null) site.remove(job.id);
  else {
    const fate = {
      prepareMs: random() * 400,
      runMs: 200 + random() * 1_500,
      finalizeMs: random() * 300,
      outcome: random() < 0.7 ? ({ kind: 'success' } as const) : ({ kind: 'nonzero', exitCode: 3 } as const),
      failFirst: 0,
    };
    site.submit(simSpec(name, { team: site.teams[0]?.name ?? 'vision', fate }));
  }
}
