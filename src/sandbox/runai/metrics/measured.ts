/** What pods used at a time of the past. Nothing runs here, so the figures are invented, but always the same. */
import type { Pod } from '../pods/pod.ts';
import { usedShare } from '../nodes/telemetry.ts';

export type Measure =
  | 'gpu-utilization'
  | 'gpu-memory'
  | 'gpu-request'
  | 'cpu'
  | 'cpu-request'
  | 'memory'
  | 'memory-request'
  | 'pods'
  | 'running';

/** A slow wave around 1, so that charts look alive. */
function wave(pod: Pod, atMs: number): number {
  const offset = Number.parseInt(pod.execution.id.slice(0, 4), 16);
  return 1 + 0.15 * Math.sin((atMs / 1000 + offset) / 90);
}

function ranAt({ startedAt, completedAt, deletedAt, execution }: Pod, atMs: number): boolean {
  const end = completedAt ?? execution.endedAt ?? deletedAt ?? Infinity;
  return startedAt !== null && startedAt <= atMs && atMs < end;
}

function existedAt({ createdAt, deletedAt }: Pod, atMs: number): boolean {
  return createdAt <= atMs && atMs < (deletedAt ?? Infinity);
}

/** One pod's figure at a time; 0 while it does not run. */
export function podFigure(pod: Pod, measure: Measure, atMs: number): number {
  if (measure === 'pods') return existedAt(pod, atMs) ? 1 : 0;
  if (!ranAt(pod, atMs)) return 0;
  const { request } = pod.workload;
  // A finished pod has no share of its own any more; what it used then is what a running one uses.
  const used = (of: Parameters<typeof usedShare>[1]): number =>
    usedShare({ ...pod, stage: 'running' }, of) * wave(pod, atMs);
  const gpuBytes = request.gpus * (pod.node?.gpus[0]?.memoryBytes ?? 0);
  switch (measure) {
    case 'running':
      return 1;
    case 'gpu-utilization':
      return request.gpus === 0 ? 0 : Math.min(100, 100 * used('gpu'));
    case 'gpu-memory':
      return Math.min(gpuBytes, gpuBytes * used('gpu-memory'));
    case 'gpu-request':
      return request.gpus;
    case 'cpu':
      return request.cpuCores * used('cpu');
    case 'cpu-request':
      return request.cpuCores;
    case 'memory':
      return Math.min(request.memoryBytes, request.memoryBytes * used('memory'));
    case 'memory-request':
      return request.memoryBytes;
  }
}

/** The sum over pods; a utilization is averaged over those that run. */
export function figureOf(pods: readonly Pod[], measure: Measure, atMs: number): number {
  const total = pods.reduce((sum, pod) => sum + podFigure(pod, measure, atMs), 0);
  if (measure !== 'gpu-utilization') return total;
  const running = pods.filter((pod) => pod.workload.request.gpus > 0 && ranAt(pod, atMs)).length;
  return running === 0 ? 0 : total / running;
}
