import type { Position, EventLog, EventLogListener, LogEntry, PartitionKey, PartitionWindow } from '../event-log.ts'; // prettier-ignore
import type { WatchedKind } from '../event.ts';
import type { Positions } from '../cursor.ts';
import type { Interest } from '../live.ts';

/** Somebody who is given the events of a kind from some partitions. */
export interface Taker {
  readonly interest: Interest;
  readonly partitions: readonly PartitionKey[];
  /** Called once per entry; true when it was of interest. `dispatch.tails` says where the entry stands. */
  offer(entry: LogEntry): boolean;
  /** Called after all entries of an append were offered, if one was of interest. */
  offered(): void;
  broken(partition: PartitionKey): void;
}

/**
 * The one listener that all feeds have at the log. It knows how far each partition has been told (the tails), which gives
 * the events of all partitions one order for this process, and it hands each event to those whose kind and partition it
 * is of, so that nobody else pays for it.
 */
export class Dispatch implements EventLogListener {
  readonly #log: EventLog;
  readonly #tails = new Map<PartitionKey, Position>();
  readonly #takers = new Map<PartitionKey, Map<WatchedKind, Set<Taker>>>();
  #count = 0;
  #stop: (() => void) | null = null;

  constructor(log: EventLog) {
    this.#log = log;
  }

  /** How far each partition that anybody takes has been told. */
  get tails(): Positions {
    return this.#tails;
  }

  /** The partitions must be open. */
  add(taker: Taker): void {
    // Listening begins before tails are read: what comes in between is recognised by its position.
    this.#stop ??= this.#log.listen(this);
    this.#count++;
    for (const partition of taker.partitions) this.#give(partition, taker);
  }

  /** A taker takes from other partitions than before. */
  moved(taker: Taker, before: readonly PartitionKey[]): void {
    for (const partition of before) {
      if (taker.partitions.includes(partition)) continue;
      this.#takersOf(partition, taker.interest.kind).delete(taker);
      const kinds = this.#takers.get(partition) ?? new Map<WatchedKind, Set<Taker>>();
      if ([...kinds.values()].some((takers) => takers.size > 0)) continue;
      // Nobody follows it any more: whoever takes from it next has to look anew how far it has come.
      this.#takers.delete(partition);
      this.#tails.delete(partition);
    }
    for (const partition of taker.partitions) if (!before.includes(partition)) this.#give(partition, taker);
  }

  remove(taker: Taker): void {
    this.#count--;
    for (const partition of taker.partitions) this.#takersOf(partition, taker.interest.kind).delete(taker);
    if (this.#count > 0) return;
    this.#stop?.();
    this.#stop = null;
    this.#tails.clear();
    this.#takers.clear();
  }

  appended(entries: readonly LogEntry[]): void {
    const touched = new Set<Taker>();
    for (const entry of entries) {
      if (!this.#advance(entry)) continue;
      for (const taker of this.#takers.get(entry.partition)?.get(entry.event.kind) ?? []) {
        if (taker.offer(entry)) touched.add(taker);
      }
    }
    for (const taker of touched) taker.offered();
  }

  broken(partition: PartitionKey, window: PartitionWindow): void {
    if (!this.#takers.has(partition)) return;
    this.#break(partition, { epoch: window.epoch, seq: window.lastSeq });
  }

  /** False for an entry that was told before, or that nobody takes. */
  #advance({ partition, position }: LogEntry): boolean {
    if (!this.#takers.has(partition)) return false;
    const tail = this.#tails.get(partition);
    if (tail?.epoch === position.epoch && position.seq <= tail.seq) return false;
    // A log that leaves out entries without a word is not believed: its readers are told that something is missing.
    if (tail?.epoch !== position.epoch || position.seq !== tail.seq + 1) {
      this.#break(partition, { epoch: position.epoch, seq: position.seq - 1 });
    }
    this.#tails.set(partition, position);
    return true;
  }

  #break(partition: PartitionKey, begin: Position): void {
    this.#tails.set(partition, begin);
    for (const takers of this.#takers.get(partition)?.values() ?? []) {
      for (const taker of takers) taker.broken(partition);
    }
  }

  #give(partition: PartitionKey, taker: Taker): void {
    if (!this.#tails.has(partition)) this.#readTail(partition);
    this.#takersOf(partition, taker.interest.kind).add(taker);
  }

  #readTail(partition: PartitionKey): void {
    const window = this.#log.window(partition);
    if (window !== null) this.#tails.set(partition, { epoch: window.epoch, seq: window.lastSeq });
  }

  #takersOf(partition: PartitionKey, kind: WatchedKind): Set<Taker> {
    let kinds = this.#takers.get(partition);
    if (kinds === undefined) this.#takers.set(partition, (kinds = new Map()));
    let takers = kinds.get(kind);
    if (takers === undefined) kinds.set(kind, (takers = new Set()));
    return takers;
  }
}
