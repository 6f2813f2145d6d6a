import type { SandboxKind } from '../../src/sandbox/sandbox.ts';

/** What the graph takes as `TaskSpecInput`, loosely: bad input is written with it, too. */
export interface TaskSpecInput {
  readonly name: string;
  readonly image?: string;
  readonly app?: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly workingDirectory?: string;
  readonly env?: readonly { readonly name: string; readonly value: string }[];
  readonly secretEnv?: readonly { readonly name: string; readonly secret: string; readonly key?: string }[];
  readonly resources?: {
    readonly cpuMillis?: number;
    readonly memoryBytes?: number;
    readonly diskBytes?: number;
    readonly gpuMillis?: number;
    readonly gpuModel?: string;
  };
  readonly inputs?: readonly { readonly path: string; readonly source: object }[];
  readonly outputs?: readonly {
    readonly name: string;
    readonly path: string;
    readonly destination?: object;
  }[];
  readonly executionTimeoutMs?: number;
  readonly queueTimeoutMs?: number;
  readonly maxRetries?: number;
  readonly count?: number;
  readonly labels?: readonly { readonly key: string; readonly value?: string }[];
  readonly priority?: number;
  readonly jobKind?: string;
}

export interface SubmitJobInput {
  readonly idempotencyKey: string;
  readonly provider: string;
  readonly spec: TaskSpecInput;
  readonly project?: string;
  readonly extensions?: object;
  readonly dryRun?: boolean;
}

/** A value that nothing but the provider may ever see. */
export const CANARY = 'canary-9f41c7e2b8';

/** What every provider takes, in nobody's words. It runs longer than any test. */
export function neutralSpec(changes: Partial<TaskSpecInput> = {}): TaskSpecInput {
  return {
    name: 'embed',
    image: 'acme/embed:3',
    command: ['sleep', '600'],
    resources: { cpuMillis: 1_000, memoryBytes: 256_000_000 },
    ...changes,
  };
}

/** The fields that `neutralSpec` gives, as verdicts name them. */
export const GIVEN_FIELDS: readonly string[] = [
  'spec.name',
  'spec.image',
  'spec.command',
  'spec.resources.cpuMillis',
  'spec.resources.memoryBytes',
];

/** Every kind, in the order in which providers are configured. */
export const ALL: readonly SandboxKind[] = ['bacalhau', 'qarnot', 'runai', 'charity-engine'];

/** What a provider's calls to create contain, and those to cancel. */
export const CREATE_CALL: Readonly<Record<SandboxKind, string>> = {
  bacalhau: 'PUT /api/v1/orchestrator/jobs',
  qarnot: 'POST /tasks',
  runai: 'POST /api/v1/workloads/trainings',
  'charity-engine': 'POST /remotejobs/v2/job-create',
};
export const CANCEL_CALL: Readonly<Record<SandboxKind, string>> = {
  bacalhau: 'DELETE ',
  qarnot: '/abort',
  runai: 'DELETE ',
  'charity-engine': 'DELETE ',
};
