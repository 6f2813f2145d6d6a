/** What a node can run, and what it runs now, in the wire's units: cores, bytes, and MiB for GPU memory. */
import type { Site, SimGpu, SimNode } from '../../world/types.ts';

const MIB = 2 ** 20;

export interface Amounts {
  readonly cpuMillis: number;
  readonly memoryBytes: number;
  readonly diskBytes: number;
  readonly gpus: readonly SimGpu[];
}

/** The engines of every compute node. */
export const ENGINES = ['docker', 'wasm'] as const;

/** Everything the world lets jobs use on this node. */
export function maxCapacity(node: SimNode): Amounts {
  const { cpuMillis, memoryBytes, diskBytes, gpus } = node;
  return { cpuMillis, memoryBytes, diskBytes, gpus };
}

/** What is left beside the executions that run there now. */
export function availableCapacity(site: Site, node: SimNode): Amounts {
  let { cpuMillis, memoryBytes, diskBytes } = node;
  let taken = 0;
  for (const id of node.running) {
    const execution = site.executions.get(id);
    const job = execution === undefined ? undefined : site.jobs.get(execution.jobId);
    if (job === undefined) continue;
    cpuMillis -= job.cpuMillis;
    memoryBytes -= job.memoryBytes;
    diskBytes -= job.diskBytes;
    taken += job.gpus;
  }
  return {
    cpuMillis: Math.max(0, cpuMillis),
    memoryBytes: Math.max(0, memoryBytes),
    diskBytes: Math.max(0, diskBytes),
    gpus: node.gpus.slice(Math.min(taken, node.gpus.length)),
  };
}

/** Zero amounts are left out: `{}` means none of anything. */
export function viewAmounts(node: SimNode, amounts: Amounts, listGpus: boolean): unknown {
  const { cpuMillis, memoryBytes, diskBytes, gpus } = amounts;
  return {
    CPU: cpuMillis === 0 ? undefined : cpuMillis / 1000,
    Memory: memoryBytes === 0 ? undefined : memoryBytes,
    Disk: diskBytes === 0 ? undefined : diskBytes,
    GPU: gpus.length === 0 ? undefined : gpus.length,
    GPUs: listGpus && gpus.length > 0 ? gpus.map((gpu) => viewGpu(gpu, node.gpus.indexOf(gpu))) : undefined,
  };
}

function viewGpu(gpu: SimGpu, index: number): unknown {
  return {
    Index: index,
    Name: gpu.model,
    Vendor: gpu.vendor,
    Memory: Math.round(gpu.memoryBytes / MIB),
    PCIAddress: `0000:00:${(0x1e + index).toString(16)}.0`,
  };
}

const SIZES = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/** A node's size for people, as the scheduler words it. */
export function capacityText({ cpuMillis, memoryBytes, diskBytes, gpus }: SimNode): string {
  const cpu = (cpuMillis / 1000).toFixed(2);
  return `{CPU: ${cpu}, Memory: ${sizeText(memoryBytes)}, Disk: ${sizeText(diskBytes)}, GPU: ${gpus.length}}`;
}

function sizeText(bytes: number): string {
  let size = bytes;
  let unit = 0;
  for (; size >= 1000 && unit < SIZES.length - 1; unit++) size /= 1000;
  return `${size < 10 && unit > 0 ? size.toFixed(1) : Math.round(size)} ${SIZES[unit]}`;
}
