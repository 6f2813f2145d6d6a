/** Requested and allocated resources in the API's words. */
import { isPlaced } from '../pods/pod.ts';
import type { Pod } from '../pods/pod.ts';
import type { JsonObject } from '../wire/json.ts';
import { shareOf } from '../wire/ids.ts';
import { printBytes } from '../wire/quantities.ts';
import type { PodRequest } from './requests.ts';

const rounded = (value: number): number => Math.round(value * 1000) / 1000;

/** What so many pods ask for. Members that were not asked for are null. */
export function requestView(request: PodRequest, pods: number): JsonObject {
  const { gpuRequestType, gpuMemoryBytes, gpuDevices } = request;
  const times = (value: number | null): number | null => (value === null ? null : rounded(value * pods));
  const bytes = (value: number | null): string | null => (value === null ? null : printBytes(value * pods));
  return {
    gpuRequestType,
    gpu: gpuDevices === 0 ? null : { request: times(request.gpus), limit: times(request.gpuLimit) },
    gpuMemory: gpuMemoryBytes === null ? null : { request: bytes(gpuMemoryBytes * gpuDevices), limit: null },
    cpu: { request: times(request.cpuCores), limit: times(request.cpuCoresLimit) },
    cpuMemory: { request: bytes(request.memoryBytes), limit: bytes(request.memoryBytesLimit) },
    extendedResources: null,
  };
}

/** GPU memory that a pod holds on its node, in bytes. */
function gpuMemoryOf({ node, workload }: Pod): number {
  const [gpu] = node?.gpus ?? [];
  const { gpus, gpuMemoryBytes, gpuDevices } = workload.request;
  if (gpuMemoryBytes !== null) return gpuMemoryBytes * gpuDevices;
  return Math.round(gpus * (gpu?.memoryBytes ?? 0));
}

/** What these pods hold now; null when none of them ever had a place. */
export function allocatedView(pods: readonly Pod[]): JsonObject | null {
  if (pods.every(({ node }) => node === null)) return null;
  const placed = pods.filter(isPlaced);
  const total = (of: (pod: Pod) => number): number => rounded(placed.reduce((sum, pod) => sum + of(pod), 0));
  return {
    gpu: total(({ workload }) => workload.request.gpus),
    gpuMemory: printBytes(total(gpuMemoryOf)),
    cpu: total(({ workload }) => workload.request.cpuCores),
    cpuMemory: printBytes(total(({ workload }) => workload.request.memoryBytes)),
    extendedResources: null,
  };
}

/** GPUs that pods hold. */
export function allocatedGpus(pods: readonly Pod[]): number {
  return rounded(pods.filter(isPlaced).reduce((sum, { workload }) => sum + workload.request.gpus, 0));
}

/** GPUs that are held and not used: those of half the workspaces. */
export function idleGpus(pods: readonly Pod[]): number {
  const idle = pods.filter(
    ({ stage, workload }) =>
      stage === 'running' && workload.kind === 'Workspace' && shareOf('idle', workload.id) < 0.5,
  );
  return allocatedGpus(idle);
}
