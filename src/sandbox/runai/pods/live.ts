import type { Scope } from '../installation.ts';
import type { Pod } from './pod.ts';
import { podsOf } from './pod.ts';
import { allWorkloads } from '../workloads/workload.ts';

const cache = new WeakMap<object, readonly Pod[]>();

/** Every pod that has not been deleted, of all workloads. Read once for each request. */
export function livePods(scope: Scope): readonly Pod[] {
  const known =
    cache.get(scope.reading) ??
    allWorkloads(scope)
      .flatMap((workload) => podsOf(workload, scope))
      .filter(({ deletedAt }) => deletedAt === null);
  cache.set(scope.reading, known);
  return known;
}
