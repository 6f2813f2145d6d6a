/** A pod as the pod lists print it. It says neither an exit code nor a restart count. */
import type { Scope } from '../installation.ts';
import { poolOf } from '../nodes/pools.ts';
import { projectNamed } from '../org/projects.ts';
import { shareOf, uuidOf } from '../wire/ids.ts';
import type { JsonObject } from '../wire/json.ts';
import { allocatedView, requestView } from '../workloads/resources.ts';
import { priorityOf } from '../workloads/scheduling.ts';
import type { Pod } from './pod.ts';

/** `full` adds the names that a brief answer lets the client look up. */
export function podView(pod: Pod, scope: Scope, full: boolean): JsonObject {
  const { workload, execution, node } = pod;
  const { date } = scope;
  const optionalDate = (at: number | null): string | null => (at === null ? null : date(at));
  const project = projectNamed(scope, workload.job.team);
  const isInference = workload.kind === 'Inference';
  const address = (part: string): number => 1 + Math.floor(shareOf('ip', execution.id, part) * 254);
  const names = full ? { workloadName: workload.job.name, projectName: project.name } : {};
  const changedAt = pod.deletedAt ?? pod.since;
  return {
    id: execution.id,
    name: pod.name,
    workloadId: workload.id,
    revisionId: isInference ? uuidOf('revision', workload.id, execution.version) : null,
    clusterId: scope.clusterId,
    projectId: project.id,
    tenantId: scope.tenantId,
    priorityClassName: priorityOf(workload).name,
    createdAt: date(pod.createdAt),
    updatedAt: date(Math.max(changedAt, pod.createdAt)),
    completedAt: optionalDate(pod.completedAt),
    deletedAt: optionalDate(pod.deletedAt),
    k8sPhase: pod.k8sPhase,
    k8sPhaseUpdatedAt: date(pod.since),
    containers: [
      {
        name: workload.job.name.slice(0, 63),
        image: workload.job.image,
        startedAt: optionalDate(pod.startedAt),
      },
    ],
    nodeName: node?.name ?? null,
    currentNodePool: node === null ? null : poolOf(node),
    requestedNodePools: workload.submission?.nodePools ?? [],
    requestedResources: requestView(workload.request, 1),
    allocatedResources: allocatedView([pod]),
    ip: pod.startedAt === null ? null : `10.244.${address('third')}.${address('fourth')}`,
    tolerations: [],
    ...names,
  };
}
