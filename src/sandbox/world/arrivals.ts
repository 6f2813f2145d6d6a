/** The world's own users: they submit jobs one after the other, stop some, and run some again. */
import { CLIMATE, GENOMICS, NLP, VISION } from './catalogue/research.ts';
import { PLATFORM, RENDER, STANDING } from './catalogue/operations.ts';
import type { Workload } from './catalogue/workload.ts';
import type { Sweep } from './draw-job.ts';
import { drawJob, drawSweep } from './draw-job.ts';
import { openGroup, closeGroupWhenDone } from './groups.ts';
import { enterJob, rerunJob, stopJob } from './jobs.ts';
import type { SiteState } from './state.ts';
import { streamOf } from './state.ts';
import type { SimJobType, SiteName } from './types.ts';

const MINUTE = 60_000;

/** The dense part of the history, right before the start. */
const RECENT_MS = 40 * MINUTE;
const RECENT_SHARE = 0.4;

/** Nobody submits more while so many executions wait: the world stays busy without ever drowning. */
const MAX_WAITING = 40;

/** What can be submitted at each site. */
const TYPES: Readonly<Record<SiteName, readonly SimJobType[]>> = {
  bacalhau: ['batch', 'service', 'ops', 'daemon'],
  qarnot: ['batch'],
  runai: ['batch', 'service'],
  'charity-engine': ['batch'],
};

export interface ArrivalOptions {
  /** When the history begins and when it meets the present, in epoch milliseconds. */
  readonly historyFrom: number;
  readonly startedAt: number;
  /** Jobs that the history holds. */
  readonly historyJobs: number;
  /** Mean time between jobs after the start, in milliseconds; 0 or Infinity for none. */
  readonly arrivalMs: number;
}

/** Plans the history's jobs, and everything after. */
export function startArrivals(site: SiteState, options: ArrivalOptions): void {
  const { historyFrom, startedAt, historyJobs, arrivalMs } = options;
  const usable = (workload: Workload): boolean =>
    TYPES[site.name].includes(workload.type) && fitsSomewhere(site, workload);
  const workloads = [...VISION, ...NLP, ...GENOMICS, ...CLIMATE, ...RENDER, ...PLATFORM].filter(usable);
  const standing = historyJobs > 0 ? STANDING.filter(usable) : [];
  const random = streamOf(site, 'arrivals');
  // More history in the same time only fits when everything is quicker.
  const tempo = Math.min(1, 400 / Math.max(1, historyJobs));
  let sweep: Sweep | null = null;

  const submitNext = (): void => {
    if (sweep === null || sweep.left < 1) sweep = beginSweep(site, pickWorkload());
    submit(site, sweep, site.timeline.now < startedAt ? tempo : 1);
    if (sweep.left < 1) endSweep(site);
  };
  const pickWorkload = (): Workload =>
    random.weighted(workloads.map((workload) => [weightAt(site, workload), workload] as const));

  for (const [index, workload] of standing.entries()) {
    site.timeline.at(historyFrom + index * 1000, () => {
      submit(site, drawSweep(site, streamOf(site, 'standing', index), workload, null), 1);
    });
  }
  const recent = Math.floor(historyJobs * RECENT_SHARE);
  const recentFrom = Math.max(historyFrom, startedAt - RECENT_MS);
  const times = Array.from({ length: Math.max(0, historyJobs - standing.length) }, (_, index) =>
    index < recent ? random.int(recentFrom, startedAt - 1) : random.int(historyFrom + MINUTE, recentFrom),
  ).sort((a, b) => a - b);
  for (const at of times) site.timeline.at(at, submitNext);

  if (!Number.isFinite(arrivalMs) || arrivalMs <= 0) return;
  const arrive = (): void => {
    if (site.queue.length < MAX_WAITING) submitNext();
    site.timeline.at(site.timeline.now + 1 + random.exponential(arrivalMs), arrive);
  };
  site.timeline.at(startedAt + random.exponential(arrivalMs), arrive);
}

/** People take GPU work to where the GPUs are. */
function weightAt(site: SiteState, workload: Workload): number {
  return site.name === 'runai' && workload.shapes[0].gpus > 0 ? workload.weight * 4 : workload.weight;
}

function fitsSomewhere(site: SiteState, workload: Workload): boolean {
  return workload.shapes.every((shape) =>
    [...site.nodes.values()].some(
      (node) =>
        node.poolId === null &&
        shape.cpuMillis <= node.cpuMillis &&
        shape.memoryBytes <= node.memoryBytes &&
        shape.diskBytes <= node.diskBytes &&
        shape.gpus <= node.gpus.length,
    ),
  );
}

function beginSweep(site: SiteState, workload: Workload): Sweep {
  const random = streamOf(site, 'sweep', site.lastJobSeq);
  const groupId = site.name === 'qarnot' && workload.items[1] > 1 ? random.uuid() : null;
  const sweep = drawSweep(site, random, workload, groupId);
  if (groupId !== null) {
    const { team, tags } = workload;
    openGroup(site, { id: groupId, name: workload.group(sweep.subject), team, tags }, true);
    site.growingGroupId = groupId;
  }
  return sweep;
}

function endSweep(site: SiteState): void {
  const groupId = site.growingGroupId;
  site.growingGroupId = null;
  if (groupId !== null) closeGroupWhenDone(site, groupId);
}

function submit(site: SiteState, sweep: Sweep, tempo: number): void {
  const random = streamOf(site, 'submission', site.lastJobSeq + 1);
  const drawn = drawJob(site, random, sweep, tempo);
  sweep.nextItem += 1;
  sweep.left -= 1;
  const job = enterJob(
    site,
    drawn.spec,
    { logKind: sweep.workload.log, jitter: 0.15, simulated: true },
    {
      dispatchMs: random.int(300, 2500),
      ...(sweep.groupId === null ? {} : { groupId: sweep.groupId }),
    },
  );
  const { cancel } = drawn;
  if (cancel !== null) {
    site.timeline.at(site.timeline.now + cancel.afterMs, () => stopJob(site, job.id, cancel.reason));
  }
  if (drawn.fate.outcome.kind !== 'success' && job.type === 'batch' && random.chance(0.3)) {
    planRerun(site, job.id, drawn.fate.runMs + random.int(3, 12) * MINUTE);
  }
}

/** Some failed jobs are corrected by their owners and run again, as a new version. */
function planRerun(site: SiteState, jobId: string, afterMs: number): void {
  // Qarnot has no rerun in place: people submit another task there.
  if (site.name === 'qarnot') return;
  site.timeline.at(site.timeline.now + afterMs, () => {
    const job = site.jobs.get(jobId);
    if (job?.state !== 'failed') return;
    const image = job.image.replace(/-rc9$/, '');
    const fate = { ...job.fate, outcome: { kind: 'success' }, failFirst: 0 } as const;
    rerunJob(site, jobId, 'Job rerun requested', 800, { ...job, image, fate });
  });
}
