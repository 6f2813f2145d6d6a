import type { SimJobSpec } from './types.ts';

/** Exactly the members of a spec, whatever else the object has. */
export function specOf(spec: SimJobSpec): SimJobSpec {
  return {
    name: spec.name,
    team: spec.team,
    owner: spec.owner,
    type: spec.type,
    count: spec.count,
    image: spec.image,
    command: spec.command,
    env: spec.env,
    labels: spec.labels,
    tags: spec.tags,
    cpuMillis: spec.cpuMillis,
    memoryBytes: spec.memoryBytes,
    diskBytes: spec.diskBytes,
    gpus: spec.gpus,
    priority: spec.priority,
    poolId: spec.poolId,
    maxRetries: spec.maxRetries,
    timeoutMs: spec.timeoutMs,
    fate: spec.fate,
  };
}
