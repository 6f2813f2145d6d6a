/** `GET /api/v1/nodes/telemetry`: the figures that nodes themselves do not carry. */
import type { SimNode } from '../../world/types.ts';
import type { Scope } from '../installation.ts';
import { telemetryReply, telemetryType } from '../metrics/telemetry.ts';
import { livePods } from '../pods/live.ts';
import { isPlaced } from '../pods/pod.ts';
import type { Pod } from '../pods/pod.ts';
import type { Call } from '../routing/call.ts';
import { shareOf } from '../wire/ids.ts';
import type { Reply } from '../wire/replies.ts';
import { poolOf } from './pools.ts';

const TYPES = [
  'READY_GPU_NODES', 'READY_GPUS', 'TOTAL_GPU_NODES', 'TOTAL_GPUS', 'IDLE_ALLOCATED_GPUS', 'FREE_GPUS', 'ALLOCATED_GPUS',
  'TOTAL_CPU_CORES', 'USED_CPU_CORES', 'ALLOCATED_CPU_CORES', 'TOTAL_GPU_MEMORY_BYTES', 'USED_GPU_MEMORY_BYTES',
  'TOTAL_CPU_MEMORY_BYTES', 'USED_CPU_MEMORY_BYTES', 'ALLOCATED_CPU_MEMORY_BYTES', 'FULLY_FREE_GPU_NODES',
] as const; // prettier-ignore
type NodeTelemetry = (typeof TYPES)[number];

/** How much of what it holds a pod really uses: always the same share for the same pod. */
export function usedShare(pod: Pod, of: 'cpu' | 'memory' | 'gpu' | 'gpu-memory'): number {
  return pod.stage === 'running' ? 0.35 + 0.6 * shareOf('used', pod.execution.id, of) : 0;
}

/** The pods that hold something on a node. */
export function podsOn(node: SimNode, scope: Scope): readonly Pod[] {
  return livePods(scope).filter((pod) => pod.node?.id === node.id && isPlaced(pod));
}

function figure(type: NodeTelemetry, node: SimNode, scope: Scope): number {
  const pods = podsOn(node, scope);
  const sum = (of: (pod: Pod) => number): number => pods.reduce((total, pod) => total + of(pod), 0);
  const gpus = node.gpus.length;
  const isReady = node.up && gpus > 0;
  const allocated = sum(({ workload }) => workload.request.gpus);
  const gpuBytes = node.gpus.reduce((total, gpu) => total + gpu.memoryBytes, 0);
  switch (type) {
    case 'READY_GPU_NODES':
      return isReady ? 1 : 0;
    case 'READY_GPUS':
      return isReady ? gpus : 0;
    case 'TOTAL_GPU_NODES':
      return gpus > 0 ? 1 : 0;
    case 'TOTAL_GPUS':
      return gpus;
    case 'IDLE_ALLOCATED_GPUS':
      return sum((pod) => (pod.workload.kind === 'Workspace' ? pod.workload.request.gpus : 0));
    case 'FREE_GPUS':
      return node.up ? gpus - sum(({ workload }) => workload.request.gpuDevices) : 0;
    case 'ALLOCATED_GPUS':
      return allocated;
    case 'FULLY_FREE_GPU_NODES':
      return isReady && allocated === 0 ? 1 : 0;
    case 'TOTAL_GPU_MEMORY_BYTES':
      return gpuBytes;
    case 'USED_GPU_MEMORY_BYTES':
      return Math.round(
        sum(
          (pod) => (gpuBytes / Math.max(1, gpus)) * pod.workload.request.gpus * usedShare(pod, 'gpu-memory'),
        ),
      );
    case 'TOTAL_CPU_CORES':
      return node.cpuMillis / 1000;
    case 'USED_CPU_CORES':
      return sum((pod) => pod.workload.request.cpuCores * usedShare(pod, 'cpu'));
    case 'ALLOCATED_CPU_CORES':
      return sum(({ workload }) => workload.request.cpuCores);
    case 'TOTAL_CPU_MEMORY_BYTES':
      return node.memoryBytes;
    case 'USED_CPU_MEMORY_BYTES':
      return Math.round(sum((pod) => pod.workload.request.memoryBytes * usedShare(pod, 'memory')));
    case 'ALLOCATED_CPU_MEMORY_BYTES':
      return sum(({ workload }) => workload.request.memoryBytes);
  }
}

export function nodeTelemetry(call: Call): Reply {
  const { scope, query } = call;
  const type = telemetryType(query, TYPES);
  const [cluster, pool] = [query.get('clusterId'), query.get('nodepoolName')];
  const nodes = [...scope.site.nodes.values()].filter(
    (node) =>
      (cluster === null || cluster.toLowerCase() === scope.clusterId) &&
      (pool === null || poolOf(node) === pool),
  );
  const groupings = {
    ClusterId: () => [{ value: scope.clusterId, name: scope.clusterName }],
    Nodepool: (node: SimNode) => [{ value: poolOf(node), name: poolOf(node) }],
    Node: (node: SimNode) => [{ value: node.name, name: node.name }],
  };
  return telemetryReply(call, type, nodes, groupings, (rows) =>
    rows.reduce((total, node) => total + figure(type, node, scope), 0),
  );
}
