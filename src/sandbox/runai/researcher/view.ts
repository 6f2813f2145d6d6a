/** Jobs and projects as the Researcher service prints them: the same workloads in other words. */
import type { Scope } from '../installation.ts';
import type { Project } from '../org/projects.ts';
import { totalDeserved } from '../org/quotas.ts';
import { isPlaced } from '../pods/pod.ts';
import type { JsonObject } from '../wire/json.ts';
import { text } from '../wire/json.ts';
import type { Phase } from '../workloads/phases.ts';
import { allocatedGpus } from '../workloads/resources.ts';
import type { WorkloadRow } from '../workloads/row.ts';
import { frameworkOf } from '../workloads/view.ts';

const STATUSES: Readonly<Record<Phase, string | null>> = {
  Creating: 'Pending',
  Pending: 'Pending',
  Resuming: 'Pending',
  Initializing: 'ContainerCreating',
  Running: 'Running',
  Degraded: 'Running',
  Updating: 'Running',
  Stopping: 'Terminating',
  Terminating: 'Terminating',
  Deleting: 'Terminating',
  Completed: 'Succeeded',
  Failed: 'Failed',
  Unknown: 'Unknown',
  // Whether suspended jobs were listed at all is not known.
  Stopped: null,
};

/** The status word; null for what is left out of lists. An open set: some are a container's reason. */
export function statusOf({ standing, pods, workload }: WorkloadRow): string | null {
  const status = STATUSES[standing.phase];
  if (status === 'ContainerCreating') {
    return pods.some(({ k8sPhase }) => k8sPhase === 'ImagePullBackOff') ? 'ImagePullBackOff' : status;
  }
  if (status !== 'Failed') return status;
  const last = workload.executions.findLast(({ outcome }) => outcome?.kind === 'failure')?.outcome;
  return last?.kind === 'failure' && last.cause === 'image' ? 'ContainerCannotRun' : status;
}

/** `Train` and `Interactive` are documented; inference jobs existed, and how they were called is assumed. */
export function typeOf({ workload }: WorkloadRow): 'Train' | 'Interactive' | 'Inference' {
  if (workload.kind === 'Workspace') return 'Interactive';
  const serves = workload.kind === 'Inference' || workload.kind === 'DistributedInference';
  return serves ? 'Inference' : 'Train';
}

/** There is no update time, completion time, exit code or message. */
export function jobView(row: WorkloadRow, scope: Scope, status: string): JsonObject {
  const { workload, project, pods, standing } = row;
  const { job, submission } = workload;
  const names = pods.flatMap((pod) => (isPlaced(pod) && pod.node !== null ? [pod.node.name] : []));
  const nodes = [...new Set(names)];
  const echo = submission?.echo ?? {};
  const serves = standing.phase === 'Running' && typeOf(row) === 'Interactive';
  return {
    id: workload.id,
    project: project.name,
    name: job.name,
    status,
    type: typeOf(row),
    nodes: scope.researcherNodesAsText ? nodes.join(', ') : nodes,
    createdAt: workload.createdAt,
    images: job.image,
    user: text(echo['user']) ?? submission?.createdBy ?? job.owner,
    currentAllocatedGPUs: allocatedGpus(pods),
    isJupyter: echo['jupyter'] === true,
    isMpi: workload.kind === 'Distributed' && frameworkOf(row) === 'MPI',
    ...(serves ? { connectionUrl: `http://${scope.host}/${project.name}/${job.name}` } : {}),
  };
}

/** Without an id: the name is the key. */
export function projectView(project: Project, scope: Scope): JsonObject {
  return {
    name: project.name,
    createdAt: project.createdAt,
    deservedGpus: totalDeserved(scope, project).gpu,
    interactiveJobTimeLimitSecs: 0,
    trainNodeAffinity: null,
    interactiveNodeAffinity: null,
    departmentName: project.department.name,
    managedNamespace: project.namespace,
  };
}
