import { GridweaveError } from '../../model/errors.ts';
import type { Clock } from '../../model/time.ts';
import type { Positions } from '../cursor.ts';
import type { EventLog, PartitionKey } from '../event-log.ts';
import type { Feed, FeedItem, QueueLimits } from '../feed.ts';
import type { GapReason, LiveMessage, OnGap } from '../message.ts';
import type { Bookmarked } from './bookmarks.ts';
import { CatchUp, lostPast } from './catch-up.ts';
import type { Delta } from './delta.ts';
import type { FeedGroup, GroupMember } from './feed-group.ts';
import { FeedQueue } from './feed-queue.ts';
import { OpenGap } from './open-gap.ts';
import { ReadySignal } from './ready-signal.ts';
import { SnapshotReader } from './snapshot-reader.ts';

export interface FeedParts {
  readonly group: FeedGroup;
  readonly log: EventLog;
  readonly clock: Clock;
  readonly limits: QueueLimits;
  readonly onGap: OnGap;
  /** The position that the reader holds already: what it has if it gets nothing of this feed. */
  readonly claim: string;
  /** Called once, when nothing more will come from outside: lets go of what was held for the feed. */
  readonly release: () => void;
  /** Called once, when the feed has ended. */
  readonly onEnd: () => void;
}

/**
 * One reader. What it is given comes from up to four places, in this order: the past (catch-up), a snapshot, the queue of what
 * happened since, and a gap, after which it starts over. The past and the snapshot are pulled as the reader takes; only the
 * queue is filled from outside, and it is bounded.
 */
export class LiveFeed implements Feed, GroupMember, Bookmarked {
  readonly #parts: FeedParts;
  readonly #queue: FeedQueue;
  readonly #ready: ReadySignal;
  #catchUp: CatchUp | null = null;
  #filling = false;
  /** A snapshot is to be taken when the reader comes for it. */
  #snapshotDue = false;
  #snapshot: SnapshotReader | null = null;
  #gap: OpenGap | null = null;
  /** FIRST: before anything else. */
  #bookmarkDue: 'NO' | 'YES' | 'FIRST' = 'NO';
  /** Set when the feed is to end; the cursor is that of the closing bookmark, null for what was claimed by then. */
  #closing: { readonly cursor: string | null } | null = null;
  /** The cursor of the last message that was taken. */
  #claim: string;
  #gaps = 0;
  #released = false;
  #ended = false;
  #failure: GridweaveError | null = null;

  constructor(parts: FeedParts) {
    this.#parts = parts;
    this.#queue = new FeedQueue(parts.limits);
    this.#claim = parts.claim;
    this.#ready = new ReadySignal(
      () => this.#hasItems(),
      (error) => {
        this.#fail(error);
      },
    );
    parts.group.join(this);
  }

  get failure(): GridweaveError | null {
    return this.#failure;
  }

  get ended(): boolean {
    return this.#ended;
  }

  get stats(): Feed['stats'] {
    const waiting = this.#queue.length + (this.#catchUp?.waiting ?? 0) + (this.#snapshot?.waiting ?? 0);
    return { waiting, coalesced: this.#queue.coalesced, gaps: this.#gaps };
  }

  // How it begins: exactly one of these is called, before anybody else has the feed.

  startWithSnapshot(): void {
    this.#snapshotDue = true;
  }

  startNow(): void {
    this.#claim = this.#parts.group.cursor();
    this.#bookmarkDue = 'FIRST';
  }

  async startAfter(positions: Positions): Promise<void> {
    const { group, log, onGap } = this.#parts;
    this.#catchUp = new CatchUp(log, positions, group.positions(), (entry, at) => group.past(entry, at));
    // What a reader holds of a provider that has been taken out is not told gone one by one.
    const departed = group.departed(positions);
    const held = new Map([...positions].filter(([partition]) => !departed.includes(partition)));
    const lost = await lostPast(log, [...group.partitions, ...departed], held);
    // Drained meanwhile: nothing is read any more.
    if (this.#closing !== null) return;
    if (lost !== null) this.#giveUp(lost.reason, lost.partitions);
    // The cursor of nothing, and there is nobody to ask: half of a snapshot that it may have been sent is not to be kept.
    else if (positions.size === 0 && onGap === 'RESNAPSHOT') this.#giveUp('EPOCH', group.partitions);
    else void this.#fill();
  }

  // What comes from outside.

  push(delta: Delta): void {
    if (this.#snapshotDue || this.#gap !== null) return;
    if (!this.#queue.push(delta)) this.#giveUp('OVERFLOW', this.#parts.group.partitions);
  }

  wake(): void {
    this.#ready.signal();
  }

  broken(partition: PartitionKey): void {
    if (this.#snapshotDue) return;
    // What waits happened before: it is still delivered, and the gap stands behind it.
    this.#openGap('EPOCH', [partition]);
    this.#ready.signal();
  }

  departed(partitions: readonly PartitionKey[]): void {
    if (!this.#snapshotDue) this.#giveUp('EPOCH', partitions);
    this.#ready.signal();
  }

  bookmark(): void {
    if (this.#bookmarkDue === 'NO') this.#bookmarkDue = 'YES';
    this.#ready.signal();
  }

  drain(): void {
    if (this.#ended || this.#closing !== null) return;
    const whole = this.#catchUp === null && this.#snapshot === null && !this.#snapshotDue;
    // A past or a snapshot that was begun is not finished: the reader resumes from what it has.
    if (!whole) this.#drop();
    this.#snapshotDue = false;
    this.#closing = { cursor: whole && this.#gap === null ? this.#parts.group.cursor() : null };
    this.#release();
    this.#ready.signal();
  }

  // What the reader does.

  async next(limit: number): Promise<readonly FeedItem[]> {
    for (;;) {
      const items = this.take(Math.max(1, limit));
      if (items.length > 0 || this.#ended) return items;
      await this.#ready.wait();
    }
  }

  onReady(listener: () => void): void {
    this.#ready.listen(listener);
  }

  take(limit: number): readonly FeedItem[] {
    const items: FeedItem[] = [];
    if (limit < 1 || this.#ended) return items;
    this.#ready.taken();
    // A reader that never catches up has its bookmark in between, with the position that it has reached.
    if (this.#bookmarkDue === 'FIRST' || (this.#bookmarkDue === 'YES' && this.#isBusy(limit))) {
      items.push(this.#bookmarkItem(this.#claim));
    }
    try {
      while (items.length < limit && !this.#ended) {
        const item = this.#nextItem();
        if (item === null) break;
        this.#claim = item.message.cursor ?? this.#claim;
        items.push(item);
        // The snapshot is taken when the reader has taken the gap and comes back for more.
        if (item.message.type === 'GAP') break;
      }
      if (this.#catchUp?.waiting === 0) void this.#fill();
    } catch (error) {
      this.#fail(error);
    }
    return items;
  }

  close(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#drop();
    this.#release();
    this.#parts.onEnd();
    this.#ready.end();
  }

  #hasItems(): boolean {
    if (this.#ended || this.#bookmarkDue === 'FIRST' || this.#closing !== null) return true;
    if (this.#catchUp !== null && !this.#catchUp.done) return this.#catchUp.waiting > 0;
    if (this.#snapshotDue || this.#snapshot !== null || this.#gap !== null) return true;
    return this.#queue.length > 0 || this.#bookmarkDue === 'YES';
  }

  #isBusy(limit: number): boolean {
    return this.#snapshot === null && !this.#snapshotDue && this.stats.waiting >= limit;
  }

  #nextItem(): FeedItem | null {
    if (this.#catchUp !== null) {
      const delta = this.#catchUp.shift();
      if (delta !== null) return delta.item();
      if (!this.#catchUp.done) return null;
      this.#catchUp = null;
    }
    if (this.#snapshotDue) this.#takeSnapshot();
    if (this.#snapshot !== null) {
      const message = this.#snapshot.next();
      if (message.type === 'SNAPSHOT_END') this.#snapshot = null;
      return { message, entry: null };
    }
    const delta = this.#queue.shift();
    if (delta !== null) return delta.item();
    if (this.#gap !== null) return { message: this.#closeGap(this.#gap), entry: null };
    if (this.#closing !== null) return this.#closingItem(this.#closing.cursor ?? this.#claim);
    return this.#bookmarkDue === 'YES' ? this.#bookmarkItem(this.#parts.group.cursor()) : null;
  }

  #takeSnapshot(): void {
    const { group } = this.#parts;
    this.#snapshotDue = false;
    this.#snapshot = new SnapshotReader(group.snapshot(), group.sources());
  }

  async #fill(): Promise<void> {
    const catchUp = this.#catchUp;
    if (catchUp === null || this.#filling) return;
    this.#filling = true;
    try {
      const lost = await catchUp.fill();
      this.#filling = false;
      if (this.#catchUp !== catchUp) return;
      if (lost !== null) this.#giveUp(lost.reason, lost.partitions);
      this.#ready.signal();
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Lets go of all that waits: the reader starts over behind a gap. */
  #giveUp(reason: GapReason, partitions: readonly PartitionKey[]): void {
    this.#drop();
    this.#openGap(reason, partitions);
  }

  #openGap(reason: GapReason, partitions: readonly PartitionKey[]): void {
    const { group } = this.#parts;
    this.#gap ??= new OpenGap(reason);
    this.#gap.widen(partitions, group.positions());
  }

  #closeGap(gap: OpenGap): LiveMessage {
    const { onGap } = this.#parts;
    const message = gap.message(this.#claim, onGap, this.#parts.group.partitions);
    this.#gap = null;
    this.#gaps++;
    if (onGap === 'FAIL') this.close();
    else if (this.#closing === null) this.#snapshotDue = true;
    return message;
  }

  #bookmarkItem(cursor: string, closing = false): FeedItem {
    this.#bookmarkDue = 'NO';
    const { group, clock } = this.#parts;
    return { message: { type: 'BOOKMARK', cursor, at: clock.now(), sources: group.sources(), closing }, entry: null }; // prettier-ignore
  }

  #closingItem(cursor: string): FeedItem {
    const item = this.#bookmarkItem(cursor, true);
    this.close();
    return item;
  }

  #drop(): void {
    this.#catchUp?.stop();
    this.#catchUp = null;
    this.#snapshot = null;
    this.#queue.clear();
  }

  #release(): void {
    if (this.#released) return;
    this.#released = true;
    this.#parts.group.leave(this);
    this.#parts.release();
  }

  #fail(error: unknown): void {
    if (this.#ended) return;
    this.#failure =
      error instanceof GridweaveError
        ? error
        : new GridweaveError('INTERNAL', 'The feed failed. Resume with the cursor of the last message.', {
            cause: error,
          });
    this.close();
  }
}
