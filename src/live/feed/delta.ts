import { isUnforgettable, type ChangeEvent, type LiveEvent } from '../event.ts';
import type { LogEntry } from '../event-log.ts';
import type { FeedItem } from '../feed.ts';
import type { LiveMessage } from '../message.ts';
import { eventBytes } from './event-bytes.ts';
import type { Verdict } from './filter-events.ts';

/**
 * An event on its way to readers of one interest. All live readers of the interest hold the same one, so what it costs to
 * judge it, to weigh it and to name its position is paid once.
 */
export class Delta {
  readonly event: LiveEvent;
  /** Names the object within the interest. */
  readonly object: string;
  /** May give way to a newer change of the same object. */
  readonly forgettable: boolean;
  /** What it is counted as in a queue. */
  readonly bytes: number;

  readonly #entry: LogEntry;
  readonly #verdict: Verdict;
  readonly #coalesced: number;
  readonly #shared: boolean;
  readonly #encodeCursor: () => string;
  #encoded: string | null = null;
  #item: FeedItem | null = null;

  /**
   * `cursor` is asked for when the message is wanted, at most once. `shared`: the cursor is the same for every reader of
   * the interest. `coalesced`: how many older changes it stands for.
   */
  constructor(
    entry: LogEntry,
    verdict: Verdict,
    cursor: () => string,
    own: { readonly event?: LiveEvent; readonly shared?: boolean; readonly coalesced?: number } = {},
  ) {
    this.event = own.event ?? entry.event;
    this.object = `${entry.event.provider}/${entry.event.key}`;
    this.forgettable = !isUnforgettable(this.event);
    this.bytes = eventBytes(entry.event);
    this.#entry = entry;
    this.#verdict = verdict;
    this.#encodeCursor = cursor;
    this.#shared = own.shared ?? true;
    this.#coalesced = own.coalesced ?? 0;
  }

  /**
   * This delta in the place of an older one of the same object that was not delivered. To the reader the object changes
   * from what it was before the older one; positions stay those of the newer, so that nothing undelivered is claimed.
   */
  inPlaceOf(older: Delta): Delta {
    if (this.event.type !== 'CHANGE' || older.event.type !== 'CHANGE') return this;
    return new Delta(this.#entry, this.#verdict, () => this.#cursor(), {
      event: merged(older.event, this.event),
      shared: this.#shared,
      coalesced: this.#coalesced + older.#coalesced + 1,
    });
  }

  item(): FeedItem {
    this.#item ??= {
      message: this.#message(this.#cursor()),
      entry: this.#shared && this.#coalesced === 0 ? this.#entry : null,
    };
    return this.#item;
  }

  #cursor(): string {
    return (this.#encoded ??= this.#encodeCursor());
  }

  #message(cursor: string): LiveMessage {
    const { event } = this;
    const matches = this.#verdict === 'PASSES';
    if (event.type === 'CHANGE')
      return { type: 'CHANGE', cursor, event, matches, coalesced: this.#coalesced };
    if (event.type === 'CORRECTION') return { type: 'CORRECTION', cursor, event, matches };
    return { type: 'TOMBSTONE', cursor, event };
  }
}

function merged(older: ChangeEvent, newer: ChangeEvent): ChangeEvent {
  return {
    ...newer,
    before: older.before,
    skipped: older.skipped || newer.skipped,
    reopened: older.reopened || newer.reopened,
  };
}
