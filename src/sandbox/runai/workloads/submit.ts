/** Enters a workload into the world, and what the world does not keep of it into the ledger. */
import type { SimJobSpec } from '../../world/types.ts';
import { deriveFate } from '../../world/fate.ts';
import type { Scope } from '../installation.ts';
import { forgetReads } from '../installation.ts';
import type { Submission } from '../ledger.ts';
import type { JsonObject } from '../wire/json.ts';
import type { WorkloadKind } from './kind.ts';
import type { PodSpec } from './pod-spec.ts';
import { PRIORITY_CLASSES } from './scheduling.ts';
import { noticeJobs } from './settle.ts';

export interface NewWorkload {
  readonly id: string;
  readonly name: string;
  readonly requestedName: string;
  /** Name of the project. */
  readonly project: string;
  readonly owner: string;
  readonly kind: WorkloadKind;
  readonly echo: JsonObject;
  readonly podSpec: PodSpec;
  readonly source: Submission['source'];
}

/** The world's spec for a workload. Its fate follows from image, command and environment; see the world's rules. */
export function jobSpecOf(
  workload: Pick<NewWorkload, 'name' | 'project' | 'owner' | 'kind' | 'podSpec'>,
): SimJobSpec {
  const { podSpec, kind } = workload;
  const { request } = podSpec;
  const stays = kind === 'Workspace' || kind === 'Inference' || kind === 'DistributedInference';
  const spec = {
    name: workload.name,
    team: workload.project,
    owner: workload.owner,
    type: stays ? ('service' as const) : ('batch' as const),
    count: podSpec.pods,
    image: podSpec.image,
    command: podSpec.commandLine,
    env: podSpec.environment,
    labels: podSpec.labels,
    tags: [],
    cpuMillis: Math.round(request.cpuCores * 1000),
    memoryBytes: request.memoryBytes,
    diskBytes: 0,
    gpus: request.gpuDevices,
    priority: PRIORITY_CLASSES.find(({ name }) => name === podSpec.priorityClass)?.world ?? 0,
    poolId: null,
    maxRetries: podSpec.backoffLimit,
    timeoutMs: null,
  };
  return { ...spec, fate: deriveFate(spec) };
}

/** Enters it; it is scheduled from now on. */
export function enterWorkload(scope: Scope, workload: NewWorkload): void {
  const { podSpec, kind, requestedName, owner, source, echo } = workload;
  scope.ledger.submissions.set(workload.id, {
    kind,
    requestedName,
    createdBy: owner,
    source,
    echo,
    request: podSpec.request,
    preemptible: podSpec.preemptible,
    priorityClass: podSpec.priorityClass,
    category: podSpec.category,
    keptSeconds: podSpec.keptSeconds,
    nodePools: podSpec.nodePools,
  });
  scope.site.submit(jobSpecOf(workload), { id: workload.id });
  noticeJobs(scope, scope.nowMs);
  forgetReads(scope);
}
