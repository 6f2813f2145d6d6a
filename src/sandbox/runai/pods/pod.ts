/** Pods: the executions of a workload as Kubernetes shows them. */
import type { SimExecution, SimNode } from '../../world/types.ts';
import type { Scope } from '../installation.ts';
import { suffixOf } from '../wire/ids.ts';
import { CREATING_MS } from '../workloads/phases.ts';
import type { Workload } from '../workloads/workload.ts';

export type PodStage = 'waiting' | 'starting' | 'running' | 'succeeded' | 'failed' | 'removed';

/** A pod at the time up to which the control plane knows. Times in epoch milliseconds. */
export interface Pod {
  readonly workload: Workload;
  readonly execution: SimExecution;
  readonly name: string;
  readonly stage: PodStage;
  readonly k8sPhase: string;
  readonly since: number;
  readonly createdAt: number;
  readonly startedAt: number | null;
  readonly completedAt: number | null;
  readonly deletedAt: number | null;
  readonly node: SimNode | null;
}

const NAMES: Readonly<Record<Workload['kind'], (index: number) => string>> = {
  Training: (index) => `0-${index}`,
  Workspace: (index) => `0-${index}`,
  Distributed: (index) => (index === 0 ? 'master-0' : `worker-${index - 1}`),
  Inference: (index) => `deployment-${index}`,
  DistributedInference: (index) => `0-${index}`,
  Job: (index) => `${index}`,
};

/** Every pod the workload has had. */
export function podsOf(workload: Workload, scope: Scope): readonly Pod[] {
  const endMs = Math.min(scope.asOfMs, workload.deletedAt ?? scope.asOfMs);
  return workload.executions
    .filter(({ createdAt, endedAt }) => {
      const podAt = createdAt + CREATING_MS;
      return podAt <= endMs && (endedAt === null || endedAt > podAt);
    })
    .map((execution) => podOf(workload, execution, scope));
}

function podOf(workload: Workload, execution: SimExecution, { site, asOfMs }: Scope): Pod {
  const { id, attempt } = execution;
  const happened = (at: number | null | undefined): number | null =>
    at === null || at === undefined || at > asOfMs ? null : at;
  const placedAt = happened(workload.fold.placedAt.get(id));
  const startedAt = happened(execution.startedAt);
  const endedAt = happened(execution.endedAt);
  const stage = stageOf(execution, { placedAt, startedAt, endedAt });
  const gone = happened(workload.deletedAt);
  const createdAt = execution.createdAt + CREATING_MS;
  const retried = attempt > 1 && failedOnImage(workload, execution);
  return {
    workload,
    execution,
    name: nameOf(workload, execution),
    stage,
    k8sPhase: k8sPhaseOf(stage, retried && placedAt !== null),
    since: endedAt ?? startedAt ?? createdAt,
    createdAt,
    startedAt,
    completedAt: stage === 'succeeded' || stage === 'failed' ? endedAt : null,
    deletedAt: stage === 'removed' ? endedAt : gone,
    node: placedAt === null || execution.nodeId === null ? null : (site.nodes.get(execution.nodeId) ?? null),
  };
}

const names = new WeakMap<SimExecution, string>();

function nameOf({ job, kind }: Workload, execution: SimExecution): string {
  const known =
    names.get(execution) ?? `${job.name}-${NAMES[kind](execution.index)}-${suffixOf(execution.id)}`;
  names.set(execution, known);
  return known;
}

function stageOf(
  { outcome }: SimExecution,
  times: {
    readonly placedAt: number | null;
    readonly startedAt: number | null;
    readonly endedAt: number | null;
  },
): PodStage {
  if (times.endedAt === null) {
    if (times.startedAt !== null) return 'running';
    return times.placedAt === null ? 'waiting' : 'starting';
  }
  if (outcome?.kind === 'success') return 'succeeded';
  // What was stopped, what was lost with its node, and what never had one leaves no finished pod behind.
  const lost = outcome?.kind === 'failure' && outcome.cause === 'node-lost';
  return outcome === null || outcome.kind === 'cancelled' || lost || times.placedAt === null
    ? 'removed'
    : 'failed';
}

/** The field is free text: usually the pod's phase, sometimes a container's reason. */
function k8sPhaseOf(stage: PodStage, imageFails: boolean): string {
  switch (stage) {
    case 'waiting':
      return 'Pending';
    case 'starting':
      return imageFails ? 'ImagePullBackOff' : 'Pending';
    case 'running':
      return 'Running';
    case 'succeeded':
      return 'Succeeded';
    case 'failed':
      return 'Failed';
    case 'removed':
      return 'Unknown';
  }
}

function failedOnImage({ executions }: Workload, { index, attempt, version }: SimExecution): boolean {
  const before = executions.find(
    (other) => other.version === version && other.index === index && other.attempt === attempt - 1,
  );
  return before?.outcome?.kind === 'failure' && before.outcome.cause === 'image';
}

/** Whether it holds its resources. */
export function isPlaced(pod: Pod): boolean {
  return pod.stage === 'starting' || pod.stage === 'running';
}
