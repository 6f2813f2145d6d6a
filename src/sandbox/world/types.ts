/**
 * The simulated world behind the emulators: teams submit jobs, nodes run them, some fail, logs grow. It speaks no
 * provider's API; each emulator translates it to one. All of it follows from a seed and an injected clock.
 */
import type { Clock } from '../../model/time.ts';

/** One simulated installation per provider kind; they share the clock and the seed but not their objects. */
export type SiteName = 'bacalhau' | 'qarnot' | 'runai' | 'charity-engine';

export interface World {
  readonly seed: number;
  readonly clock: Clock;
  /** Advances every site to the clock's now. Emulators call it before they answer. */
  sync(): void;
  site(name: SiteName): Site;
}

export interface Site {
  readonly name: SiteName;
  readonly teams: readonly Team[];
  readonly nodes: ReadonlyMap<string, SimNode>;
  readonly pools: ReadonlyMap<string, SimPool>;
  readonly groups: ReadonlyMap<string, SimGroup>;
  /** In order of creation. */
  readonly jobs: ReadonlyMap<string, SimJob>;
  /** Executions of all jobs and versions, by id; in order of creation. */
  readonly executions: ReadonlyMap<string, SimExecution>;
  /** Enters a job as a user would; it is scheduled from now on. An unknown group id opens a group of that id. */
  submit(spec: SimJobSpec, options?: { readonly id?: string; readonly groupId?: string }): SimJob;
  /** Ends a job that has not ended; its executions end shortly after. False when it had ended already. */
  stop(jobId: string, reason: string): boolean;
  /**
   * Opens a new generation of the job: same id, version + 1, and from now on the new spec if one is given. What still
   * runs of the old one is cancelled; its executions are kept.
   */
  rerun(jobId: string, reason: string, spec?: SimJobSpec): boolean;
  /** Forgets a job altogether, ended or not. */
  remove(jobId: string): boolean;
  /** Everything an execution has printed up to now. */
  logOf(execution: SimExecution): readonly SimLogLine[];
  /** Takes a node away, or brings it back; what ran there is lost and tried elsewhere. */
  setNodeUp(nodeId: string, up: boolean): void;
}

export interface Team {
  readonly id: string;
  /** Used as namespace, project or account name: lower-case words with hyphens. */
  readonly name: string;
  readonly title: string;
  readonly members: readonly string[];
}

export interface SimGpu {
  readonly model: string;
  readonly vendor: 'NVIDIA' | 'AMD/ATI' | 'Intel';
  readonly memoryBytes: number;
}

export interface SimNode {
  readonly id: string;
  readonly name: string;
  readonly cpuMillis: number;
  readonly memoryBytes: number;
  readonly diskBytes: number;
  readonly gpus: readonly SimGpu[];
  readonly cpuModel: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly poolId: string | null;
  readonly createdAt: number;
  readonly up: boolean;
  /** Epoch milliseconds of the last change of `up`. */
  readonly upSince: number;
  /** Ids of the executions placed here now. */
  readonly running: ReadonlySet<string>;
}

export interface SimPool {
  readonly id: string;
  readonly name: string;
  readonly team: string;
  readonly profile: string;
  readonly createdAt: number;
  readonly closedAt: number | null;
  readonly nodeIds: readonly string[];
}

/** Jobs that a user keeps together (a Qarnot job). */
export interface SimGroup {
  readonly id: string;
  readonly name: string;
  readonly team: string;
  readonly createdAt: number;
  readonly closedAt: number | null;
  readonly tags: readonly string[];
  readonly jobIds: readonly string[];
}

export type SimJobType = 'batch' | 'service' | 'ops' | 'daemon';

export interface SimJobSpec {
  readonly name: string;
  readonly team: string;
  readonly owner: string;
  readonly type: SimJobType;
  readonly count: number;
  readonly image: string;
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly tags: readonly string[];
  readonly cpuMillis: number;
  readonly memoryBytes: number;
  readonly diskBytes: number;
  readonly gpus: number;
  readonly priority: number;
  readonly poolId: string | null;
  readonly maxRetries: number;
  readonly timeoutMs: number | null;
  /** How it will go: drawn from the seed when the world submits, or derived from the command for a user's job. */
  readonly fate: SimFate;
}

/** What would happen to an execution that is left alone. */
export interface SimFate {
  readonly prepareMs: number;
  readonly runMs: number;
  readonly finalizeMs: number;
  readonly outcome: SimOutcome;
  /** How many first attempts fail before the outcome above is reached. */
  readonly failFirst: number;
}

export type SimOutcome =
  | { readonly kind: 'success' }
  | { readonly kind: 'nonzero'; readonly exitCode: number }
  | {
      readonly kind: 'failure';
      readonly cause: 'oom' | 'timeout' | 'image' | 'input' | 'output' | 'node-lost' | 'unschedulable';
      readonly message: string;
    };

export type SimState =
  'queued' | 'preparing' | 'running' | 'finalizing' | 'succeeded' | 'failed' | 'cancelled';

export interface SimEvent {
  /** Per job, from 1, without holes. */
  readonly seq: number;
  readonly at: number;
  readonly version: number;
  readonly executionId: string | null;
  readonly topic:
    | 'submitted'
    | 'queued'
    | 'requested'
    | 'accepted'
    | 'running'
    | 'finalizing'
    | 'execution-ended'
    | 'job-ended'
    | 'stop-requested'
    | 'rerun'
    | 'retry'
    | 'node-lost';
  readonly message: string;
  readonly details: Readonly<Record<string, string>>;
}

export interface SimJob extends SimJobSpec {
  readonly id: string;
  /** Counts the site's jobs from 1. */
  readonly seq: number;
  readonly groupId: string | null;
  /** From 1; a rerun adds one. */
  readonly version: number;
  /** +1 on every change of the job itself, not of its executions. */
  readonly revision: number;
  readonly state: SimState;
  readonly previousState: SimState | null;
  readonly stateSince: number;
  readonly previousStateSince: number | null;
  /** Why it waits or how it ended, for people; empty when there is nothing to say. */
  readonly message: string;
  readonly createdAt: number;
  readonly modifiedAt: number;
  readonly endedAt: number | null;
  /** When a stop was asked for, in this version; the job ends as cancelled once its executions have. */
  readonly stopRequestedAt: number | null;
  readonly executions: readonly SimExecution[];
  readonly history: readonly SimEvent[];
}

export interface SimExecution {
  readonly id: string;
  readonly jobId: string;
  readonly version: number;
  readonly index: number;
  /** From 1 within (version, index). */
  readonly attempt: number;
  readonly nodeId: string | null;
  readonly state: SimState;
  readonly stateSince: number;
  readonly revision: number;
  readonly createdAt: number;
  readonly modifiedAt: number;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  /** Null until it ended. */
  readonly outcome: SimOutcome | { readonly kind: 'cancelled'; readonly message: string } | null;
}

export interface SimLogLine {
  readonly at: number;
  readonly stream: 'stdout' | 'stderr';
  /** Without its newline. */
  readonly text: string;
}
