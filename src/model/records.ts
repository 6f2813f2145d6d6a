import type { NativeKey, ProviderKey, RecordKind } from './ids.ts';
import type { StateCounts } from './fold.ts';
import type { Confidence, Reason, State } from './state.ts';
import type { EpochMs } from './time.ts';
import type { Bytes } from './units.ts';

/** What is known about the state of a piece of work. Everything beside `state` explains it; nothing refines it. */
export interface Status {
  readonly state: State;
  readonly reason: Reason | null;
  /** The provider's own words on why, for people. */
  readonly message: string | null;
  /** The provider's word, untouched, and the field it stood in. */
  readonly raw: RawState;
  /** What the provider was asked to bring about, where it says so. */
  readonly desired: 'RUN' | 'STOP' | 'DELETE' | null;
  /** Still running, but not as well as specified. */
  readonly degraded: boolean;
  /** How many parts (executions of a task, tasks of a job) are in each state; null when unknown. */
  readonly counts: StateCounts | null;
  readonly confidence: Confidence;
  /** When this state began, by the provider's clock; null when it does not say. */
  readonly since: EpochMs | null;
}

export interface RawState {
  readonly value: string;
  readonly detail: string | null;
  readonly field: string;
}

/** A label has a key and a value; a bare tag has the value null. */
export interface Label {
  readonly key: string;
  readonly value: string | null;
}

/** How the provider itself names an object, so that nobody has to take an id apart. */
export interface NativeRef {
  /** The provider's word for this kind of object: "job", "task", "pool" … */
  readonly type: string;
  readonly id: string;
}

/** Amounts of compute. Null means "not said"; 0 means none. */
export interface Resources {
  /** Thousandths of a core. */
  readonly cpuMillis: number | null;
  readonly memoryBytes: Bytes | null;
  readonly diskBytes: Bytes | null;
  /** Thousandths of a GPU. */
  readonly gpuMillis: number | null;
}

interface RecordBase {
  readonly provider: ProviderKey;
  readonly key: NativeKey;
  readonly nativeRef: NativeRef;
  readonly name: string;
  /** When the provider's answer that this record was read from arrived, by the gateway's clock. */
  readonly observedAt: EpochMs;
}

interface WorkBase extends RecordBase {
  readonly status: Status;
  /** A rerun keeps the id and opens a new generation; counted from 1. */
  readonly generation: number;
  /** Never falls within a generation; the provider's own counter where it has one, else made of its change time. */
  readonly revision: number;
  readonly createdAt: EpochMs;
  readonly startedAt: EpochMs | null;
  readonly endedAt: EpochMs | null;
}

export const JOB_KINDS = ['BATCH', 'SERVICE', 'DAEMON', 'OPS', 'INTERACTIVE', 'UNKNOWN'] as const;
export type JobKind = (typeof JOB_KINDS)[number];

/** NATIVE: the provider has this object. IMPLICIT: made so that a bare task has a job. DEFAULT: made because the provider has no such thing. */
export type Origin = 'NATIVE' | 'IMPLICIT' | 'DEFAULT';

export interface JobRecord extends WorkBase {
  readonly kind: 'job';
  readonly jobKind: JobKind;
  readonly origin: Origin;
  /** Null when the provider does not say which project the job is in. */
  readonly projectKey: NativeKey | null;
  readonly labels: readonly Label[];
  readonly priority: number | null;
  /** The job's tasks, when the row it was read from holds them all; null means "ask". */
  readonly tasks: readonly TaskRecord[] | null;
}

export interface TaskRecord extends WorkBase {
  readonly kind: 'task';
  readonly jobKey: NativeKey;
  readonly projectKey: NativeKey | null;
  /** How many indexes the task runs; null when every matching node runs one. */
  readonly count: number | null;
  /** What runs it: "docker", "wasm", a Qarnot profile … */
  readonly engine: string | null;
  readonly image: string | null;
  readonly command: readonly string[];
  /** Names only: values may be secrets. */
  readonly environmentNames: readonly string[];
  readonly resources: Resources;
  /** How long one execution may run, in milliseconds; null when unlimited or not said. */
  readonly timeoutMs: number | null;
  readonly labels: readonly Label[];
  /** The task's executions, when the row it was read from holds them all; null means "ask". */
  readonly executions: readonly ExecutionRecord[] | null;
}

export interface OutputPreview {
  readonly stdout: string;
  readonly stdoutTruncated: boolean;
  readonly stderr: string;
  readonly stderrTruncated: boolean;
}

export interface ExecutionRecord extends WorkBase {
  readonly kind: 'execution';
  readonly jobKey: NativeKey;
  readonly taskKey: NativeKey;
  /** The project of its job; null when that is not told. Absent when whoever read it did not look. */
  readonly projectKey?: NativeKey | null;
  /** Which of the task's indexes this runs, from 0. */
  readonly index: number;
  /** Which try of that index this is, from 1. */
  readonly attempt: number;
  /** Null when the provider does not tell where it runs, or it was never placed. */
  readonly nodeKey: NativeKey | null;
  /** Null until it ended, and where the provider does not report one. */
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** What the provider keeps of the output inside the record itself; null when nothing. */
  readonly output: OutputPreview | null;
}

export const COMPUTE_NODE_STATES = [
  'READY',
  'PENDING',
  'DRAINING',
  'OFFLINE',
  'REJECTED',
  'CLOSED',
  'UNKNOWN',
] as const;
export type ComputeNodeState = (typeof COMPUTE_NODE_STATES)[number];

export interface ComputeNodeStatus {
  readonly state: ComputeNodeState;
  readonly message: string | null;
  readonly raw: RawState;
  readonly since: EpochMs | null;
}

/** MACHINE: one host. SLOT: a place of an elastic pool, which may share a host. AGGREGATE: a whole pool. */
export type ComputeNodeKind = 'MACHINE' | 'SLOT' | 'AGGREGATE';

export interface Gpu {
  readonly index: number;
  readonly model: string;
  readonly vendor: string | null;
  readonly memoryBytes: Bytes | null;
}

export interface ComputeNodeRecord extends RecordBase {
  readonly kind: 'computeNode';
  readonly nodeKind: ComputeNodeKind;
  /** The aggregate a slot belongs to. */
  readonly parentKey: NativeKey | null;
  readonly projectKey: NativeKey | null;
  readonly status: ComputeNodeStatus;
  readonly createdAt: EpochMs | null;
  readonly capacity: Resources;
  readonly allocated: Resources;
  readonly available: Resources;
  readonly gpus: readonly Gpu[];
  readonly labels: readonly Label[];
  readonly cpuModel: string | null;
  readonly runningExecutions: number | null;
  readonly queuedExecutions: number | null;
}

export interface QuotaLine {
  /** What is limited: "flex.cores", "onDemand.instances" … */
  readonly name: string;
  readonly limit: number | null;
  readonly used: number | null;
}

export interface ProjectRecord extends RecordBase {
  readonly kind: 'project';
  readonly origin: Origin;
  readonly parentKey: NativeKey | null;
  readonly description: string | null;
  readonly quota: readonly QuotaLine[];
}

export interface RecordOfKind {
  readonly job: JobRecord;
  readonly task: TaskRecord;
  readonly execution: ExecutionRecord;
  readonly computeNode: ComputeNodeRecord;
  readonly project: ProjectRecord;
}

export type AnyRecord = RecordOfKind[RecordKind];
