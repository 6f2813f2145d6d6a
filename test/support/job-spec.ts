import type { JobSpec } from '../../src/model/job-spec.ts';

/** A specification that asks for nothing. */
const BLANK: JobSpec = {
  name: 'probe',
  jobKind: null,
  image: null,
  app: null,
  command: [],
  args: [],
  workingDirectory: null,
  env: [],
  secretEnv: [],
  resources: { cpuMillis: null, memoryBytes: null, diskBytes: null, gpuMillis: null, gpuModel: null },
  inputs: [],
  outputs: [],
  executionTimeoutMs: null,
  queueTimeoutMs: null,
  maxRetries: null,
  count: null,
  labels: [],
  priority: null,
};

/** A specification that asks for what is given, and for nothing else. */
export function jobSpec(given: Partial<JobSpec> = {}): JobSpec {
  return { ...BLANK, ...given };
}
