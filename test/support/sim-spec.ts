import type { SimJobSpec } from '../../src/sandbox/world/types.ts';

/** A small job for a test to submit to the simulated world. */
export function simSpec(name: string, changes: Partial<SimJobSpec> = {}): SimJobSpec {
  return {
    name,
    team: 'vision',
    owner: 'test',
    type: 'batch',
    count: 1,
    image: 'busybox:1.37',
    command: ['sleep', '60'],
    env: {},
    labels: {},
    tags: [],
    cpuMillis: 100,
    memoryBytes: 64_000_000,
    diskBytes: 0,
    gpus: 0,
    priority: 0,
    poolId: null,
    maxRetries: 0,
    timeoutMs: null,
    fate: { prepareMs: 1000, runMs: 60_000, finalizeMs: 1000, outcome: { kind: 'success' }, failFirst: 0 },
    ...changes,
  };
}
