/** The metrics endpoints of workloads, pods, nodes, clusters, node pools and projects. */
import type { SimNode } from '../../world/types.ts';
import { checkCluster } from '../clusters/cluster.ts';
import type { Scope } from '../installation.ts';
import { poolOf, poolsOf } from '../nodes/pools.ts';
import { projectOfCall } from '../org/endpoints.ts';
import { departmentsOf } from '../org/projects.ts';
import { totalDeserved } from '../org/quotas.ts';
import { departmentTotals } from '../org/view.ts';
import { podsOf } from '../pods/pod.ts';
import type { Pod } from '../pods/pod.ts';
import type { Release } from '../release.ts';
import { param } from '../routing/call.ts';
import type { RouteTable } from '../routing/router.ts';
import { megabytes } from '../wire/quantities.ts';
import { badRequest, notFound } from '../wire/replies.ts';
import { readRow } from '../workloads/row.ts';
import { allWorkloads } from '../workloads/workload.ts';
import type { Measure } from './measured.ts';
import { figureOf } from './measured.ts';
import type { Series } from './series.ts';
import { metricsReply } from './series.ts';
import * as types from './types.ts';

/** One line without labels. */
const line = (at: Series['at']): readonly Series[] => [{ labels: null, at }];
const sumOf = (pods: readonly Pod[], measure: Measure): readonly Series[] =>
  line((atMs) => figureOf(pods, measure, atMs));

const MEASURES: Readonly<Record<string, Measure>> = {
  GPU_UTILIZATION: 'gpu-utilization',
  GPU_MEMORY_USAGE_BYTES: 'gpu-memory',
  GPU_ALLOCATION: 'gpu-request',
  CPU_USAGE_CORES: 'cpu',
  CPU_REQUEST_CORES: 'cpu-request',
  CPU_MEMORY_USAGE_BYTES: 'memory',
  CPU_MEMORY_REQUEST_BYTES: 'memory-request',
  POD_COUNT: 'pods',
  RUNNING_POD_COUNT: 'running',
};

/** Lines of a workload or a pod. What needs a profiler or an inference server is not measured here. */
function podSeries(pods: readonly Pod[], type: string): readonly Series[] | null {
  const measure = MEASURES[type];
  if (measure !== undefined) return sumOf(pods, measure);
  if (type === 'CPU_LIMIT_CORES' || type === 'CPU_MEMORY_LIMIT_BYTES') return [];
  return null;
}

function perGpu(node: SimNode, at: (atMs: number) => number): readonly Series[] {
  return node.gpus.map((_, index) => ({ labels: { gpu: String(index) }, at }));
}

function nodeSeries(node: SimNode, scope: Scope, type: string): readonly Series[] | null {
  const pods = everyPod(scope).filter((pod) => pod.node?.id === node.id);
  const gpus = node.gpus.length;
  const gpuBytes = node.gpus.reduce((sum, gpu) => sum + gpu.memoryBytes, 0);
  const at = (measure: Measure) => (atMs: number) => figureOf(pods, measure, atMs);
  const share = (measure: Measure, whole: number) => (atMs: number) =>
    whole === 0 ? 0 : (100 * figureOf(pods, measure, atMs)) / whole;
  const each = (of: (atMs: number) => number) => perGpu(node, (atMs) => (gpus === 0 ? 0 : of(atMs) / gpus));
  switch (type) {
    case 'GPU_UTILIZATION':
      return line(at('gpu-utilization'));
    case 'GPU_UTILIZATION_PER_GPU':
      return perGpu(node, at('gpu-utilization'));
    case 'GPU_MEMORY_UTILIZATION':
      return line(share('gpu-memory', gpuBytes));
    case 'GPU_MEMORY_UTILIZATION_PER_GPU':
      return perGpu(node, share('gpu-memory', gpuBytes));
    case 'GPU_MEMORY_USAGE_BYTES':
      return line(at('gpu-memory'));
    case 'GPU_MEMORY_USAGE_BYTES_PER_GPU':
      return each(at('gpu-memory'));
    case 'GPU_ALLOCATION_PER_GPU':
      return each(at('gpu-request'));
    case 'CPU_USAGE_CORES':
      return line(at('cpu'));
    case 'CPU_UTILIZATION':
      return line(share('cpu', node.cpuMillis / 1000));
    case 'CPU_MEMORY_USAGE_BYTES':
      return line(at('memory'));
    case 'CPU_MEMORY_UTILIZATION':
      return line(share('memory', node.memoryBytes));
    default:
      return null;
  }
}

function everyPod(scope: Scope): readonly Pod[] {
  return allWorkloads(scope).flatMap((workload) => podsOf(workload, scope));
}

/** Lines of the whole cluster, or of the nodes of one pool. */
function clusterSeries(nodes: readonly SimNode[], scope: Scope, type: string): readonly Series[] | null {
  const ids = new Set(nodes.map(({ id }) => id));
  const pods = everyPod(scope).filter(({ node }) => node !== null && ids.has(node.id));
  const gpus = nodes.reduce((sum, node) => sum + node.gpus.length, 0);
  const total = (of: (node: SimNode) => number): number => nodes.reduce((sum, node) => sum + of(node), 0);
  const gpuBytes = total((node) => node.gpus.reduce((sum, gpu) => sum + gpu.memoryBytes, 0));
  const share = (measure: Measure, whole: number) =>
    line((atMs) => (whole === 0 ? 0 : (100 * figureOf(pods, measure, atMs)) / whole));
  switch (type) {
    case 'TOTAL_GPU_NODES':
      return line(() => nodes.filter((node) => node.gpus.length > 0).length);
    case 'TOTAL_GPU':
    case 'GPU_QUOTA':
      return line(() => gpus);
    case 'ALLOCATED_GPU':
      return sumOf(pods, 'gpu-request');
    case 'UNALLOCATED_GPU':
      return line((atMs) => gpus - figureOf(pods, 'gpu-request', atMs));
    case 'GPU_UTILIZATION':
      return sumOf(pods, 'gpu-utilization');
    case 'GPU_MEMORY_UTILIZATION':
      return share('gpu-memory', gpuBytes);
    case 'CPU_UTILIZATION':
      return share('cpu', total(({ cpuMillis }) => cpuMillis) / 1000);
    case 'CPU_MEMORY_UTILIZATION':
      return share(
        'memory',
        total(({ memoryBytes }) => memoryBytes),
      );
    case 'WORKLOADS_COUNT':
      return line(
        (atMs) =>
          allWorkloads(scope).filter((one) => one.createdAt <= atMs && (one.deletedAt ?? Infinity) > atMs)
            .length,
      );
    default:
      return null;
  }
}

interface Org {
  readonly names: ReadonlySet<string>;
  readonly quota: { readonly gpu: number; readonly cpu: number; readonly memory: number };
}

function orgSeries({ names, quota }: Org, scope: Scope, type: string): readonly Series[] | null {
  const pods = everyPod(scope).filter(({ workload }) => names.has(workload.job.team));
  switch (type) {
    case 'GPU_QUOTA':
      return line(() => quota.gpu);
    case 'CPU_QUOTA_MILLICORES':
      return line(() => quota.cpu);
    case 'CPU_MEMORY_QUOTA_MB':
      return line(() => quota.memory);
    case 'GPU_ALLOCATION':
      return sumOf(pods, 'gpu-request');
    case 'CPU_ALLOCATION_MILLICORES':
      return line((atMs) => 1000 * figureOf(pods, 'cpu-request', atMs));
    case 'CPU_MEMORY_ALLOCATION_MB':
      return line((atMs) => megabytes(figureOf(pods, 'memory-request', atMs)));
    default:
      return null;
  }
}

/** Routes of a release: nodes got metrics with their ids. */
export function metricsRoutes(release: Release): RouteTable {
  const ofNodes: RouteTable = {
    'GET /api/v1/nodes/{id}/metrics': (call) => {
      const node = call.scope.site.nodes.get(param(call, 'id'));
      if (node === undefined) throw notFound('node');
      return metricsReply(call, types.NODE_METRICS, (type) => nodeSeries(node, call.scope, type));
    },
  };
  return {
    ...(release.nodeIds ? ofNodes : {}),
    'GET /api/v1/workloads/{id}/metrics': (call) => {
      const { workload } = readRow(call.scope, call.identity, param(call, 'id'));
      const pods = podsOf(workload, call.scope);
      return metricsReply(call, types.WORKLOAD_METRICS, (type) => podSeries(pods, type));
    },
    'GET /api/v1/workloads/{id}/pods/{pod}/metrics': (call) => {
      const { workload } = readRow(call.scope, call.identity, param(call, 'id'));
      const pods = podsOf(workload, call.scope).filter(
        ({ execution }) => execution.id === param(call, 'pod'),
      );
      if (pods.length === 0) throw notFound('pod');
      return metricsReply(call, types.POD_METRICS, (type) => podSeries(pods, type));
    },
    'GET /api/v1/clusters/{cluster}/metrics': (call) => {
      const { scope } = call;
      checkCluster(call);
      // How grouped measurements are labelled is not documented well enough to imitate.
      if (call.query.has('groupBy')) throw badRequest('The sandbox does not group cluster metrics.');
      const pool = call.query.get('nodepoolName');
      const nodes = [...scope.site.nodes.values()].filter((node) => pool === null || poolOf(node) === pool);
      return metricsReply(call, types.CLUSTER_METRICS, (type) => clusterSeries(nodes, scope, type));
    },
    'GET /api/v1/clusters/{cluster}/nodepools/{pool}/metrics': (call) => {
      checkCluster(call);
      const pool = poolsOf(call.scope.site).find(({ name }) => name === param(call, 'pool'));
      if (pool === undefined) throw notFound('node pool');
      return metricsReply(call, types.CLUSTER_METRICS, (type) => clusterSeries(pool.nodes, call.scope, type));
    },
    'GET /api/v1/org-unit/projects/{id}/metrics': (call) => {
      const project = projectOfCall(call);
      const org = { names: new Set([project.name]), quota: totalDeserved(call.scope, project) };
      return metricsReply(call, types.ORG_METRICS, (type) => orgSeries(org, call.scope, type));
    },
    'GET /api/v1/org-unit/departments/{id}/metrics': (call) => {
      const department = departmentsOf().find(({ id }) => id === param(call, 'id'));
      if (department === undefined) throw notFound('department');
      const { projects, deserved } = departmentTotals(department, call.scope);
      const org = { names: new Set(projects.map(({ name }) => name)), quota: deserved };
      return metricsReply(call, types.ORG_METRICS, (type) => orgSeries(org, call.scope, type));
    },
  };
}
