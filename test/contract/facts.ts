import type { NativeKey, RecordKind } from '../../src/model/ids.ts';
import type { AnyRecord, ExecutionRecord, JobRecord, TaskRecord } from '../../src/model/records.ts';
import type { State } from '../../src/model/state.ts';
import type { ChildCalls, DroppedRows, JobImport } from '../../src/providers/provider.ts';
import type { RunningEmulator } from '../../src/sandbox/emulator.ts';
import type { SimExecution, SimJob, SimState, Site } from '../../src/sandbox/world/types.ts';
import type { Credential } from '../../src/upstream/types.ts';
import type { Rig } from './rig.ts';

export type JsonObject = Record<string, unknown>;

/** What the table must know of one provider. Taken from its documentation, never from its adapter. */
export interface ProviderFacts {
  /** Paths of its API, without the query, as they may be sent: each parameter one encoded segment. */
  readonly routes: readonly RegExp[];
  /** Names of the query parameters that may be sent. */
  readonly parameters: readonly string[];
  /** "METHOD /path" of the calls that change nothing. */
  readonly reads: RegExp;
  /** Upstream calls of a first, unfiltered page of up to 100 rows; 0 for what is known without asking. */
  readonly firstPageCalls: Readonly<Record<RecordKind, number>>;
  /** Upstream calls at most for the children of so many parents. */
  readonly childCalls: (call: keyof ChildCalls, parents: number) => number;
  /** Upstream calls at most to look up so many objects that were never seen before. */
  readonly lookupCalls: (kind: RecordKind, keys: number) => number;
  /** Projects are names that exist by being used, so that no name can be said to be missing. */
  readonly anyProjectExists: boolean;
  /** How the standard output and error of one execution come in one text. ONE_STREAM: nobody can tell them apart. */
  readonly combined: 'INTERLEAVED' | 'STDOUT_FIRST' | 'ONE_STREAM';
  /** What can be read of an output after its end: all of it for a while, or only the beginning that the record keeps. */
  readonly endedLogs: 'WHOLE' | 'HEAD';
  /**
   * An execution that waits says which attempt it is. Where the provider only counts what waits, one that lost its place
   * cannot be told from one that never had any.
   */
  readonly waitingAttemptsAreTold: boolean;
  /** Who submits a job may choose its id, of whatever letters. */
  readonly chosenIds: boolean;
  /** Running a job again is a change of that job. Otherwise it is another job, and the first one may be gone. */
  readonly rerunKeepsKey: boolean;
  /** What is removed can be looked up for a while, as work that was deleted. Otherwise it is gone at once. */
  readonly keepsDeleted: boolean;
  /** How long after its submission a job may be missing in lists, in milliseconds. */
  readonly visibleAfterMs: number;
  /** Settings under which the adapter has fewer kinds, and the kinds it then lacks; null when there are none. */
  readonly narrowed: { readonly settings: JsonObject; readonly without: readonly RecordKind[] } | null;
}

/** Records that forged keys can be made from. */
export interface Known {
  readonly jobs: readonly JobRecord[];
  readonly tasks: readonly TaskRecord[];
  readonly executions: readonly ExecutionRecord[];
}

/** Beside the facts, what ties an emulator's wire to the simulated world. */
export interface SimFacts {
  /** Accepted by a guarded emulator. */
  readonly valid: Credential;
  /** Accepted by a guarded emulator, too. */
  readonly other: Credential;
  readonly wrong: Credential;
  /** The text that must never be seen anywhere: the secret of `valid`. */
  readonly secret: string;
  /** The task that a job of the world is shown as. */
  taskKey(job: SimJob): NativeKey;
  /** What the submitter of a job remembers of it, where jobs have to be imported (`capabilities.imports`). */
  remembered?(job: SimJob): JobImport;
  /** The execution of the world that a record shows; null when it is none. */
  executionOf(site: Site, record: ExecutionRecord): SimExecution | null;
  /** Keys in the form of a kind that name nothing: made of ids of other kinds, or of objects that have another key. */
  forgedKeys(kind: RecordKind, known: Known): NativeKey[];
  /** What the provider calls the only execution of a job, and the task it is of, at each stage of the world's. */
  readonly stages: Readonly<
    Record<'execution' | 'task', Readonly<Partial<Record<SimState, readonly State[]>>>>
  >;
  wireLists(rig: Rig): Promise<readonly WireList[]>;
}

/** One list of the provider, as its wire has it, that a case can spoil and serve again. */
export interface WireList {
  readonly kind: RecordKind;
  /** A fault's `match` for the call that reads it. */
  readonly match: string;
  /** Reads the real answer. */
  body(emulator: RunningEmulator): Promise<JsonObject>;
  /** The rows inside the answer; changing the array changes the answer. */
  rows(body: JsonObject): unknown[];
  /** Takes away what a row cannot be read without. */
  breakRow(row: JsonObject): void;
  /** Puts a state word there that no version of the provider has. */
  setUnknownState(row: JsonObject): void;
  /** Reads it through the adapter. */
  read(rig: Rig): Promise<{ readonly records: readonly AnyRecord[]; readonly dropped: DroppedRows }>;
}
