import { encodeCursor, type Positions } from '../cursor.ts';
import type { LogEntry, PartitionKey, Position } from '../event-log.ts';
import type { LiveEvent, WatchedRecord } from '../event.ts';
import type { Interest, LiveState } from '../live.ts';
import type { SourceState } from '../message.ts';
import { Delta } from './delta.ts';
import type { Dispatch, Taker } from './dispatch.ts';
import { eventFilter, type Verdict } from './filter-events.ts';

/** A reader as its group sees it. */
export interface GroupMember {
  push(delta: Delta): void;
  /** Something was pushed, and there is no more to push for now. */
  wake(): void;
  broken(partition: PartitionKey): void;
  /** Partitions are not read any more: what waits may be of them. */
  departed(partitions: readonly PartitionKey[]): void;
}

/** What there is, and the place from which deltas go on. */
export interface SharedSnapshot {
  readonly records: readonly WatchedRecord[];
  readonly cursor: string;
}

/**
 * All feeds of one interest. Each event is judged, weighed and positioned once for all of them; members are touched only by
 * events that they will deliver.
 */
export class FeedGroup implements Taker {
  readonly interest: Interest;
  readonly #live: LiveState;
  readonly #dispatch: Dispatch;
  #partitions: readonly PartitionKey[];
  #judge: (event: LiveEvent) => Verdict | null;
  readonly #members = new Set<GroupMember>();
  readonly #onEmpty: () => void;
  /** What was found out about entries of the past: many readers come back at once and read the same. */
  readonly #judged = new WeakMap<LogEntry, Verdict | 'NEITHER'>();
  #snapshot: WeakRef<SharedSnapshot> | null = null;

  /** The partitions must be open. `onEmpty` is called when the last member has left; the group is of no use then. */
  constructor(interest: Interest, live: LiveState, dispatch: Dispatch, onEmpty: () => void) {
    this.interest = interest;
    this.#partitions = live.providersOf(interest);
    this.#live = live;
    this.#dispatch = dispatch;
    this.#onEmpty = onEmpty;
    this.#judge = eventFilter(interest, this.#partitions);
  }

  get partitions(): readonly PartitionKey[] {
    return this.#partitions;
  }

  /**
   * Follows the providers that there are now. Members of a group whose providers are the same as before notice nothing. The
   * partitions must be open.
   */
  follow(): void {
    const before = this.#partitions;
    const now = this.#live.providersOf(this.interest);
    const came = now.filter((partition) => !before.includes(partition));
    const left = before.filter((partition) => !now.includes(partition));
    if (came.length + left.length === 0) return;
    this.#partitions = now;
    this.#judge = eventFilter(this.interest, now);
    this.#dispatch.moved(this, before);
    for (const member of this.#members) {
      if (left.length > 0) member.departed(left);
      for (const partition of came) member.broken(partition);
    }
  }

  /** Those of a reader's partitions that are of no configured provider any more. */
  departed(positions: Positions): PartitionKey[] {
    const all = this.#live.providersOf({ ...this.interest, filter: {} });
    return [...positions.keys()].filter((partition) => !all.includes(partition));
  }

  join(member: GroupMember): void {
    if (this.#members.size === 0) this.#dispatch.add(this);
    this.#members.add(member);
  }

  leave(member: GroupMember): void {
    if (!this.#members.delete(member) || this.#members.size > 0) return;
    this.#dispatch.remove(this);
    this.#onEmpty();
  }

  /** How far the partitions have been told. A copy, which stays as it is. */
  positions(): Map<PartitionKey, Position> {
    const positions = new Map<PartitionKey, Position>();
    for (const partition of this.partitions) {
      const tail = this.#dispatch.tails.get(partition);
      if (tail !== undefined) positions.set(partition, tail);
    }
    return positions;
  }

  cursor(): string {
    return encodeCursor(this.positions());
  }

  sources(): readonly SourceState[] {
    return this.#live.sources(this.interest);
  }

  /**
   * What is there now. The position is taken before: what happens in between is told twice rather than not at all. As long as
   * nothing happens, those who read a snapshot at the same time read the same one.
   */
  snapshot(): SharedSnapshot {
    const cursor = this.cursor();
    const last = this.#snapshot?.deref();
    if (last?.cursor === cursor) return last;
    const snapshot = { cursor, records: this.#live.snapshot(this.interest) };
    this.#snapshot = new WeakRef(snapshot);
    return snapshot;
  }

  /** An entry of the past for one reader who has come as far as `at`; null when it is none of its business. */
  past(entry: LogEntry, at: Positions): Delta | null {
    let verdict = this.#judged.get(entry);
    if (verdict === undefined) this.#judged.set(entry, (verdict = this.#judge(entry.event) ?? 'NEITHER'));
    if (verdict === 'NEITHER') return null;
    const positions = new Map(at);
    // With a single partition there is one cursor per entry, whoever reads it.
    return new Delta(entry, verdict, () => encodeCursor(positions), { shared: this.partitions.length === 1 });
  }

  offer(entry: LogEntry): boolean {
    const verdict = this.#judge(entry.event);
    if (verdict === null) return false;
    const positions = this.positions();
    const delta = new Delta(entry, verdict, () => encodeCursor(positions));
    for (const member of this.#members) member.push(delta);
    return true;
  }

  offered(): void {
    for (const member of this.#members) member.wake();
  }

  broken(partition: PartitionKey): void {
    for (const member of this.#members) member.broken(partition);
  }
}
