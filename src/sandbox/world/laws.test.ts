import { describe, expect, it } from 'vitest';
import { createManualClock } from '../clock.ts';
import type { SimExecution, SimJob, SimState, Site, SiteName } from './types.ts';
import { createWorld } from './world.ts';

const START = Date.UTC(2026, 0, 5, 9);
const ORDER: readonly SimState[] = ['queued', 'preparing', 'running', 'finalizing'];
const SITES: readonly SiteName[] = ['bacalhau', 'qarnot', 'runai', 'charity-engine'];

function hasEnded(state: SimState): boolean {
  return !ORDER.includes(state);
}

/** Names of the laws that do not hold. */
type Laws = Readonly<Record<string, boolean>>;

function broken(subject: string, laws: Laws): string[] {
  return Object.entries(laws)
    .filter(([, holds]) => !holds)
    .map(([law]) => `${subject}: ${law}`);
}

/** What runs on each node, counted anew from the executions. */
function brokenByNodes(site: Site): string[] {
  return [...site.nodes.values()].flatMap((node) => {
    const here = [...site.executions.values()].filter(
      (execution) => execution.nodeId === node.id && !hasEnded(execution.state),
    );
    const jobs = here.flatMap((execution) => site.jobs.get(execution.jobId) ?? []);
    const sum = (of: (job: SimJob) => number): number => jobs.reduce((total, job) => total + of(job), 0);
    return broken(node.name, {
      'lists what is placed on it': here.every(({ id }) => node.running.has(id)),
      'lists nothing else': node.running.size === here.length,
      'runs things only while it is up': node.up || here.length === 0,
      'has the CPU': sum((job) => job.cpuMillis) <= node.cpuMillis,
      'has the memory': sum((job) => job.memoryBytes) <= node.memoryBytes,
      'has the disk': sum((job) => job.diskBytes) <= node.diskBytes,
      'has the GPUs': sum((job) => job.gpus) <= node.gpus.length,
      'is in the pool': jobs.every((job) => job.type !== 'batch' || job.poolId === node.poolId),
    });
  });
}

function brokenByExecution(before: SimExecution | undefined, after: SimExecution): string[] {
  const ended = hasEnded(after.state);
  const was = before?.state ?? 'queued';
  return broken(`execution ${after.id} ${was} > ${after.state}`, {
    'never changes after its end': !hasEnded(was),
    'only moves forward': ended || ORDER.indexOf(after.state) >= ORDER.indexOf(was),
    'counts its changes': before === undefined || (after.revision > before.revision && after.state !== was),
    'has an end time once it ended': ended === (after.endedAt !== null),
    'has an outcome once it ended': ended === (after.outcome !== null),
    'succeeds with success only': (after.state === 'succeeded') === (after.outcome?.kind === 'success'),
    'started when it began to run': after.state !== 'running' || after.startedAt === after.stateSince,
    'runs on a node': after.startedAt === null || after.nodeId !== null,
  });
}

function brokenByJob(before: SimJob | undefined, after: SimJob): string[] {
  const ended = hasEnded(after.state);
  const last = after.history.findLast(({ topic }) => topic === 'job-ended');
  const keys = after.executions.map(({ version, index, attempt }) => `${version}/${index}/${attempt}`);
  const sameVersion = before?.version === after.version;
  const past = before?.history ?? [];
  return broken(`job ${after.name} ${before?.state ?? 'new'} > ${after.state}`, {
    'numbers its history without holes': after.history.every(({ seq }, index) => seq === index + 1),
    'has its history in order': after.history.every(({ at }, i) => at >= (after.history[i - 1]?.at ?? 0)),
    'begins with its submission': after.history[0]?.topic === 'submitted',
    'never rewrites its history':
      JSON.stringify(after.history.slice(0, past.length)) === JSON.stringify(past),
    'has an end time once it ended': ended === (after.endedAt !== null),
    'writes its end down': !ended || (last?.at === after.endedAt && last.version === after.version),
    'has each attempt once': new Set(keys).size === keys.length,
    'counts its changes':
      before === undefined || after.revision > before.revision || after.state === before.state,
    'never changes after its end, but by a rerun': !(sameVersion && hasEnded(before.state)),
  });
}

/** The changed objects among `items`, each with what it was before; `seen` remembers for the next time. */
function changed<T extends { readonly id: string }>(
  items: Iterable<T>,
  seen: Map<string, string>,
): [T | undefined, T][] {
  const found: [T | undefined, T][] = [];
  for (const item of items) {
    const text = JSON.stringify(item);
    const before = seen.get(item.id);
    if (text === before) continue;
    seen.set(item.id, text);
    found.push([before === undefined ? undefined : (JSON.parse(before) as T), item]);
  }
  return found;
}

/** Users meddle: now with the newest jobs, now with a node. */
function meddle(site: Site, step: number): void {
  const job = [...site.jobs.values()].findLast((candidate) => step % 3 === 0 || !hasEnded(candidate.state));
  const node = [...site.nodes.values()][step % site.nodes.size];
  if (job === undefined || node === undefined) return;
  const what = step % 5;
  if (what === 0) site.stop(job.id, 'meddling');
  else if (what === 1) site.rerun(job.id, 'meddling');
  else if (what === 2) site.rerun(job.id, 'meddling', { ...job, cpuMillis: job.cpuMillis + 500, count: 3 });
  else if (what === 3) site.remove(job.id);
  else site.setNodeUp(node.id, !node.up);
}

describe('laws of the world', () => {
  it.each(SITES)('hold at every moment of the %s site', (name) => {
    const clock = createManualClock(START);
    const world = createWorld({
      seed: 7,
      clock,
      sites: [name],
      jobsPerSite: 60,
      keepJobsPerSite: 90,
      arrivalMs: 3000,
      nodeUpMs: 600_000,
    });
    const site = world.site(name);
    const [jobs, executions] = [new Map<string, string>(), new Map<string, string>()];
    const violations: string[] = [];
    let downs = 0;
    for (let step = 0; step < 200; step++) {
      for (const [was, is] of changed(site.jobs.values(), jobs)) violations.push(...brokenByJob(was, is));
      for (const [was, is] of changed(site.executions.values(), executions)) {
        // What ended before it was first seen tells nothing about moves.
        if (was !== undefined || is.state === 'queued') violations.push(...brokenByExecution(was, is));
      }
      violations.push(...brokenByNodes(site));
      downs += [...site.nodes.values()].some((node) => !node.up) ? 1 : 0;
      clock.advance(2900);
      world.sync();
      if (step % 4 === 0) meddle(site, step / 4);
    }
    expect(violations).toEqual([]);
    expect(downs).toBeGreaterThan(0);
    expect(jobs.size).toBeGreaterThan(120);
  });
});
