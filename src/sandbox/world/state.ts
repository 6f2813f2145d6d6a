/** The inside of a site: the same objects the contract shows, writable, and what only the simulation knows. */
import type { LogTail } from './logs/tail.ts';
import type { LogKind } from './logs/kinds.ts';
import type { Random } from './prng.ts';
import { randomOf } from './prng.ts';
import type { Timeline } from './timeline.ts';
import type {
  SimExecution,
  SimGroup,
  SimJob,
  SimJobSpec,
  SimNode,
  SimOutcome,
  SimPool,
  SimEvent,
  SiteName,
  Team,
} from './types.ts';

type Writable<T> = { -readonly [K in keyof T]: T[K] };

export type ExecutionDraft = Writable<SimExecution>;
export type JobDraft = Writable<Omit<SimJob, 'executions' | 'history'>> & {
  executions: ExecutionDraft[];
  history: SimEvent[];
};
export type NodeDraft = Writable<Omit<SimNode, 'running'>> & { running: Set<string> };
export type GroupDraft = Writable<Omit<SimGroup, 'jobIds'>> & { jobIds: string[] };

/** What will happen to one attempt that is left alone; drawn once, when the attempt is made. */
export interface AttemptPlan {
  readonly spec: SimJobSpec;
  readonly logKind: LogKind;
  readonly prepareMs: number;
  readonly runMs: number;
  /** How long the program believes it will take; more than `runMs` when it will not get to its end. */
  readonly expectedMs: number;
  readonly finalizeMs: number;
  readonly outcome: SimOutcome;
  /** The only node it may run on (ops and daemon jobs); null for any. */
  readonly pinnedTo: string | null;
}

export interface Free {
  cpuMillis: number;
  memoryBytes: number;
  diskBytes: number;
  gpus: number;
}

export interface Waiting {
  readonly execution: ExecutionDraft;
  readonly job: JobDraft;
  readonly plan: AttemptPlan;
  /** Set once people have been told why it waits. */
  announced: boolean;
}

/** How the world's own jobs differ from a user's: they vary, and their logs fit what they do. */
export interface JobTraits {
  logKind: LogKind;
  /** Share by which the durations of attempts vary around the fate's; 0 for a user's job. */
  readonly jitter: number;
  /** True for jobs of the world's own teams. */
  readonly simulated: boolean;
}

export interface SiteState {
  readonly name: SiteName;
  readonly seed: number;
  readonly timeline: Timeline;
  readonly teams: readonly Team[];
  readonly nodes: Map<string, NodeDraft>;
  readonly free: Map<string, Free>;
  /** Nodes that were taken away by hand. */
  readonly heldDown: Set<string>;
  readonly pools: Map<string, SimPool>;
  readonly groups: Map<string, GroupDraft>;
  readonly jobs: Map<string, JobDraft>;
  readonly executions: Map<string, ExecutionDraft>;
  readonly traits: Map<string, JobTraits>;
  readonly plans: Map<string, AttemptPlan>;
  readonly logTails: Map<string, LogTail>;
  /** Executions that wait for a node, most urgent first. */
  readonly queue: Waiting[];
  /** Asks for a scheduling pass at the end of the current event. */
  passNeeded: boolean;
  lastJobSeq: number;
  /** How often each name was given to one of the world's own jobs. */
  readonly nameUses: Map<string, number>;
  /** Groups that the simulation opened, and closes once their jobs have ended; users' groups stay open. */
  readonly simulatedGroups: Set<string>;
  /** The simulated group that still gets jobs. */
  growingGroupId: string | null;
  /** Jobs kept at most, unless more than that have not ended. */
  readonly keepJobs: number;
}

/** The stream of one entity of this site. */
export function streamOf(site: SiteState, ...parts: readonly (string | number)[]): Random {
  return randomOf(site.seed, site.name, ...parts);
}

/** Whether a job or an execution in this state has ended. */
export function hasEnded(subject: { readonly state: SimExecution['state'] }): boolean {
  return subject.state === 'succeeded' || subject.state === 'failed' || subject.state === 'cancelled';
}
