import { encodeCursor, type Positions } from '../cursor.ts';
import type { EventLog, LogEntry, PartitionKey, Position } from '../event-log.ts';
import type { GapReason } from '../message.ts';
import type { Delta } from './delta.ts';

/** Entries read from the log at a time: as many are in memory for a reader that is catching up, and shared by all who are. */
const CHUNK = 256;

/** Partitions whose past cannot be had. */
export interface LostPast {
  readonly reason: Extract<GapReason, 'POSITION' | 'EPOCH'>;
  readonly partitions: readonly PartitionKey[];
}

/** Looks whether the log can go on from all of these positions; null when it can. A partition without one has no past. */
export async function lostPast(
  log: EventLog,
  partitions: readonly PartitionKey[],
  positions: Positions,
): Promise<LostPast | null> {
  const lost = await Promise.all(
    partitions.map(async (partition): Promise<LostPast | null> => {
      const position = positions.get(partition);
      if (position === undefined) return { reason: 'EPOCH', partitions: [partition] };
      const answer = await log.read(partition, position, 1);
      return answer.outcome === 'GAP' ? { reason: spoken(answer.reason), partitions: [partition] } : null;
    }),
  );
  const found = lost.filter((one) => one !== null);
  if (found.length === 0) return null;
  return {
    // A lost epoch says more than a position that is too old: it is named when both happened.
    reason: found.some((one) => one.reason === 'EPOCH') ? 'EPOCH' : 'POSITION',
    partitions: found.flatMap((one) => one.partitions),
  };
}

function spoken(reason: 'EPOCH' | 'TRIMMED' | 'AHEAD'): LostPast['reason'] {
  return reason === 'EPOCH' ? 'EPOCH' : 'POSITION';
}

/**
 * One reader's way from a stored position to where its queue begins. Read from the log a chunk at a time, and only as fast as
 * the reader takes; partitions one after the other, as there is no order between them.
 */
export class CatchUp {
  readonly #log: EventLog;
  readonly #at: Map<PartitionKey, Position>;
  readonly #until: Positions;
  readonly #deltaOf: (entry: LogEntry, at: Positions) => Delta | null;
  readonly #behind: PartitionKey[];
  #chunk: Delta[] = [];
  #taken = 0;
  #stopped = false;

  /** From the positions to `until`, which names the partitions; `deltaOf` leaves out what is not of interest. */
  constructor(
    log: EventLog,
    from: Positions,
    until: Positions,
    deltaOf: (entry: LogEntry, at: Positions) => Delta | null,
  ) {
    this.#log = log;
    this.#until = until;
    this.#deltaOf = deltaOf;
    this.#at = new Map([...until].map(([partition, end]) => [partition, from.get(partition) ?? end]));
    this.#behind = [...until.keys()].filter((partition) => this.#distance(partition) > 0);
  }

  /** Deltas that can be taken now. */
  get waiting(): number {
    return this.#chunk.length - this.#taken;
  }

  /** Everything was read and taken. */
  get done(): boolean {
    return this.waiting === 0 && this.#behind.length === 0;
  }

  /** How far everything was taken; only meaningful while nothing waits. */
  cursor(): string {
    return encodeCursor(this.#at);
  }

  shift(): Delta | null {
    return this.#chunk[this.#taken++] ?? this.#emptied();
  }

  /** Reads on until something waits or there is nothing more. Says so when the past was lost on the way. */
  async fill(): Promise<LostPast | null> {
    while (this.waiting === 0 && !this.#stopped) {
      const partition = this.#behind[0];
      if (partition === undefined) return null;
      const lost = await this.#readChunk(partition);
      if (lost !== null) return lost;
      if (this.#distance(partition) <= 0) this.#behind.shift();
    }
    return null;
  }

  stop(): void {
    this.#stopped = true;
  }

  async #readChunk(partition: PartitionKey): Promise<LostPast | null> {
    const position = this.#at.get(partition)!;
    const answer = await this.#log.read(partition, position, Math.min(CHUNK, this.#distance(partition)));
    if (answer.outcome === 'GAP') return { reason: spoken(answer.reason), partitions: [partition] };
    // Nothing there, though more was told of: as good as lost.
    if (answer.entries.length === 0) return { reason: 'POSITION', partitions: [partition] };
    for (const entry of answer.entries) {
      this.#at.set(partition, entry.position);
      const delta = this.#deltaOf(entry, this.#at);
      if (delta !== null) this.#chunk.push(delta);
    }
    return null;
  }

  #distance(partition: PartitionKey): number {
    return this.#until.get(partition)!.seq - this.#at.get(partition)!.seq;
  }

  #emptied(): null {
    this.#chunk = [];
    this.#taken = 0;
    return null;
  }
}
