/**
 * The half of the provider contract that changes something at a provider. `act/` is its only caller, and decides
 * everything about repeating: an adapter makes each call once, and says honestly what it knows of the outcome.
 */
import type { Action, FieldVerdict } from '../model/actions.ts';
import type { GridweaveError } from '../model/errors.ts';
import type { NativeKey } from '../model/ids.ts';
import type { JobSpec } from '../model/job-spec.ts';
import type { ExecutionRecord, JobRecord, TaskRecord } from '../model/records.ts';
import type { State } from '../model/state.ts';
import type { EpochMs } from '../model/time.ts';
import type { CallContext } from '../upstream/types.ts';

/** The kinds of work that an action can be taken on. */
export type WorkKind = 'job' | 'task' | 'execution';
export type WorkRecord = JobRecord | TaskRecord | ExecutionRecord;

/** JSON that outlives the process: what an adapter wants to find again. Never holds a secret, nor a value of `env`. */
export type Memo = { readonly [member: string]: MemoValue };
type MemoValue = string | number | boolean | null | readonly MemoValue[] | Memo;

/** What to submit. Checked by `act/`: every field is well-formed in itself. */
export interface SubmitRequest {
  readonly spec: JobSpec;
  /** Null: the provider's default. */
  readonly project: NativeKey | null;
  /** What this kind alone knows, as its `extension.ts` describes it; absent members are undefined. Null when not given. */
  readonly extension: object | null;
}

/**
 * What an object at a provider is recognised by. It is put on the object itself (label, tag, name, shortname), so that a
 * create whose answer was lost can be looked up, today or after a restart.
 */
export interface SubmissionStamp {
  /** 26 characters of a-z and 2-7, made of the idempotency key: the same key at the same provider, the same id. */
  readonly id: string;
  /** 16 hexadecimal digits, made of everything that was asked for: tells "the same again" from "something else". */
  readonly specHash: string;
}

/** What would become of a request: decided without any call, and without a lock on anything. */
export interface SubmissionPlan {
  /** One for each field that was given, in the order of the input. Anything REFUSED means that nothing may be sent. */
  readonly verdicts: readonly FieldVerdict[];
  /** What else the caller should know: "the name becomes embed-ab12…". */
  readonly notes: readonly string[];
}

/**
 * CREATED: the provider said so. EXISTS: it refused because an object with this stamp is there already: look it up.
 * REFUSED: it did not and will not create anything for this call. UNKNOWN: it may or may not have.
 */
export type SubmitAnswer =
  | Created
  | { readonly outcome: 'EXISTS' }
  | { readonly outcome: 'REFUSED'; readonly error: GridweaveError }
  | { readonly outcome: 'UNKNOWN'; readonly error: GridweaveError };

export interface Created {
  readonly outcome: 'CREATED';
  /** At least one; what is known of the jobs now, made of the answer and of what was sent. */
  readonly records: readonly JobRecord[];
  /** Handed back by `restore` and `find`. Null when there is nothing to remember. */
  readonly memo: Memo | null;
  /** The provider's own words, for people. */
  readonly warnings: readonly string[];
}

/** What is looked for after an answer was lost. Everything in it outlives a restart. */
export interface FindTarget {
  readonly stamp: SubmissionStamp;
  /** The name in the specification. */
  readonly name: string;
  readonly project: NativeKey | null;
  /** Only for a rerun: the job, and its generation before. */
  readonly rerunOf: { readonly key: NativeKey; readonly generation: number } | null;
  /** When the create was last sent; after a lost answer, when it had left at the latest. */
  readonly sentAt: EpochMs;
}

/** ABSENT: a complete look found none. `specHash` is null when the object does not carry one. */
export type FindAnswer =
  | { readonly outcome: 'FOUND'; readonly records: readonly JobRecord[]; readonly specHash: string | null }
  | { readonly outcome: 'ABSENT' };

/** How far "submit once" can be kept at this provider. */
export interface SubmissionTraits {
  /**
   * ENFORCED: the provider itself refuses a second object with the same stamp. LOOKUP: it does not, but an object can be
   * found by its stamp. NONE: neither, so that a lost answer stays unknown for ever.
   */
  readonly once: 'ENFORCED' | 'LOOKUP' | 'NONE';
  /** How long after its creation an object may be missing from lookups, in milliseconds. */
  readonly visibleAfterMs: number;
  /** LOOKUP only: how long a call that was never answered may still take effect, in milliseconds. */
  readonly settleMs: number;
  /**
   * A second create with the same stamp and another specification would change what the first made, instead of being
   * refused: then it is looked for before every create, not only after a lost answer.
   */
  readonly lookFirst: boolean;
}

/** What an action is taken on: read from the provider a moment ago. */
export interface ActionTarget<R extends WorkRecord = WorkRecord> {
  readonly record: R;
  /** Shown to other users of the provider where it has room for one. */
  readonly reason: string | null;
}

/**
 * DONE: the provider has done it, or accepted it for certain; `state` is what readers should be shown until the provider
 * shows it itself (null for DELETE). ALREADY: it was so before. REFUSED: not done, and why. UNKNOWN: no answer.
 */
export type ActionAnswer =
  | { readonly outcome: 'DONE'; readonly state: State | null }
  | { readonly outcome: 'ALREADY' }
  | { readonly outcome: 'REFUSED'; readonly error: GridweaveError }
  | { readonly outcome: 'UNKNOWN'; readonly error: GridweaveError };

/** What was submitted before the process started. */
export interface RestoredSubmission {
  readonly keys: readonly NativeKey[];
  readonly memo: Memo | null;
  readonly submittedAt: EpochMs;
}

/** What an adapter can do. Calls reject only with CANCELLED, CALL_BUDGET_EXCEEDED, or for a fault of ours. */
export interface ActingCalls {
  /** Null when nothing can be submitted. May change once the provider's version is known. */
  readonly submission: SubmissionTraits | null;
  /** What can ever be done, by kind; `allowed` says what can be done now. */
  readonly actions: Readonly<Partial<Record<WorkKind, readonly Action[]>>>;
  /** What this object's state, as it was read, lets be done to it. Pure, and cheap: asked for every row of a list. */
  allowed(record: WorkRecord): readonly Action[];
  /** Judges a request. Pure: no call, no side effect. */
  plan(request: SubmitRequest): SubmissionPlan;
  /** One create, sent once. The request has passed `plan`. */
  submit(request: SubmitRequest, stamp: SubmissionStamp, ctx: CallContext): Promise<SubmitAnswer>;
  /** Looks for what a create may have made. Rejects when the provider could not be asked. */
  find(target: FindTarget, ctx: CallContext): Promise<FindAnswer>;
  /** Takes one action on many objects of one kind; answers by key. */
  act(
    action: Exclude<Action, 'RERUN'>,
    targets: readonly ActionTarget[],
    ctx: CallContext,
  ): Promise<ReadonlyMap<NativeKey, ActionAnswer>>;
  /** Runs a job again, sent once: as a new generation of it, or as a new job that carries the stamp. */
  rerun(target: ActionTarget<JobRecord>, stamp: SubmissionStamp, ctx: CallContext): Promise<SubmitAnswer>;
  /** Where a rerun cannot be told apart as well as a submission can. Absent: the traits of `submission`. */
  readonly rerunTraits?: SubmissionTraits;
  /** Only where the provider lists nothing: takes up again what was submitted before a restart. */
  restore?(submissions: readonly RestoredSubmission[]): void;
}
