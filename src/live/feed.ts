import type { GridweaveError } from '../model/errors.ts';
import type { LogEntry } from './event-log.ts';
import type { Interest } from './live.ts';
import type { LiveMessage, OnGap, Start } from './message.ts';

export interface FeedRequest extends Interest {
  readonly start: Start;
  /** Required with AFTER, refused with the others. */
  readonly after: string | null;
  readonly onGap: OnGap;
}

/** What one subscriber's queue may hold while its socket is not taking anything. */
export interface QueueLimits {
  readonly maxMessages: number;
  readonly maxBytes: number;
}

/**
 * A message and, when it came straight from the log and nothing about it is this reader's own, the entry it came from: all
 * readers of the same interest get an equal message for an equal entry, so that its encoding can be shared.
 */
export interface FeedItem {
  readonly message: LiveMessage;
  readonly entry: LogEntry | null;
}

/**
 * One subscriber's way through the events, pulled: `next` gives the messages that the reader can take now. While it is not
 * called, messages wait in a bounded queue, where newer changes take the place of older ones of the same object; ends,
 * corrections and deletions stay. When even those are too many, the queue is given up for a Gap and a snapshot.
 */
export interface Feed {
  /** Up to `limit` items, at once when there are any, otherwise as soon as there are. An empty list: the feed has ended. */
  next(limit: number): Promise<readonly FeedItem[]>;
  /** Called whenever items are there to take, for readers that are pushed. */
  onReady(listener: () => void): void;
  /** The items that are there now, without waiting. */
  take(limit: number): readonly FeedItem[];
  /** Why it ended; null while it lives, and for an end that was asked for. */
  readonly failure: GridweaveError | null;
  readonly ended: boolean;
  /** Ends it with a closing bookmark still to be taken. */
  drain(): void;
  /** Ends it at once and lets go of everything. Idempotent. */
  close(): void;
  /** For metrics: how many messages wait, how many were coalesced, how many gaps it had. */
  readonly stats: { readonly waiting: number; readonly coalesced: number; readonly gaps: number };
}

/** Opens feeds. Rejects with INVALID_CURSOR or INVALID_ARGUMENT for a request that makes no sense. */
export interface FeedOpener {
  open(request: FeedRequest): Promise<Feed>;
  /** Feeds that are open, for metrics and leak tests. */
  readonly openFeeds: number;
  /** Of all feeds there have been, for metrics; `waiting` is of those that are open. */
  readonly stats: Feed['stats'];
  /** Drains every feed: the gateway is leaving. */
  drainAll(): void;
}
