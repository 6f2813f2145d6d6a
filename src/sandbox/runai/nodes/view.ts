/** Nodes as the API prints them: no CPU, memory or allocation figures, which only telemetry has. */
import type { SimNode } from '../../world/types.ts';
import type { Scope } from '../installation.ts';
import type { JsonObject } from '../wire/json.ts';
import { poolOf } from './pools.ts';

/** `Unknown` while the cluster does not report. */
export function statusOf(node: SimNode, scope: Scope): 'Ready' | 'NotReady' | 'Unknown' {
  if (scope.disconnectedAt !== null) return 'Unknown';
  return node.up ? 'Ready' : 'NotReady';
}

export function nodeView(node: SimNode, scope: Scope): JsonObject {
  const [gpu] = node.gpus;
  const down = statusOf(node, scope) === 'NotReady';
  const foreign = gpu !== undefined && gpu.vendor !== 'NVIDIA';
  return {
    ...(scope.release.nodeIds ? { id: node.id } : {}),
    name: node.name,
    clusterUuid: scope.clusterId,
    status: statusOf(node, scope),
    conditions: down
      ? [{ type: 'Ready', reason: 'NodeStatusUnknown', message: 'Kubelet stopped posting node status.' }]
      : [],
    taints: [
      ...(foreign ? [{ key: 'amd.com/gpu', value: 'true', effect: 'PreferNoSchedule' }] : []),
      // What Kubernetes itself puts on a node that it cannot reach.
      ...(down
        ? ['NoSchedule', 'NoExecute'].map((effect) => ({ key: 'node.kubernetes.io/unreachable', effect }))
        : []),
    ],
    nodePool: poolOf(node),
    createdAt: scope.date(node.createdAt),
    updatedAt: scope.date(node.upSince),
    gpuInfo:
      gpu === undefined ? null : { gpuType: gpu.model.replaceAll(' ', '-'), gpuCount: node.gpus.length },
    nvLinkDomainUid: null,
    nvLinkCliqueId: null,
  };
}
