/** A workload with everything that its views and filters read, as one request sees it. */
import type { Identity } from '../access/identity.ts';
import { mayUse } from '../access/identity.ts';
import type { Scope } from '../installation.ts';
import { poolOf } from '../nodes/pools.ts';
import type { Project } from '../org/projects.ts';
import { projectNamed } from '../org/projects.ts';
import type { Pod } from '../pods/pod.ts';
import { isPlaced, podsOf } from '../pods/pod.ts';
import { notFound } from '../wire/replies.ts';
import type { Standing, Workload } from './workload.ts';
import { allWorkloads, standingOf } from './workload.ts';

export interface WorkloadRow {
  readonly workload: Workload;
  readonly standing: Standing;
  readonly project: Project;
  /** Without the deleted ones, unless the workload itself is. */
  readonly pods: readonly Pod[];
  readonly currentPools: readonly string[];
}

const cache = new WeakMap<object, readonly WorkloadRow[]>();

/** Every workload, deleted ones included, whether or not the lists show it already. */
export function everyRow(scope: Scope): readonly WorkloadRow[] {
  const known = cache.get(scope.reading) ?? allWorkloads(scope).map((workload) => rowOf(workload, scope));
  cache.set(scope.reading, known);
  return known;
}

export function rowOf(workload: Workload, scope: Scope): WorkloadRow {
  const standing = standingOf(workload, scope);
  const pods = podsOf(workload, scope).filter(
    ({ deletedAt }) =>
      deletedAt === null || (standing.deletedAt !== null && deletedAt === standing.deletedAt),
  );
  const nodes = pods.flatMap((pod) => (pod.node !== null && isPlaced(pod) ? [pod.node] : []));
  const currentPools = [...new Set(nodes.map(poolOf))];
  return { workload, standing, project: projectNamed(scope, workload.job.team), pods, currentPools };
}

/** Whether reads show it by now: they lag behind creations. */
export function isVisible({ workload }: WorkloadRow, scope: Scope): boolean {
  return workload.createdAt + scope.eventualConsistencyMs <= scope.nowMs;
}

/** What the list shows to a caller: the live ones, or only the deleted ones. */
export function listedRows(scope: Scope, identity: Identity, deleted: boolean): readonly WorkloadRow[] {
  return everyRow(scope).filter(
    (row) =>
      (row.standing.deletedAt !== null) === deleted &&
      mayUse(identity, row.workload.job.team) &&
      isVisible(row, scope),
  );
}

/** The workload of an id that reads show, deleted or not; throws 404. */
export function readRow(scope: Scope, identity: Identity, id: string): WorkloadRow {
  const row = ownRow(scope, identity, id);
  if (!isVisible(row, scope)) throw notFound('workload');
  return row;
}

/** The workload of an id, however new; throws 404. What was accepted is known to the typed endpoints at once. */
export function ownRow(scope: Scope, identity: Identity, id: string): WorkloadRow {
  const workload = allWorkloads(scope).find((candidate) => candidate.id === id.toLowerCase());
  if (workload === undefined || !mayUse(identity, workload.job.team)) throw notFound('workload');
  return rowOf(workload, scope);
}
