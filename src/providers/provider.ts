/**
 * The provider contract. One folder per kind implements it; `merge/`, `graph/` and the contract suite are written
 * against this file alone, and know no provider by name.
 *
 * Adapters are batch-first (many keys in, answers matched by key), decode defensively (an unknown word is UNKNOWN with
 * the raw word kept; a row that cannot be read is dropped and counted, never fatal), and are honest in `capabilities`.
 */
import type { GridweaveError } from '../model/errors.ts';
import type { NativeKey, ProviderKey, RecordKind } from '../model/ids.ts';
import type { Direction, OrderKey } from '../model/order.ts';
import type { ComputeNodeState, JobKind, Origin, RecordOfKind } from '../model/records.ts';
import type { Reason, State } from '../model/state.ts';
import type { Clock, EpochMs } from '../model/time.ts';
import type { CallContext, Upstream } from '../upstream/types.ts';
import type { ActingCalls } from './acting.ts';

/** The orders every list can be read in. Jobs, tasks: creation time. Executions: their job's. Nodes, projects: name. */
export interface ListOrder {
  readonly field: 'CREATED_AT' | 'NAME';
  readonly direction: Direction;
}

/** The order of a kind when none is asked for, and the only field it can be ordered by. */
export const DEFAULT_ORDER: Readonly<Record<RecordKind, ListOrder>> = {
  job: { field: 'CREATED_AT', direction: 'DESC' },
  task: { field: 'CREATED_AT', direction: 'DESC' },
  execution: { field: 'CREATED_AT', direction: 'DESC' },
  computeNode: { field: 'NAME', direction: 'ASC' },
  project: { field: 'NAME', direction: 'ASC' },
};

/** Members are ANDed; the values inside a member are ORed. An absent member filters nothing. */
export interface ListFilter {
  readonly states?: readonly State[];
  readonly nodeStates?: readonly ComputeNodeState[];
  readonly reasons?: readonly Reason[];
  readonly jobKinds?: readonly JobKind[];
  readonly origins?: readonly Origin[];
  /** Native keys of projects of this provider. */
  readonly projects?: readonly NativeKey[];
  readonly labels?: readonly LabelFilter[];
  readonly namePrefix?: string;
  /** Inclusive. */
  readonly createdFrom?: EpochMs;
  /** Exclusive. */
  readonly createdBefore?: EpochMs;
}

/** Every one must match. Without `values` the label only has to be present. */
export interface LabelFilter {
  readonly key: string;
  readonly values?: readonly string[];
}

export type FilterName = keyof ListFilter;

export interface ListQuery {
  /** Continue strictly after the row whose `position` this is; null for the start. */
  readonly after: string | null;
  /** How many rows the caller can use. A page may hold fewer (see `hasMore`), or more. */
  readonly limit: number;
  readonly filter: ListFilter;
  readonly order: ListOrder;
}

export interface ListRow<K extends RecordKind> {
  readonly record: RecordOfKind[K];
  readonly orderKey: OrderKey;
  /** Opaque to everybody but this adapter. Survives a restart of the gateway. */
  readonly position: string;
}

export interface ListPage<K extends RecordKind> {
  /** In the asked order; already filtered by what `pushedDown` names, and by nothing else. */
  readonly rows: readonly ListRow<K>[];
  /** How far the provider's list was read: at least the last row's position. Null when nothing at all was read. */
  readonly endPosition: string | null;
  readonly hasMore: boolean;
  /** Filters that the provider applied itself, exactly. The caller applies all the others. */
  readonly pushedDown: readonly FilterName[];
  readonly dropped: DroppedRows;
  /** When the oldest answer used arrived. */
  readonly observedAt: EpochMs;
  /** Anything a reader of the list must know: "only the newest 500 jobs were searched". */
  readonly notes: readonly string[];
}

/** Rows that could not be read: how many, and up to a few reasons without any content of theirs. */
export interface DroppedRows {
  readonly count: number;
  readonly reasons: readonly string[];
}

/** Answers by key. A key that is missing from `found` is in `missing` with its typed reason. */
export interface Found<T> {
  readonly found: ReadonlyMap<NativeKey, T>;
  readonly missing: ReadonlyMap<NativeKey, GridweaveError>;
}

/** The children of one parent, all of them, oldest first. */
export interface Children<K extends RecordKind> {
  readonly records: readonly RecordOfKind[K][];
  readonly dropped: DroppedRows;
  readonly observedAt: EpochMs;
}

export type LogStream = 'STDOUT' | 'STDERR' | 'COMBINED';

export interface LogRequest {
  readonly stream: LogStream;
  /** Skip this many bytes of the stream's UTF-8 text. */
  readonly afterByte: number;
  /** Keep only the last so many lines of what is left; null keeps all. */
  readonly tailLines: number | null;
  /** Bytes returned at most; more is cut at the front with `end: TRUNCATED` when `tailLines` is set, else at the end. */
  readonly maxBytes: number;
}

export interface LogLine {
  readonly stream: 'STDOUT' | 'STDERR';
  readonly text: string;
}

/**
 * Why a log ends where it does. ENDED: the work ended and this is all of it. OPEN: more may come. GONE: the provider
 * no longer has it. TRUNCATED: the provider, or the size limit, kept only a part. UNAVAILABLE: it exists but could
 * not be read now.
 */
export type LogEnd = 'ENDED' | 'OPEN' | 'GONE' | 'TRUNCATED' | 'UNAVAILABLE';

export interface LogSnapshot {
  /** In the order the provider gives; chunks are joined and split into lines, a last partial line included. */
  readonly lines: readonly LogLine[];
  /** Offset after the last returned byte: pass it as `afterByte` to go on. */
  readonly endByte: number;
  readonly end: LogEnd;
  readonly message: string | null;
  /**
   * True when the last line given has no newline, so that what is written next goes on with it; false when it has one. For
   * a single stream only. Absent: not known.
   */
  readonly openLine?: boolean;
}

/** What an execution can write to. */
export type LogOutput = Exclude<LogStream, 'COMBINED'>;

export interface LogFollowRequest {
  readonly stream: LogStream;
  /** Bytes of each output's own UTF-8 text that need not be told again. */
  readonly after: Readonly<Record<LogOutput, number>>;
}

/** A piece of a log that is being followed: text as the program wrote it, or the word on why there is no more now. */
export type LogPiece =
  | {
      readonly type: 'TEXT';
      readonly output: LogOutput;
      /** Where it begins in its own output, in bytes of UTF-8. */
      readonly atByte: number;
      /** Several lines or half of one; never half of a character. */
      readonly text: string;
    }
  | {
      readonly type: 'END';
      /** OPEN: the log goes on, and is to be asked for again. */
      readonly end: LogEnd;
      readonly message: string | null;
      /** There is more already: it is to be asked for again without delay. Absent means no. */
      readonly more?: boolean;
    };

/** Everything that changed at a provider since a watermark. */
export interface ChangeBatch {
  /** Current records of what changed, possibly repeating some that did not; never all of history. */
  readonly jobs: readonly RecordOfKind['job'][];
  readonly tasks: readonly RecordOfKind['task'][];
  readonly executions: readonly RecordOfKind['execution'][];
  readonly computeNodes: readonly RecordOfKind['computeNode'][];
  /** Hand this back to get what changes next. Made of the provider's own timestamps. */
  readonly watermark: string;
  /** True when this batch is a full sweep: what it does not hold does not exist any more. */
  readonly complete: boolean;
  /**
   * True when changes since the watermark were left out that no later batch will hold: there were more than one batch can
   * read. Only a full sweep can tell then. Absent means no.
   */
  readonly lost?: boolean;
  readonly dropped: DroppedRows;
}

export interface Capabilities {
  /** Kinds of object that can be listed and looked up. */
  readonly kinds: readonly RecordKind[];
  /** Filters the provider applies itself, by kind; the others run in the gateway. */
  readonly filters: Readonly<Partial<Record<RecordKind, readonly FilterName[]>>>;
  readonly logs: 'NONE' | 'SNAPSHOT' | 'FOLLOW';
  readonly changes: 'NONE' | 'SWEEP' | 'DELTA';
  /** True when a running execution's node is told. */
  readonly executionNode: boolean;
  readonly exitCode: boolean;
  readonly cost: boolean;
  /** Most keys that one `get` of this kind turns into one upstream call; 1 when there is no batch endpoint. */
  readonly batch: Readonly<Partial<Record<RecordKind, number>>>;
  /** True when jobs made elsewhere can be taken up by their ids (`importJobs`). Absent means no. */
  readonly imports?: boolean;
  /** Schema coordinates ("Job.priority") that are always null for this provider. */
  readonly neverFilled: readonly string[];
}

export interface ProbeResult {
  readonly reachable: boolean;
  /** As the provider spells it; null when it does not tell. */
  readonly version: string | null;
  readonly latencyMs: number | null;
  /** What the credential may do, as far as it can be found out without side effects: "read jobs", "read nodes" … */
  readonly permissions: readonly { readonly name: string; readonly allowed: boolean | null }[];
  readonly problem: GridweaveError | null;
  readonly notes: readonly string[];
}

/** The kinds of child that can be asked for by parent, many parents at once. */
export interface ChildCalls {
  tasksOfJobs(keys: readonly NativeKey[], ctx: CallContext): Promise<Found<Children<'task'>>>;
  executionsOfJobs(keys: readonly NativeKey[], ctx: CallContext): Promise<Found<Children<'execution'>>>;
  executionsOfTasks(keys: readonly NativeKey[], ctx: CallContext): Promise<Found<Children<'execution'>>>;
}

export interface ProviderAdapter extends ChildCalls {
  /** What this connection can do. May narrow once the version is known. */
  readonly capabilities: Capabilities;
  /** The version last seen in any answer; null before the first. */
  readonly version: string | null;
  probe(ctx: CallContext): Promise<ProbeResult>;
  list<K extends RecordKind>(kind: K, query: ListQuery, ctx: CallContext): Promise<ListPage<K>>;
  get<K extends RecordKind>(
    kind: K,
    keys: readonly NativeKey[],
    ctx: CallContext,
  ): Promise<Found<RecordOfKind[K]>>;
  logs(execution: NativeKey, request: LogRequest, ctx: CallContext): Promise<LogSnapshot>;
  /**
   * Tells a log as raw text, both outputs in the order they were written in: for adapters that can do better than being
   * asked for each output with `logs` again and again. The last piece is an END, perhaps at once, perhaps when the work
   * ends; the caller comes back after OPEN, from where it is. A text may begin before `after`, never behind a hole.
   * Throws like any call; what came before counts. Lets go of everything when its reader stops.
   */
  followLog?(execution: NativeKey, request: LogFollowRequest, ctx: CallContext): AsyncIterable<LogPiece>;
  changes(since: string | null, ctx: CallContext): Promise<ChangeBatch>;
  /**
   * Takes up jobs that were made elsewhere, by the ids the provider gave them: from then on lists and changes hold them.
   * Only for providers that cannot list what there is (`capabilities.imports`). An id that the provider does not confirm
   * is not taken up, and stands in `missing`. Importing a job again changes nothing.
   */
  importJobs?(jobs: readonly JobImport[], ctx: CallContext): Promise<Found<RecordOfKind['job']>>;
  /** Submitting, and acting on what is there. Absent for an adapter that only reads. */
  readonly acting?: ActingCalls;
}

/** A job that was made elsewhere: its id, and what its submitter remembers and the provider does not tell. */
export interface JobImport {
  readonly id: string;
  /** Null or absent: called by its id. */
  readonly name?: string | null;
  /** Its place in lists. Null or absent: when it is imported. */
  readonly submittedAt?: EpochMs | null;
}

/** What an adapter is made from. */
export interface AdapterDeps<Settings> {
  readonly provider: ProviderKey;
  readonly upstream: Upstream;
  readonly settings: Settings;
  readonly clock: Clock;
}
