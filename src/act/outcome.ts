import type { FieldVerdict } from '../model/actions.ts';
import type { GridweaveError } from '../model/errors.ts';
import type { NativeKey, ProviderKey } from '../model/ids.ts';
import type { JobRecord } from '../model/records.ts';
import type { WorkRecord } from '../providers/acting.ts';
import type { FieldProblem } from './problems.ts';

/** Why something was not done, or not for certain. */
export type Refusal =
  /** A field is wrong in itself. Nothing was sent. */
  | { readonly type: 'INVALID_FIELD'; readonly problem: FieldProblem }
  /** The provider cannot do what a field asks for. Nothing was sent. */
  | { readonly type: 'UNSUPPORTED_FIELD'; readonly problem: FieldProblem }
  | { readonly type: 'FAILED'; readonly error: GridweaveError };

/** CREATED: it is there. PLANNED: it would be sent. REFUSED: it is not there. UNKNOWN: nobody can say yet. */
export type SubmitOutcome = 'CREATED' | 'PLANNED' | 'REFUSED' | 'UNKNOWN';

export interface SubmitResult {
  readonly outcome: SubmitOutcome;
  /** The job was there before this call: an earlier call with the same key made it. */
  readonly replayed: boolean;
  readonly provider: ProviderKey | null;
  /** Every job that came of it; one, wherever the provider does not make several of one submission. */
  readonly keys: readonly NativeKey[];
  /** What is known of them already. */
  readonly records: readonly JobRecord[];
  readonly verdicts: readonly FieldVerdict[];
  /** For people: what else is to be known, the provider's warnings included. */
  readonly notes: readonly string[];
  readonly refusals: readonly Refusal[];
}

/** DONE: the provider does it. ALREADY: it was so. REFUSED: nothing was changed. UNKNOWN: nobody can say yet. */
export type ActionOutcome = 'DONE' | 'ALREADY' | 'REFUSED' | 'UNKNOWN';

export interface ActionResult {
  readonly outcome: ActionOutcome;
  /** As readers see it now; null when it is gone, or never was there. */
  readonly record: WorkRecord | null;
  readonly error: GridweaveError | null;
}

/** Nothing was done for the given reasons. */
export function refusedSubmit(refusals: readonly Refusal[], known: Partial<SubmitResult> = {}): SubmitResult {
  return {
    outcome: 'REFUSED',
    replayed: false,
    provider: null,
    keys: [],
    records: [],
    verdicts: [],
    notes: [],
    ...known,
    refusals,
  };
}
