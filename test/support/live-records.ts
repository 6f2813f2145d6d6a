import type { NativeKey, ProviderKey } from '../../src/model/ids.ts';
import type { ComputeNodeRecord, ExecutionRecord, JobRecord, Status, TaskRecord } from '../../src/model/records.ts'; // prettier-ignore
import { isTerminal, type State } from '../../src/model/state.ts';
import { epochMs } from '../../src/model/time.ts';
import type { ChangeBatch } from '../../src/providers/provider.ts';
import { NOTHING_DROPPED } from '../../src/providers/reading.ts';

/** Records and batches in few words, for tests of what becomes of them. */

export const LAB = 'lab' as ProviderKey;

export function keyOf(text: string): NativeKey {
  return text as NativeKey;
}

export interface WorkOptions {
  readonly at?: number;
  readonly generation?: number;
  readonly revision?: number;
  readonly createdAt?: number;
  readonly endedAt?: number;
  readonly name?: string;
  readonly provider?: ProviderKey;
}

function statusOf(state: State): Status {
  return {
    state,
    reason: null,
    message: null,
    raw: { value: state, detail: null, field: 'state' },
    desired: null,
    degraded: false,
    counts: null,
    confidence: 'REPORTED',
    since: null,
  };
}

function workOf(key: string, state: State, options: WorkOptions) {
  const { at = 1_000, generation = 1, revision = 1, createdAt = 500, name = key, provider = LAB } = options;
  return {
    provider,
    key: keyOf(key),
    nativeRef: { type: 'thing', id: key },
    name,
    observedAt: epochMs(at),
    status: statusOf(state),
    generation,
    revision,
    createdAt: epochMs(createdAt),
    startedAt: null,
    endedAt: isTerminal(state) ? epochMs(options.endedAt ?? at) : null,
  };
}

export function job(key: string, state: State, options: WorkOptions = {}): JobRecord {
  return {
    kind: 'job',
    ...workOf(key, state, options),
    jobKind: 'BATCH',
    origin: 'NATIVE',
    projectKey: null,
    labels: [],
    priority: null,
    tasks: null,
  };
}

export function task(key: string, jobKey: string, state: State, options: WorkOptions = {}): TaskRecord {
  return {
    kind: 'task',
    ...workOf(key, state, options),
    jobKey: keyOf(jobKey),
    projectKey: null,
    count: 1,
    engine: 'docker',
    image: 'busybox',
    command: ['true'],
    environmentNames: [],
    resources: { cpuMillis: null, memoryBytes: null, diskBytes: null, gpuMillis: null },
    timeoutMs: null,
    labels: [],
    executions: null,
  };
}

export function execution(
  key: string,
  jobKey: string,
  state: State,
  options: WorkOptions = {},
): ExecutionRecord {
  return {
    kind: 'execution',
    ...workOf(key, state, options),
    jobKey: keyOf(jobKey),
    taskKey: keyOf(`${jobKey}-task`),
    index: 0,
    attempt: 1,
    nodeKey: null,
    exitCode: null,
    signal: null,
    output: null,
  };
}

export function node(
  key: string,
  state: ComputeNodeRecord['status']['state'],
  at = 1_000,
): ComputeNodeRecord {
  const none = { cpuMillis: null, memoryBytes: null, diskBytes: null, gpuMillis: null };
  return {
    kind: 'computeNode',
    provider: LAB,
    key: keyOf(key),
    nativeRef: { type: 'node', id: key },
    name: key,
    observedAt: epochMs(at),
    nodeKind: 'MACHINE',
    parentKey: null,
    projectKey: null,
    status: { state, message: null, raw: { value: state, detail: null, field: 'state' }, since: null },
    createdAt: null,
    capacity: none,
    allocated: none,
    available: none,
    gpus: [],
    labels: [],
    cpuModel: null,
    runningExecutions: null,
    queuedExecutions: null,
  };
}

type Held = JobRecord | TaskRecord | ExecutionRecord | ComputeNodeRecord;

export function batchOf(records: readonly Held[], over: Partial<ChangeBatch> = {}): ChangeBatch {
  return {
    jobs: records.filter((record) => record.kind === 'job'),
    tasks: records.filter((record) => record.kind === 'task'),
    executions: records.filter((record) => record.kind === 'execution'),
    computeNodes: records.filter((record) => record.kind === 'computeNode'),
    watermark: 'mark',
    complete: false,
    dropped: NOTHING_DROPPED,
    ...over,
  };
}
