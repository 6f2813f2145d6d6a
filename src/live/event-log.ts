import type { ProviderKey } from '../model/ids.ts';
import type { EpochMs } from '../model/time.ts';
import type { LiveEvent } from './event.ts';

/** The events of one provider, in the order they were noticed: orders are kept within a partition and nowhere else. */
export type PartitionKey = ProviderKey;

/**
 * A place in one partition: "everything up to and including `seq`". A new epoch begins when the log cannot vouch for
 * what happened since the old one (a restart without a file, a poller that lost its thread): positions of an older
 * epoch cannot be served.
 */
export interface Position {
  readonly epoch: string;
  /** From 1; 0 is before the first. Without holes within an epoch. */
  readonly seq: number;
}

export interface LogEntry {
  readonly partition: PartitionKey;
  readonly position: Position;
  readonly event: LiveEvent;
  /** When it was appended. */
  readonly at: EpochMs;
}

/** What part of a partition can be read. */
export interface PartitionWindow {
  readonly epoch: string;
  /** The oldest `seq` that can be read; `lastSeq` + 1 when none can. A position from `firstSeq` - 1 on can be served. */
  readonly firstSeq: number;
  readonly lastSeq: number;
  /** When the oldest entry was appended; null when there is none. */
  readonly oldestAt: EpochMs | null;
  readonly bytes: number;
}

/** Entries in order, or why they cannot be had. */
export type ReadAnswer =
  | { readonly outcome: 'ENTRIES'; readonly entries: readonly LogEntry[] }
  /** EPOCH: the position is of another epoch. TRIMMED: what follows it has left the window. AHEAD: nobody ever gave it out. */
  | { readonly outcome: 'GAP'; readonly reason: 'EPOCH' | 'TRIMMED' | 'AHEAD' };

/**
 * Where events are kept for a while. Backends: an in-process ring, the same with a file behind it; every backend passes
 * one contract suite. An append is visible to `read` and told to listeners before its promise resolves.
 */
export interface EventLog {
  /** Opens a partition, or takes up the one a file kept. Idempotent. */
  open(partition: PartitionKey): Promise<PartitionWindow>;
  append(partition: PartitionKey, events: readonly LiveEvent[]): Promise<readonly LogEntry[]>;
  /** Begins a new epoch: what happened since the last event cannot be vouched for. Listeners are told. */
  breakEpoch(partition: PartitionKey): Promise<PartitionWindow>;
  window(partition: PartitionKey): PartitionWindow | null;
  /** Up to `limit` entries strictly after a position. */
  read(partition: PartitionKey, after: Position, limit: number): Promise<ReadAnswer>;
  /** Told every append in order, and every new epoch. Returns how to stop. Must not throw. */
  listen(listener: EventLogListener): () => void;
  /** How much is kept for how long. */
  readonly retention: { readonly events: number; readonly bytes: number };
  close(): Promise<void>;
}

export interface EventLogListener {
  appended(entries: readonly LogEntry[]): void;
  broken(partition: PartitionKey, window: PartitionWindow): void;
}
