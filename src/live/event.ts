/**
 * What changes, pushed. This folder owns the way of an event: the schedule of polls, the difference between two looks, the
 * event log with its window and cursors, and the feeds that subscribers read. It asks providers only through their
 * contract (`changes`, `logs`), never per subscriber. `act/` tells it what it did; `graph/` and `server/` read feeds.
 */
import type { NativeKey, ProviderKey } from '../model/ids.ts';
import type { ComputeNodeRecord, ExecutionRecord, JobRecord, TaskRecord } from '../model/records.ts';
import type { EpochMs } from '../model/time.ts';

/** The kinds of object whose changes are told. */
export const WATCHED_KINDS = ['job', 'task', 'execution', 'computeNode'] as const;
export type WatchedKind = (typeof WATCHED_KINDS)[number];

export type WatchedRecord = JobRecord | TaskRecord | ExecutionRecord | ComputeNodeRecord;

/** POLL: seen by asking. WEBHOOK: the provider told. COMMAND: this gateway did it, and the provider need not show it yet. */
export type SourceMode = 'POLL' | 'WEBHOOK' | 'COMMAND';

interface EventBase {
  readonly provider: ProviderKey;
  readonly kind: WatchedKind;
  readonly key: NativeKey;
  /** When it happened by the provider's clock; null when it does not say. */
  readonly occurredAt: EpochMs | null;
  /** When the gateway noticed, by its own clock. */
  readonly observedAt: EpochMs;
  readonly sourceMode: SourceMode;
  /** Ours, so that it never falls: rises when work that had ended is alive again. 1 for compute nodes. */
  readonly generation: number;
}

/** An object is there now, or is otherwise than it was. */
export interface ChangeEvent extends EventBase {
  readonly type: 'CHANGE';
  /** As it is now, without nested records. */
  readonly record: WatchedRecord;
  /** As it was last told; null for an object that was not known. */
  readonly before: WatchedRecord | null;
  /** The state moved over states that nobody saw. They are not invented. */
  readonly skipped: boolean;
  /** It had ended and lives again: a rerun. */
  readonly reopened: boolean;
}

/** The provider revised how something ended. Not a transition. */
export interface CorrectionEvent extends EventBase {
  readonly type: 'CORRECTION';
  readonly record: WatchedRecord;
  /** As it was told before. */
  readonly before: WatchedRecord;
}

/** An object is no longer there. */
export interface TombstoneEvent extends EventBase {
  readonly type: 'TOMBSTONE';
  /** As it was last seen. */
  readonly before: WatchedRecord;
}

export type LiveEvent = ChangeEvent | CorrectionEvent | TombstoneEvent;

/** Something that must reach every reader, however slow: an end, a revised end, a deletion. */
export function isUnforgettable(event: LiveEvent): boolean {
  if (event.type !== 'CHANGE') return true;
  const { record } = event;
  return record.kind === 'computeNode'
    ? record.status.state === 'CLOSED'
    : record.endedAt !== null || ENDS.has(record.status.state);
}

const ENDS: ReadonlySet<string> = new Set(['SUCCEEDED', 'FAILED', 'CANCELLED', 'SKIPPED']);
