/** Decides which waiting execution goes to which node. Capacity is never exceeded; nobody waits while they fit. */
import { note, setJobState } from './history.ts';
import type { AttemptPlan, ExecutionDraft, JobDraft, NodeDraft, SiteState, Waiting } from './state.ts';
import type { SimJobSpec } from './types.ts';

/** Whether a node could hold one execution of this spec if it were empty. */
export function couldHold(node: NodeDraft, spec: SimJobSpec): boolean {
  return (
    node.poolId === spec.poolId &&
    spec.cpuMillis <= node.cpuMillis &&
    spec.memoryBytes <= node.memoryBytes &&
    spec.diskBytes <= node.diskBytes &&
    spec.gpus <= node.gpus.length
  );
}

/** Daemons and ops jobs look after machines, so they run on pool nodes, too. */
export function couldHoldAnywhere(node: NodeDraft, spec: SimJobSpec): boolean {
  return couldHold(node, { ...spec, poolId: node.poolId });
}

/** Puts an execution in line: by priority, then by who came first. */
export function enqueue(site: SiteState, job: JobDraft, execution: ExecutionDraft, plan: AttemptPlan): void {
  const { queue } = site;
  let index = queue.length;
  while (index > 0 && (queue[index - 1]?.plan.spec.priority ?? 0) < plan.spec.priority) index -= 1;
  queue.splice(index, 0, { execution, job, plan, announced: false });
  site.passNeeded = true;
}

/** Takes an execution out of the line, if it is in it. */
export function dequeue(site: SiteState, execution: ExecutionDraft): void {
  const index = site.queue.findIndex((waiting) => waiting.execution === execution);
  if (index >= 0) site.queue.splice(index, 1);
}

/** Books a node's capacity for an execution. */
export function occupy(site: SiteState, node: NodeDraft, execution: ExecutionDraft, spec: SimJobSpec): void {
  const free = site.free.get(node.id);
  if (free === undefined) return;
  free.cpuMillis -= spec.cpuMillis;
  free.memoryBytes -= spec.memoryBytes;
  free.diskBytes -= spec.diskBytes;
  free.gpus -= spec.gpus;
  node.running.add(execution.id);
}

/** Gives back what an execution had booked. */
export function release(site: SiteState, execution: ExecutionDraft, spec: SimJobSpec): void {
  const node = execution.nodeId === null ? undefined : site.nodes.get(execution.nodeId);
  const free = node === undefined ? undefined : site.free.get(node.id);
  if (node === undefined || free === undefined || !node.running.delete(execution.id)) return;
  free.cpuMillis += spec.cpuMillis;
  free.memoryBytes += spec.memoryBytes;
  free.diskBytes += spec.diskBytes;
  free.gpus += spec.gpus;
  site.passNeeded = true;
}

/** One pass over the line. `place` is called for everything that found a node, in order. */
export function schedule(site: SiteState, place: (waiting: Waiting, node: NodeDraft) => void): void {
  site.passNeeded = false;
  if (site.queue.length === 0) return;
  const left: Waiting[] = [];
  // Who needs the same as somebody who found nothing in this pass will find nothing either.
  const refused = new Set<string>();
  for (const waiting of site.queue) {
    const { spec, pinnedTo } = waiting.plan;
    const shape = `${spec.cpuMillis}/${spec.memoryBytes}/${spec.diskBytes}/${spec.gpus}/${spec.poolId}/${pinnedTo}`;
    const node = refused.has(shape) ? null : findNode(site, spec, pinnedTo);
    if (node === null) {
      refused.add(shape);
      left.push(waiting);
    } else {
      occupy(site, node, waiting.execution, spec);
      place(waiting, node);
    }
  }
  site.queue.splice(0, site.queue.length, ...left);
  for (const waiting of left) {
    if (!waiting.announced) announce(site, waiting);
  }
}

function findNode(site: SiteState, spec: SimJobSpec, pinnedTo: string | null): NodeDraft | null {
  let best: NodeDraft | null = null;
  let bestScore = Infinity;
  for (const node of site.nodes.values()) {
    const free = site.free.get(node.id);
    if (!node.up || free === undefined) continue;
    if (pinnedTo === null ? node.poolId !== spec.poolId : node.id !== pinnedTo) continue;
    if (free.cpuMillis < spec.cpuMillis || free.memoryBytes < spec.memoryBytes) continue;
    if (free.diskBytes < spec.diskBytes || free.gpus < spec.gpus) continue;
    // Spread the load, and keep GPU machines for those who need them.
    const busy = 1 - (free.cpuMillis - spec.cpuMillis) / node.cpuMillis;
    const score = busy + (spec.gpus === 0 && node.gpus.length > 0 ? 2 : 0);
    if (score < bestScore) {
      best = node;
      bestScore = score;
    }
  }
  return best;
}

function announce(site: SiteState, waiting: Waiting): void {
  waiting.announced = true;
  const { job, plan } = waiting;
  const message = describeShortage(site, plan.spec, plan.pinnedTo);
  if (job.state !== 'queued' || job.message === message) return;
  note(site, job, null, 'queued', message);
  setJobState(site, job, 'queued', message);
}

function describeShortage(site: SiteState, spec: SimJobSpec, pinnedTo: string | null): string {
  const candidates = [...site.nodes.values()].filter((node) =>
    pinnedTo === null ? couldHold(node, spec) : node.id === pinnedTo,
  );
  const up = candidates.filter((node) => node.up).length;
  const needs = [
    `${spec.cpuMillis / 1000} CPU`,
    `${(spec.memoryBytes / 2 ** 30).toFixed(1)} GiB`,
    ...(spec.gpus > 0 ? [`${spec.gpus} GPU`] : []),
  ].join(', ');
  const supply = up === 0 ? 'no node that is large enough is up' : `${up} nodes are large enough, all busy`;
  return `Waiting for capacity: needs ${needs}; ${supply}.`;
}
