import type { EpochMs } from '../model/time.ts';
import type { ProviderKey } from '../model/ids.ts';
import type { ChangeEvent, CorrectionEvent, TombstoneEvent, WatchedRecord } from './event.ts';

/** Where a subscriber begins. */
export type Start = 'SNAPSHOT' | 'NOW' | 'AFTER';

/** What to do when a position cannot be served: start over with a snapshot, or end the subscription. */
export type OnGap = 'RESNAPSHOT' | 'FAIL';

/** How much of one provider a snapshot holds. */
export interface SourceState {
  readonly provider: ProviderKey;
  /** COMPLETE: everything that has not ended, and what ended lately. PARTIAL: not all could be read. NONE: nothing yet. */
  readonly completeness: 'COMPLETE' | 'PARTIAL' | 'NONE';
  /** When the provider was last read successfully; null when never. */
  readonly readAt: EpochMs | null;
  /** Code of the error that the last poll ended with; null when it went well. */
  readonly errorCode: string | null;
}

/** POSITION: the cursor is older than the window. EPOCH: continuity was lost (a restart, a long outage). OVERFLOW: the reader was too slow. */
export type GapReason = 'POSITION' | 'EPOCH' | 'OVERFLOW';

/**
 * What a subscriber is sent. `cursor` is exclusive: resuming after it gives what comes next, never this message again. It is
 * null within a snapshot, as half a snapshot is no place to resume from.
 */
export type LiveMessage =
  | { readonly type: 'SNAPSHOT'; readonly cursor: null; readonly record: WatchedRecord }
  | { readonly type: 'SNAPSHOT_END'; readonly cursor: string; readonly sources: readonly SourceState[] }
  | {
      readonly type: 'CHANGE';
      readonly cursor: string;
      readonly event: ChangeEvent;
      /** False: the object matched the filter before and does not any more. It will not be told of again until it does. */
      readonly matches: boolean;
      /** Older changes of this object that this one took the place of, because the reader was slow. */
      readonly coalesced: number;
    }
  | {
      readonly type: 'CORRECTION';
      readonly cursor: string;
      readonly event: CorrectionEvent;
      readonly matches: boolean;
    }
  | { readonly type: 'TOMBSTONE'; readonly cursor: string; readonly event: TombstoneEvent }
  | {
      readonly type: 'BOOKMARK';
      readonly cursor: string;
      readonly at: EpochMs;
      readonly sources: readonly SourceState[];
      /** Set on the last message before the server ends the stream: resume elsewhere, or later, with the cursor. */
      readonly closing: boolean;
    }
  | {
      readonly type: 'GAP';
      /** From where deltas go on when no snapshot follows. */
      readonly cursor: string;
      readonly reason: GapReason;
      readonly partitions: readonly ProviderKey[];
      /** The cursor that could not be served; null for an overflow. */
      readonly from: string | null;
    };
