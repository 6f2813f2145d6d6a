/** A workload as `GET /api/v1/workloads` prints it. */
import type { Scope } from '../installation.ts';
import { poolsOf } from '../nodes/pools.ts';
import type { JsonObject } from '../wire/json.ts';
import { uuidOf } from '../wire/ids.ts';
import { conditionsOf } from './conditions.ts';
import { canSuspend, categoryOf, pathOf } from './kind.ts';
import { allocatedView, idleGpus, requestView } from './resources.ts';
import type { WorkloadRow } from './row.ts';
import { isPreemptible, priorityOf } from './scheduling.ts';

/** Members that 2.18 does not have. When each came is not known; here all of them came with 2.19. */
const LATER_MEMBERS = [
  'priority', 'category', 'environmentVariables', 'command', 'arguments', 'phaseReason', 'idleGpus',
  'idleAllocatedGpus', 'totalPendingTimeSeconds', 'totalRunningTimeSeconds', 'guaranteedRuntimeEndsAt', 'sourceApi',
]; // prettier-ignore

const K8S_PHASES: Readonly<Record<string, string>> = {
  Running: 'Running',
  Degraded: 'Running',
  Updating: 'Running',
  Completed: 'Succeeded',
  Failed: 'Failed',
  Stopped: 'Suspended',
};

/** Where people reach a service of the world. */
function urlsOf({ workload, project }: WorkloadRow, host: string): readonly string[] {
  const serves = workload.kind === 'Inference' || workload.kind === 'Workspace';
  return serves ? [`http://${host}/${project.name}/${workload.job.name}`] : [];
}

/** A number that pods come in; finished trainings have as many completions. */
function requestedPods({ workload }: WorkloadRow): JsonObject {
  const number = Math.max(1, workload.job.count);
  const training = workload.kind === 'Training' || workload.kind === 'Job';
  return {
    number,
    min: null,
    max: null,
    parallelism: training ? number : null,
    completions: training ? number : null,
  };
}

/** An ordered preference; without one, every pool in the project's order. The world's scheduler does not look at it. */
function requestedPools({ workload }: WorkloadRow, { site }: Scope): readonly string[] {
  const stated = workload.submission?.nodePools ?? [];
  return stated.length > 0 ? stated : poolsOf(site).map(({ name }) => name);
}

/** A workload as the list prints it. */
export function workloadView(row: WorkloadRow, scope: Scope): JsonObject {
  const { workload, standing, project, pods } = row;
  const { job, kind, submission, request } = workload;
  const { date } = scope;
  const optionalDate = (at: number | null): string | null => (at === null ? null : date(at));
  const { name: priorityClassName, value: priority } = priorityOf(workload);
  const pending = standing.phase === 'Pending' || standing.phase === 'Creating';
  const [command, ...rest] = job.command;
  const typed = pathOf(kind) !== null;
  const view: JsonObject = {
    tenantId: scope.tenantId,
    id: workload.id,
    type: kind,
    name: job.name,
    clusterId: scope.clusterId,
    projectId: project.id,
    projectName: project.name,
    departmentId: project.department.id,
    departmentName: project.department.name,
    namespace: project.namespace,
    createdAt: date(workload.createdAt),
    updatedAt: date(standing.updatedAt),
    deletedAt: optionalDate(standing.deletedAt),
    completedAt: optionalDate(standing.completedAt),
    phase: standing.phase,
    phaseUpdatedAt: date(standing.since),
    phaseMessage: standing.message,
    k8sPhase: pods.find(({ k8sPhase }) => k8sPhase === 'ImagePullBackOff')?.k8sPhase ??
      K8S_PHASES[standing.phase] ?? 'Pending', // prettier-ignore
    k8sPhaseUpdatedAt: date(standing.since),
    conditions: conditionsOf(standing, date),
    runningPods: pods.filter(({ stage }) => stage === 'running').length,
    requestedPods: requestedPods(row),
    requestedNodePools: requestedPools(row, scope),
    currentNodePools: row.currentPools,
    workloadRequestedResources: requestView(request, Math.max(1, job.count)),
    podsRequestedResources: requestView(request, 1),
    allocatedResources: pending ? null : allocatedView(pods),
    idleGpus: Math.floor(idleGpus(pods)),
    idleAllocatedGpus: idleGpus(pods),
    images: [job.image],
    command: submission === undefined ? (command ?? '') : textOf(submission.echo, 'command'),
    arguments: submission === undefined ? rest.join(' ') : textOf(submission.echo, 'args'),
    environmentVariables: job.env,
    urls: urlsOf(row, scope.host),
    externalConnections: [],
    environments: [],
    datasources: [],
    submittedBy: submission?.createdBy ?? `${job.owner}@sandbox.example`,
    source: submission?.source ?? (typed ? (workload.id < '8' ? 'CLI' : 'Control-plane') : 'Other'),
    sourceApi: null,
    ...(kind === 'Distributed' ? { distributedFramework: frameworkOf(row) } : {}),
    preemptible: isPreemptible(workload),
    priority,
    priorityClassName,
    category: submission?.category ?? categoryOf(kind),
    totalPendingTimeSeconds: Math.floor(standing.pendingMs / 1000),
    totalRunningTimeSeconds: Math.floor(standing.runningMs / 1000),
    guaranteedRuntimeEndsAt: null,
    actionsSupport: { delete: true, suspend: suspendable(row, scope) },
  };
  if (!scope.release.oldWorkloadMembers) return view;
  return Object.fromEntries(Object.entries(view).filter(([name]) => !LATER_MEMBERS.includes(name)));
}

function textOf(echo: JsonObject, name: string): string {
  const value = (echo['spec'] as JsonObject | undefined)?.[name];
  return typeof value === 'string' ? value : '';
}

export function frameworkOf({ workload }: WorkloadRow): string {
  const stated = textOf(workload.submission?.echo ?? {}, 'distributedFramework');
  return stated === '' ? 'PyTorch' : stated;
}

/** Depends on the kind (and the release), never on the phase. */
export function suspendable({ workload }: WorkloadRow, { release }: Scope): boolean {
  return canSuspend(workload.kind) && (workload.kind !== 'Distributed' || release.distributedSuspend);
}

/** The single workload says in addition why it waits. */
export function detailedView(row: WorkloadRow, scope: Scope): JsonObject {
  const view = workloadView(row, scope);
  const { phase, message } = row.standing;
  if (scope.release.oldWorkloadMembers) return view;
  const waits = phase === 'Pending' && message !== '';
  const messages = waits
    ? [
        {
          nodePool: requestedPools(row, scope)[0] ?? 'default',
          // The only two reasons of the enum speak of quotas.
          phaseReason: 'OverLimit',
          reason: message,
          orgType: 'PROJECT',
          userMessage: null,
        },
      ]
    : null;
  return { ...view, pendingSchedulingMessages: messages };
}

/** A revision of an inference: its spec as it was from one version of the job on. */
export function revisionId({ workload }: WorkloadRow, version: number): string {
  return uuidOf('revision', workload.id, version);
}
