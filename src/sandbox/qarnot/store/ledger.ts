import type { SimJob } from '../../world/types.ts';
import type { JsonObject } from '../wire/json.ts';

/** A snapshot somebody asked for. */
export interface SnapshotRequest {
  readonly id: string;
  readonly at: number;
  readonly config: JsonObject;
}

/** What is known of a task beside what the world simulates. */
export interface TaskFacts {
  readonly uuid: string;
  readonly shortname: string;
  /** The creation fields as they are echoed, in response spelling. */
  readonly fields: JsonObject;
  /** The instance id of each of the world's indexes. */
  readonly instanceIds: readonly number[];
  readonly projectUuid: string;
  readonly poolUuid: string | null;
  readonly jobUuid: string | null;
  /** When it was created here; null where the world's own date counts. */
  readonly createdAt: number | null;
  /** When somebody last changed it through the API, in epoch milliseconds. */
  readonly changedAt: number | null;
  readonly deletingSince: number | null;
  /** Set when this emulator, not the world, decided that it fails. */
  readonly failure: { readonly code: string; readonly message: string } | null;
  /** A task that waits for others and is not in the world yet, or never will be. */
  readonly held: SimJob | null;
  readonly snapshots: readonly SnapshotRequest[];
}

/** What is known of a pool beside its nodes. */
export interface PoolFacts {
  readonly uuid: string;
  readonly shortname: string;
  readonly fields: JsonObject;
  readonly projectUuid: string;
  readonly createdAt: number;
  readonly closingSince: number | null;
  readonly changedAt: number | null;
  /** Nodes of the world, for a pool the world made; null for one that was created here. */
  readonly nodeIds: readonly string[] | null;
}

/** What is known of a job (a group of tasks). */
export interface JobFacts {
  readonly uuid: string;
  readonly shortname: string;
  readonly fields: JsonObject;
  readonly poolUuid: string | null;
  readonly createdAt: number;
  readonly terminatingSince: number | null;
}

/** Everything users did through this emulator that the world has no place for. Objects nobody touched are not in it. */
export interface Ledger {
  readonly tasks: Map<string, TaskFacts>;
  readonly pools: Map<string, PoolFacts>;
  readonly jobs: Map<string, JobFacts>;
  /** Pools and jobs of the world that were deleted here. */
  readonly removed: Set<string>;
  readonly secrets: Map<string, string>;
  /** Counts creations, so that each gets a uuid of its own. */
  readonly created: { count: number };
}

export function createLedger(): Ledger {
  return {
    tasks: new Map(),
    pools: new Map(),
    jobs: new Map(),
    removed: new Set(),
    secrets: new Map(),
    created: { count: 0 },
  };
}
