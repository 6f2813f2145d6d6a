/**
 * What users did here that the world does not keep: what a submission said, who asked for a suspension or a deletion,
 * which projects were added. What runs, and how, is always the world's.
 */
import type { SimJob } from '../world/types.ts';
import type { JsonObject } from './wire/json.ts';
import type { PodRequest } from './workloads/requests.ts';
import type { WorkloadKind } from './workloads/kind.ts';

/** Why a version of a world job continues the workload instead of starting another one. */
export type Continuation = 'resume' | 'update' | 'preempt';

/** One create call. */
export interface Submission {
  readonly kind: WorkloadKind;
  /** The name as asked for; the job has the final one. */
  readonly requestedName: string;
  readonly createdBy: string;
  readonly source: 'Control-plane' | 'Other';
  /** The `spec` (and `masterSpec`…) of the call, echoed by the typed endpoints. Replaced by an update. */
  readonly echo: JsonObject;
  readonly request: PodRequest;
  readonly preemptible: boolean;
  readonly priorityClass: string;
  readonly category: string;
  /** Seconds after its end when it disappears. */
  readonly keptSeconds: number;
  readonly nodePools: readonly string[];
}

/** A project that was created here. */
export interface AddedProject {
  readonly id: string;
  readonly name: string;
  readonly departmentId: string;
  readonly description: string;
  readonly requestedNamespace: string | null;
  readonly createdAt: number;
  readonly createdBy: string;
}

/** What a PUT changed of a project. */
export interface ProjectEdit {
  readonly description?: string;
  readonly resources?: readonly JsonObject[];
  readonly updatedAt: number;
  readonly updatedBy: string;
}

export interface Ledger {
  /** By job id. */
  readonly submissions: Map<string, Submission>;
  /** By job id and version. */
  readonly continuations: Map<string, Continuation>;
  /** Job id and version of stops that are suspensions. */
  readonly suspensions: Set<string>;
  /** When the deletion of a workload was asked for, by workload id. */
  readonly deletions: Map<string, number>;
  /** Jobs seen in the world, so that one that is forgotten there can be shown as deleted here. */
  readonly known: Map<string, SimJob>;
  /** When a forgotten job was missed. */
  readonly forgotten: Map<string, number>;
  readonly addedProjects: Map<string, AddedProject>;
  readonly projectEdits: Map<string, ProjectEdit>;
  /** When the deletion of an added project was asked for, while it still has workloads. */
  readonly projectDeletions: Map<string, number>;
  /** Counts names given and ids made. */
  serial: number;
  /** Counts what changes how a workload's past reads. */
  edition: number;
}

export function createLedger(): Ledger {
  return {
    submissions: new Map(),
    continuations: new Map(),
    suspensions: new Set(),
    deletions: new Map(),
    known: new Map(),
    forgotten: new Map(),
    addedProjects: new Map(),
    projectEdits: new Map(),
    projectDeletions: new Map(),
    serial: 0,
    edition: 0,
  };
}

/** The key of one version of a job. */
export function versionKey(jobId: string, version: number): string {
  return `${jobId}/${version}`;
}
