/** Turns a workload into the spec of one job, with everything drawn that varies. */
import type { DrawnFate } from './catalogue/fates.ts';
import { drawFate } from './catalogue/fates.ts';
import { membersOf } from './catalogue/teams.ts';
import type { Workload } from './catalogue/workload.ts';
import type { Random } from './prng.ts';
import type { SiteState } from './state.ts';
import type { SimJobSpec } from './types.ts';

/** A workload being submitted over several items: what all its jobs share, and how many are still to come. */
export interface Sweep {
  readonly workload: Workload;
  readonly subject: string;
  readonly owner: string;
  readonly run: string;
  readonly poolId: string | null;
  readonly groupId: string | null;
  nextItem: number;
  left: number;
}

export interface DrawnJob extends DrawnFate {
  readonly spec: SimJobSpec;
}

/** The spec of the sweep's next job. */
export function drawJob(site: SiteState, random: Random, sweep: Sweep, tempo: number): DrawnJob {
  const { workload, subject } = sweep;
  const item = sweep.nextItem;
  const base = workload.name(subject, item);
  const uses = (site.nameUses.get(base) ?? 0) + 1;
  site.nameUses.set(base, uses);
  const shape = random.pick(workload.shapes);
  const timeoutMs = workload.timeoutMinutes === null ? null : workload.timeoutMinutes * 60_000;
  const drawn = drawFate(random, workload, { image: workload.image, timeoutMs, ...shape }, tempo);
  const image =
    drawn.fate.outcome.kind === 'failure' && drawn.fate.outcome.cause === 'image'
      ? `${workload.image}-rc9`
      : workload.image;
  const spec: SimJobSpec = {
    // Names are unique within a site: people number their reruns.
    name: uses === 1 ? base : `${base}-r${uses}`,
    team: workload.team,
    owner: sweep.owner,
    type: workload.type,
    count: random.pick(workload.counts),
    image,
    command: workload.command(subject, item),
    env: workload.env,
    labels: {
      team: workload.team,
      owner: sweep.owner.replace('.', '-'),
      stage: workload.stage,
      run: sweep.run,
    },
    tags: [...workload.tags, workload.stage],
    ...shape,
    cpuMillis: drawn.oversized ? 512_000 : shape.cpuMillis,
    priority: random.pick(workload.priorities),
    poolId: sweep.poolId,
    maxRetries: Math.max(workload.maxRetries, drawn.minRetries),
    timeoutMs,
    fate: drawn.fate,
  };
  return { ...drawn, spec };
}

/** Begins a sweep: its subject, owner and length. `groupId` is for sites that keep a sweep's jobs together. */
export function drawSweep(
  site: SiteState,
  random: Random,
  workload: Workload,
  groupId: string | null,
): Sweep {
  const pool = [...site.pools.values()].find(
    ({ name, closedAt }) => name === workload.pool && closedAt === null,
  );
  return {
    workload,
    subject: random.pick(workload.subjects),
    owner: random.pick(membersOf(workload.team)),
    run: random.uuid().slice(0, 8),
    poolId: pool !== undefined && random.chance(0.6) ? pool.id : null,
    groupId,
    nextItem: random.int(...workload.firstItem),
    left: random.int(...workload.items),
  };
}
