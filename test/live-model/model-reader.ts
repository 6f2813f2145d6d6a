import { activeFilters, filterFor, passes } from '../../src/merge/filter.ts';
import { decodeCursor } from '../../src/live/cursor.ts';
import type { PartitionKey, Position } from '../../src/live/event-log.ts';
import type { LiveEvent, WatchedRecord } from '../../src/live/event.ts';
import type { Feed, FeedItem, FeedOpener } from '../../src/live/feed.ts';
import type { Interest } from '../../src/live/live.ts';
import type { GapReason, LiveMessage, OnGap, Start } from '../../src/live/message.ts';
import { placeName, type Annals } from './annals.ts';

/** What a reader does that is not in the promise. */
export class Violation extends Error {
  override readonly name = 'Violation';
}

/**
 * A subscriber as the documentation tells one to be: it keeps a mirror, resumes after the last cursor it was given, and keeps
 * a snapshot apart until its end. Checks with every message what can be checked with it.
 */
export class ModelReader {
  readonly name: string;
  readonly interest: Interest;
  readonly onGap: OnGap;
  /** What it knows of; complete when `isWhole`. */
  mirror = new Map<string, WatchedRecord>();
  isWhole = false;
  cursor: string | null = null;
  feed: Feed | null = null;
  isConnecting = false;
  received = 0;
  readonly gaps: Record<GapReason, number> = { POSITION: 0, EPOCH: 0, OVERFLOW: 0 };
  readonly #annals: Annals;
  readonly #delivered = new Set<string>();
  /** Of each partition, how many duties were found done, or are not its own. */
  readonly #checked = new Map<PartitionKey, number>();
  /** Of each object, the place of the last message about it. */
  #places = new Map<string, Position>();
  #staging: Map<string, WatchedRecord> | null = null;
  #snapshotExpected = false;
  #over = false;

  constructor(name: string, interest: Interest, onGap: OnGap, annals: Annals) {
    this.name = name;
    this.interest = interest;
    this.onGap = onGap;
    this.#annals = annals;
  }

  async connect(feeds: FeedOpener, start: Exclude<Start, 'AFTER'>): Promise<void> {
    this.cut();
    const resumes = this.cursor !== null;
    this.#over = false;
    this.#staging = null;
    this.#snapshotExpected = !resumes && start === 'SNAPSHOT';
    if (!resumes && start === 'NOW') this.#beginAt(null);
    this.isConnecting = true;
    this.feed = await feeds.open({
      ...this.interest,
      start: resumes ? 'AFTER' : start,
      after: this.cursor,
      onGap: this.onGap,
    });
    this.isConnecting = false;
  }

  /** Goes away without a word, as readers do. */
  cut(): void {
    this.feed?.close();
    this.feed = null;
  }

  /** Forgets everything, to begin anew. */
  reset(): void {
    this.cut();
    this.cursor = null;
    this.isWhole = false;
    this.mirror = new Map();
  }

  take(limit: number): number {
    const items = this.feed?.take(limit) ?? [];
    for (const item of items) this.#accept(item);
    if (this.feed?.failure !== null && this.feed !== null)
      this.#violated(`failed: ${this.feed.failure.message}`);
    if (this.feed?.ended === true) this.feed = null;
    return items.length;
  }

  #accept({ message, entry }: FeedItem): void {
    this.received++;
    if (this.#over) this.#violated(`${message.type} came after the end`);
    if (entry !== null && (!('event' in message) || message.event !== entry.event)) {
      this.#violated('a shared entry is not what the message says');
    }
    this.#apply(message);
    if (message.cursor === null) return;
    this.cursor = message.cursor;
    const positions = decodeCursor(message.cursor);
    if (message.type === 'SNAPSHOT_END' || (message.type === 'BOOKMARK' && this.#checked.size === 0)) {
      this.#beginAt(message.cursor);
    } else if (message.type === 'GAP') {
      if (this.onGap === 'FAIL') this.#skip(message.partitions, positions);
      else this.#check(positions);
    } else this.#check(positions);
  }

  #apply(message: LiveMessage): void {
    const isDelta = 'event' in message;
    if (this.#snapshotExpected && isDelta)
      this.#violated(`${message.type} came where a snapshot was to come`);
    switch (message.type) {
      case 'SNAPSHOT':
        if (!this.#snapshotExpected) this.#violated('a snapshot came without a gap');
        this.#staging ??= new Map();
        this.#staging.set(message.record.provider + message.record.key, message.record);
        return;
      case 'SNAPSHOT_END':
        if (!this.#snapshotExpected) this.#violated('a snapshot ended that had not begun');
        this.mirror = this.#staging ?? new Map<string, WatchedRecord>();
        this.isWhole = true;
        this.#staging = null;
        this.#snapshotExpected = false;
        return;
      case 'GAP':
        this.gaps[message.reason]++;
        this.#staging = null;
        if (this.onGap === 'RESNAPSHOT') {
          this.#snapshotExpected = true;
        } else {
          this.#over = true;
          this.isWhole = false;
          this.mirror.clear();
        }
        return;
      case 'BOOKMARK':
        this.#over = message.closing;
        return;
      default:
        this.#applyDelta(message.event, message.cursor, message.type !== 'TOMBSTONE' && message.matches);
    }
  }

  #applyDelta(event: LiveEvent, cursor: string, matches: boolean): void {
    const object = event.provider + event.key;
    const position = decodeCursor(cursor).get(event.provider);
    if (position === undefined) return this.#violated('the cursor of an event does not know its partition');
    const last = this.#places.get(object);
    if (last !== undefined && (last.epoch !== position.epoch || last.seq >= position.seq)) {
      this.#violated(`${object} went back from ${String(last.seq)} to ${String(position.seq)}`);
    }
    this.#places.set(object, position);
    this.#delivered.add(placeName(event.provider, position));
    if (matches && event.type !== 'TOMBSTONE') this.mirror.set(object, event.record);
    else this.mirror.delete(object);
  }

  /** A new beginning: what happened before is not owed any more. Null: nothing is known of where it will be. */
  #beginAt(cursor: string | null): void {
    this.#places = new Map();
    this.#checked.clear();
    if (cursor === null) {
      this.mirror = new Map();
      this.isWhole = false;
      return;
    }
    const positions = decodeCursor(cursor);
    this.#skip([...positions.keys()], positions);
  }

  #skip(partitions: readonly PartitionKey[], positions: ReadonlyMap<PartitionKey, Position>): void {
    this.#places = new Map();
    const rest = [...positions.keys()].filter((partition) => !partitions.includes(partition));
    for (const partition of partitions) {
      const end = positions.get(partition);
      if (end === undefined) continue;
      const duties = this.#annals.duties(partition);
      let index = 0;
      while (index < duties.length && this.#annals.isUpTo(duties[index]!.position, end)) index++;
      this.#checked.set(partition, index);
    }
    this.#check(new Map([...positions].filter(([partition]) => rest.includes(partition))));
  }

  /** Everything that a cursor claims to have told must have been told, or need not have been. */
  #check(positions: ReadonlyMap<PartitionKey, Position>): void {
    for (const [partition, end] of positions) {
      const duties = this.#annals.duties(partition);
      let index = this.#checked.get(partition) ?? duties.length;
      for (; index < duties.length; index++) {
        const duty = duties[index]!;
        if (!this.#annals.isUpTo(duty.position, end)) break;
        if (this.#concerns(duty.entry.event) && !this.#delivered.has(duty.id)) {
          this.#violated(`the cursor claims ${duty.entry.event.type} at ${duty.id}, which was not told`);
        }
      }
      this.#checked.set(partition, index);
    }
  }

  /** Written anew, and not taken from what is tested. */
  #concerns(event: LiveEvent): boolean {
    const filter = filterFor({ key: event.provider }, this.interest.filter);
    if (filter === null || event.kind !== this.interest.kind) return false;
    const looks = event.type === 'TOMBSTONE' ? [event.before] : [event.record, event.before];
    return looks.some((record) => record !== null && passes(record, filter, activeFilters(filter)));
  }

  /** At the end, when everything was taken. */
  compare(truth: readonly WatchedRecord[]): void {
    const real = new Map(truth.map((record) => [record.provider + record.key, record]));
    for (const [object, record] of this.mirror) {
      const other = real.get(object);
      if (other === undefined) this.#violated(`${object} is in the mirror and nowhere else`);
      else if (said(record) !== said(other)) this.#violated(`${object}: ${said(record)} is ${said(other)}`);
    }
    if (!this.isWhole) return;
    for (const object of real.keys()) if (!this.mirror.has(object)) this.#violated(`${object} is not in the mirror`); // prettier-ignore
  }

  #violated(what: string): never {
    throw new Violation(`${this.name} (${JSON.stringify(this.interest)}, ${this.onGap}): ${what}`);
  }
}

function said(record: WatchedRecord): string {
  const more = record.kind === 'job' ? ` ${String(record.generation)} ${JSON.stringify(record.labels)}` : '';
  return record.status.state + more;
}
