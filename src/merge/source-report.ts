import { GridweaveError, type ErrorCode } from '../model/errors.ts';
import type { EpochMs } from '../model/time.ts';
import type { DroppedRows, FilterName } from '../providers/provider.ts';
import type { Provider } from '../providers/registry.ts';
import type { ReadContext } from './context.ts';

/** What became of one provider's part in a merged answer. */
export const SOURCE_OUTCOMES = [
  'OK',
  'PARTIAL',
  'TIMEOUT',
  'UNAVAILABLE',
  'UNAUTHORIZED',
  'RATE_LIMITED',
  'UNSUPPORTED',
  'SKIPPED',
] as const;
export type SourceOutcome = (typeof SOURCE_OUTCOMES)[number];

export interface SourceReport {
  readonly provider: Provider;
  readonly outcome: SourceOutcome;
  /** Rows of this answer that came from this source. */
  readonly rows: number;
  /** When the oldest answer used was received; null when there was none. */
  readonly observedAt: EpochMs | null;
  /** Filters the provider applied, and filters the gateway applied to what it sent. */
  readonly pushedDown: readonly FilterName[];
  readonly filteredHere: readonly FilterName[];
  readonly dropped: DroppedRows;
  readonly notes: readonly string[];
  readonly error: GridweaveError | null;
}

const OUTCOME_OF: Partial<Record<ErrorCode, SourceOutcome>> = {
  PROVIDER_TIMEOUT: 'TIMEOUT',
  UNAUTHENTICATED: 'UNAUTHORIZED',
  FORBIDDEN: 'UNAUTHORIZED',
  RATE_LIMITED: 'RATE_LIMITED',
  UNSUPPORTED_OPERATION: 'UNSUPPORTED',
};

/** The outcome of a source that failed: PARTIAL when it had already given rows. */
export function outcomeOf(error: GridweaveError | null, rows: number, dropped: DroppedRows): SourceOutcome {
  if (error === null) return dropped.count > 0 ? 'PARTIAL' : 'OK';
  return rows > 0 ? 'PARTIAL' : (OUTCOME_OF[error.code] ?? 'UNAVAILABLE');
}

/** Makes a named failure of whatever was thrown. What is not a GridweaveError is our own fault, and is reported. */
export function sourceFailure(thrown: unknown, provider: Provider, ctx: ReadContext): GridweaveError {
  if (thrown instanceof GridweaveError) return thrown;
  ctx.onFault(thrown);
  return new GridweaveError('INTERNAL', 'The gateway failed while it read this provider.', {
    provider: provider.key,
    cause: thrown,
  });
}
