/** `/v1/k8s/clusters/{uuid}/jobs` and `…/pods`: the reads of the generation before, gone with 2.22. Bare arrays. */
import type { Scope } from '../installation.ts';
import { poolOf } from '../nodes/pools.ts';
import type { Pod } from '../pods/pod.ts';
import { podsOf } from '../pods/pod.ts';
import type { Call } from '../routing/call.ts';
import { param } from '../routing/call.ts';
import type { RouteTable } from '../routing/router.ts';
import type { JsonObject } from '../wire/json.ts';
import type { Reply } from '../wire/replies.ts';
import { badRequest, ok } from '../wire/replies.ts';
import { checkCluster } from '../clusters/cluster.ts';
import { statusOf } from '../researcher/view.ts';
import { allocatedGpus } from '../workloads/resources.ts';
import type { WorkloadRow } from '../workloads/row.ts';
import { listedRows, readRow } from '../workloads/row.ts';

function podCounts(row: WorkloadRow): JsonObject {
  const count = (...stages: readonly Pod['stage'][]): number =>
    row.pods.filter(({ stage }) => stages.includes(stage)).length;
  const size = Math.max(1, row.workload.job.count);
  return {
    pending: count('waiting', 'starting'),
    running: count('running'),
    failed: count('failed'),
    succeeded: count('succeeded'),
    parallelism: size,
    completions: size,
  };
}

function jobView(row: WorkloadRow, scope: Scope): JsonObject {
  const { workload, standing, project, pods } = row;
  const { job, request } = workload;
  const size = Math.max(1, job.count);
  const latest = pods.at(-1);
  return {
    JobId: workload.id,
    podGroupId: workload.id,
    jobName: job.name,
    jobType: workload.kind === 'Workspace' ? 'Interactive' : 'Train',
    clusterId: scope.clusterId,
    status: statusOf(row) ?? 'Suspended',
    imageName: job.image,
    user: workload.submission?.createdBy ?? job.owner,
    project: project.name,
    nodeId: latest?.node?.id ?? '',
    creationTime: scope.date(workload.createdAt),
    completionTime: standing.completedAt === null ? '' : scope.date(standing.completedAt),
    totalRuntime: String(Math.floor(standing.runningMs / 1000)),
    totalWaitTime: String(Math.floor(standing.pendingMs / 1000)),
    ...podCounts(row),
    currentAllocatedGPUs: allocatedGpus(pods),
    currentRequestedGPUs: request.gpus * size,
    totalRequestedGPUs: request.gpus * size,
    totalRequestedCPU: request.cpuCores * size,
    totalRequestedMemory: request.memoryBytes * size,
    workloadKind: 0,
    existsInCluster: standing.deletedAt === null,
    isJupyter: false,
    nodePool: row.currentPools[0] ?? 'default',
    jobUrl: '',
    ...(latest === undefined ? {} : { latestPod: podView(latest, row, scope) }),
  };
}

/** Times are epoch milliseconds here; 0 for what has not been. The unit is an assumption. */
function podView(pod: Pod, { project }: WorkloadRow, scope: Scope): JsonObject {
  const { workload, execution, node } = pod;
  return {
    podId: execution.id,
    podName: pod.name,
    jobId: workload.id,
    podGroupId: workload.id,
    clusterUuid: scope.clusterId,
    imageName: workload.job.image,
    nodeId: node?.id ?? '',
    phase: pod.k8sPhase,
    status: pod.k8sPhase,
    created: pod.createdAt,
    started: pod.startedAt ?? 0,
    completed: pod.completedAt ?? 0,
    lastUpdated: pod.since,
    existsInCluster: pod.deletedAt === null,
    nodePool: node === null ? '' : poolOf(node),
    namespace: project.namespace,
  };
}

/** Deleted jobs are included unless asked otherwise. The grammar of `filter` is not known: it is ignored. */
function legacyRows(call: Call): readonly WorkloadRow[] {
  const { scope, identity, query } = call;
  checkCluster(call);
  const deleted = query.get('includeDeleted') === 'false' ? [] : listedRows(scope, identity, true);
  const nodeId = query.get('nodeId');
  const direction = query.get('sortDirection') === 'ASC' ? 1 : -1;
  return [...listedRows(scope, identity, false), ...deleted]
    .filter(({ pods }) => nodeId === null || pods.some(({ node }) => node?.id === nodeId))
    .sort((a, b) => direction * (a.workload.createdAt - b.workload.createdAt));
}

function legacyPage(call: Call): Reply {
  const at = (name: string): number | null => {
    const value = call.query.get(name);
    if (value === null) return null;
    if (!/^\d+$/.test(value)) throw badRequest(`The parameter "${name}" must be a number.`);
    return Number(value);
  };
  const from = at('from') ?? 0;
  const limit = at('limit') ?? Infinity;
  return ok(
    legacyRows(call)
      .slice(from, from + limit)
      .map((row) => jobView(row, call.scope)),
  );
}

function podsOfRow(row: WorkloadRow, scope: Scope): readonly JsonObject[] {
  return podsOf(row.workload, scope).map((pod) => podView(pod, row, scope));
}

const CLUSTER = '/v1/k8s/clusters/{cluster}';

export const legacyRoutes: RouteTable = {
  [`GET ${CLUSTER}/jobs`]: legacyPage,
  // A bare number.
  [`GET ${CLUSTER}/jobs/count`]: (call) => ok(legacyRows(call).length),
  [`GET ${CLUSTER}/jobs/{id}/pods`]: (call) => {
    checkCluster(call);
    return ok(podsOfRow(readRow(call.scope, call.identity, param(call, 'id')), call.scope));
  },
  [`GET ${CLUSTER}/pods`]: (call) => {
    checkCluster(call);
    return ok(listedRows(call.scope, call.identity, false).flatMap((row) => podsOfRow(row, call.scope)));
  },
};
