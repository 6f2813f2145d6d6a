import type { EventLog, LogEntry, PartitionKey, Position } from '../../src/live/event-log.ts';
import { isUnforgettable } from '../../src/live/event.ts';

/** An entry that must reach every reader it matches. */
export interface Duty {
  readonly id: string;
  readonly position: Position;
  readonly entry: LogEntry;
}

/** Names a place in a partition. */
export function placeName(partition: PartitionKey, { epoch, seq }: Position): string {
  return `${partition} ${epoch} ${String(seq)}`;
}

/** Everything that was ever appended that must not be forgotten, over all epochs and restarts. */
export class Annals {
  readonly #duties = new Map<PartitionKey, Duty[]>();
  readonly #epochs: string[] = [];
  events = 0;

  /** Listens from now on to a log that nobody was told of, or that was away. */
  async begin(log: EventLog, partitions: readonly PartitionKey[]): Promise<void> {
    for (const partition of partitions) this.#noteEpoch((await log.open(partition)).epoch);
    log.listen({
      appended: (entries) => {
        for (const entry of entries) this.#note(entry);
      },
      broken: (_, window) => {
        this.#noteEpoch(window.epoch);
      },
    });
  }

  duties(partition: PartitionKey): readonly Duty[] {
    return this.#duties.get(partition) ?? [];
  }

  /** Whether what is at the first place happened no later than the second. */
  isUpTo(position: Position, end: Position): boolean {
    if (position.epoch === end.epoch) return position.seq <= end.seq;
    return this.#epochs.indexOf(position.epoch) < this.#epochs.indexOf(end.epoch);
  }

  #noteEpoch(epoch: string): void {
    if (!this.#epochs.includes(epoch)) this.#epochs.push(epoch);
  }

  #note(entry: LogEntry): void {
    this.events++;
    this.#noteEpoch(entry.position.epoch);
    if (!isUnforgettable(entry.event)) return;
    const duties = this.#duties.get(entry.partition) ?? [];
    duties.push({ id: placeName(entry.partition, entry.position), position: entry.position, entry });
    this.#duties.set(entry.partition, duties);
  }
}
