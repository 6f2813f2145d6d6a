import { randomBytes } from 'node:crypto';
import type { EpochMs } from '../../model/time.ts';
import type { LogEntry, PartitionKey, PartitionWindow, Position, ReadAnswer } from '../event-log.ts';
import type { LiveEvent } from '../event.ts';
import { Deque } from './deque.ts';

/** An event with what a log adds to it. */
export interface Arrival {
  readonly event: LiveEvent;
  readonly at: EpochMs;
  /** What it counts for in the retention. */
  readonly bytes: number;
}

interface Kept {
  readonly entry: LogEntry;
  readonly bytes: number;
}

/** A name that no epoch of this partition had before: 48 random bits. */
export function newEpoch(): string {
  return randomBytes(6).toString('base64url');
}

/** The window of one partition, in memory. */
export class Partition {
  readonly key: PartitionKey;
  readonly #kept = new Deque<Kept>();
  #epoch: string;
  #lastSeq: number;
  #bytes = 0;

  /** `lastSeq`: how far the epoch has come already, when it is taken up from somewhere. */
  constructor(key: PartitionKey, epoch: string, lastSeq = 0) {
    this.key = key;
    this.#epoch = epoch;
    this.#lastSeq = lastSeq;
  }

  get epoch(): string {
    return this.#epoch;
  }

  get lastSeq(): number {
    return this.#lastSeq;
  }

  get firstSeq(): number {
    return this.#lastSeq - this.#kept.length + 1;
  }

  get events(): number {
    return this.#kept.length;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get window(): PartitionWindow {
    return {
      epoch: this.#epoch,
      firstSeq: this.firstSeq,
      lastSeq: this.#lastSeq,
      oldestAt: this.#kept.at(0)?.entry.at ?? null,
      bytes: this.#bytes,
    };
  }

  append({ event, at, bytes }: Arrival): LogEntry {
    this.#lastSeq += 1;
    const position = { epoch: this.#epoch, seq: this.#lastSeq };
    const entry = { partition: this.key, position, event, at };
    this.#kept.push({ entry, bytes });
    this.#bytes += bytes;
    return entry;
  }

  /** Lets the oldest entry go. Returns its bytes; 0 when there is none. */
  trimOldest(): number {
    const bytes = this.#kept.shift()?.bytes ?? 0;
    this.#bytes -= bytes;
    return bytes;
  }

  /** Lets everything go, and goes on from `lastSeq` of an epoch. */
  restart(epoch: string, lastSeq = 0): void {
    this.#kept.clear();
    this.#bytes = 0;
    this.#epoch = epoch;
    this.#lastSeq = lastSeq;
  }

  read(after: Position, limit: number): ReadAnswer {
    if (after.epoch !== this.#epoch) return { outcome: 'GAP', reason: 'EPOCH' };
    // What is not a whole number from 0 was not given out either.
    if (!Number.isSafeInteger(after.seq) || after.seq < 0 || after.seq > this.#lastSeq) {
      return { outcome: 'GAP', reason: 'AHEAD' };
    }
    const index = after.seq + 1 - this.firstSeq;
    if (index < 0) return { outcome: 'GAP', reason: 'TRIMMED' };
    return { outcome: 'ENTRIES', entries: this.#kept.slice(index, limit).map((kept) => kept.entry) };
  }
}
