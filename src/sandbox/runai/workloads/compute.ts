/** Reads and checks `compute`. */
import type { JsonObject } from '../wire/json.ts';
import { badRequest } from '../wire/replies.ts';
import { parseQuantity } from '../wire/quantities.ts';
import type { PodRequest } from './requests.ts';

/** What a pod gets that asks for nothing; the service's own defaults come from its policies. */
const DEFAULT_CPU_CORES = 0.1;
const DEFAULT_MEMORY_BYTES = 100 * 2 ** 20;

/** Throws 400 for what the API does not take. */
export function readCompute(compute: JsonObject): PodRequest {
  const gpuDevices = amount(compute, 'gpuDevicesRequest') ?? 0;
  if (!Number.isInteger(gpuDevices)) throw badRequest('compute.gpuDevicesRequest must be an integer.');
  const type = compute['gpuRequestType'] ?? null;
  if (type !== null && type !== 'portion' && type !== 'memory') {
    throw badRequest('compute.gpuRequestType must be portion or memory.');
  }
  const portion = amount(compute, 'gpuPortionRequest');
  const portionLimit = amount(compute, 'gpuPortionLimit');
  const gpuMemory = bytes(compute, 'gpuMemoryRequest');
  const gpuMemoryLimit = bytes(compute, 'gpuMemoryLimit');
  if ((portion ?? 0) > 1 || (portionLimit ?? 0) > 1) throw badRequest('A GPU portion must be from 0 to 1.');
  if (gpuDevices > 1 && type === 'memory') {
    throw badRequest('More than one GPU device can be requested by portion only.');
  }
  if (type === 'portion' && portion === null) throw badRequest('compute.gpuPortionRequest is required.');
  if (type === 'memory' && gpuMemory === null) throw badRequest('compute.gpuMemoryRequest is required.');
  const cpuCores = amount(compute, 'cpuCoreRequest') ?? DEFAULT_CPU_CORES;
  const cpuCoresLimit = amount(compute, 'cpuCoreLimit');
  const memoryBytes = bytes(compute, 'cpuMemoryRequest') ?? DEFAULT_MEMORY_BYTES;
  const memoryBytesLimit = bytes(compute, 'cpuMemoryLimit');
  for (const [name, limit, request] of [
    ['gpuPortion', portionLimit, portion],
    ['gpuMemory', gpuMemoryLimit, gpuMemory],
    ['cpuCore', cpuCoresLimit, cpuCores],
    ['cpuMemory', memoryBytesLimit, memoryBytes],
  ] as const) {
    if (limit !== null && request !== null && limit < request) {
      throw badRequest(`compute.${name}Limit must not be below compute.${name}Request.`);
    }
  }
  const share = type === 'memory' ? 1 : (portion ?? 1);
  return {
    gpuDevices,
    gpus: gpuDevices * share,
    gpuLimit: portionLimit === null ? null : gpuDevices * portionLimit,
    gpuRequestType: gpuDevices === 0 ? null : (type ?? 'portion'),
    gpuMemoryBytes: gpuDevices > 0 && type === 'memory' ? gpuMemory : null,
    cpuCores,
    cpuCoresLimit,
    memoryBytes,
    memoryBytesLimit,
  };
}

function amount(compute: JsonObject, name: string): number | null {
  const value = compute[name];
  if (value === undefined || value === null) return null;
  if (typeof value === 'number' && value >= 0) return value;
  throw badRequest(`compute.${name} must be a number that is not negative.`);
}

function bytes(compute: JsonObject, name: string): number | null {
  const value = compute[name];
  if (value === undefined || value === null) return null;
  const parsed = typeof value === 'string' ? parseQuantity(value) : null;
  if (parsed === null || parsed <= 0) throw badRequest(`compute.${name} must be a quantity such as 512Mi.`);
  return Math.round(parsed);
}
