/** A node's labels: those the operator gave and those a compute node gives itself. */
import type { SimNode } from '../../world/types.ts';
import type { Labels } from '../wire/selector.ts';
import { wireNodeId } from '../wire/ids.ts';

const MIB = 2 ** 20;

export function nodeLabels(node: SimNode): Labels {
  const labels: Record<string, string> = {
    ...node.labels,
    name: wireNodeId(node.id),
    os_type: 'linux',
    os_arch: 'amd64',
  };
  for (const [at, gpu] of node.gpus.entries()) {
    labels[`GPU-${at}`] = gpu.model.replaceAll(' ', '-');
    labels[`GPU-${at}-Memory`] = `${Math.round(gpu.memoryBytes / MIB)}-MiB`;
  }
  return labels;
}
