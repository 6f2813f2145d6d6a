/** What one pod asks for. */
import type { SimJob } from '../../world/types.ts';
import type { Submission } from '../ledger.ts';

export interface PodRequest {
  /** Whole devices. */
  readonly gpuDevices: number;
  /** GPUs counted with fractions: devices times the portion of each. */
  readonly gpus: number;
  readonly gpuLimit: number | null;
  readonly gpuRequestType: 'portion' | 'memory' | null;
  /** Of each device, in bytes; null unless asked for by memory. */
  readonly gpuMemoryBytes: number | null;
  readonly cpuCores: number;
  readonly cpuCoresLimit: number | null;
  readonly memoryBytes: number;
  readonly memoryBytesLimit: number | null;
}

/** The request of a job's pods. */
export function requestOf(job: SimJob, submission: Submission | undefined): PodRequest {
  if (submission !== undefined) return submission.request;
  return {
    gpuDevices: job.gpus,
    gpus: job.gpus,
    gpuLimit: job.gpus > 0 ? job.gpus : null,
    gpuRequestType: job.gpus > 0 ? 'portion' : null,
    gpuMemoryBytes: null,
    cpuCores: job.cpuMillis / 1000,
    cpuCoresLimit: null,
    memoryBytes: job.memoryBytes,
    memoryBytesLimit: null,
  };
}
