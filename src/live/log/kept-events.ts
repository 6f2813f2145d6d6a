import type { LogEntry, PartitionKey } from '../event-log.ts';
import { Partition, type Arrival } from './partition.ts';
import type { Retention } from './retention.ts';

/**
 * All partitions in memory, under one retention for all of them together: an operator bounds the memory of the gateway, not of
 * a provider. What is over the limit is taken from the partition that holds the most of it, oldest first, so a provider where
 * much happens shortens its own window and not that of a quiet one. Only an entry that was appended just now is never taken:
 * a single entry larger than the limit is kept until the next one of any partition comes.
 */
export class KeptEvents {
  readonly retention: Retention;
  readonly #partitions = new Map<PartitionKey, Partition>();
  #events = 0;
  #bytes = 0;

  constructor(retention: Retention) {
    this.retention = retention;
  }

  get(key: PartitionKey): Partition | undefined {
    return this.#partitions.get(key);
  }

  /** Adds a partition, empty, that goes on from `lastSeq` of an epoch. */
  add(key: PartitionKey, epoch: string, lastSeq = 0): Partition {
    const partition = new Partition(key, epoch, lastSeq);
    this.#partitions.set(key, partition);
    return partition;
  }

  append(partition: Partition, arrivals: readonly Arrival[]): LogEntry[] {
    const entries = arrivals.map((arrival) => {
      this.#events += 1;
      this.#bytes += arrival.bytes;
      return partition.append(arrival);
    });
    while (this.#events > this.retention.events && this.#trim('events', partition));
    while (this.#bytes > this.retention.bytes && this.#trim('bytes', partition));
    return entries;
  }

  /** Empties a partition, which then goes on from `lastSeq` of an epoch. */
  restart(partition: Partition, epoch: string, lastSeq = 0): void {
    this.#events -= partition.events;
    this.#bytes -= partition.bytes;
    partition.restart(epoch, lastSeq);
  }

  /** False: there is nothing that may go. */
  #trim(measure: 'events' | 'bytes', newest: Partition): boolean {
    let largest: Partition | null = null;
    // Partitions are providers: a handful, so that looking at each is cheaper than keeping them sorted.
    for (const partition of this.#partitions.values()) {
      if (partition.events === 0 || (partition === newest && partition.events === 1)) continue;
      if (largest === null || partition[measure] > largest[measure]) largest = partition;
    }
    if (largest === null) return false;
    this.#events -= 1;
    this.#bytes -= largest.trimOldest();
    return true;
  }
}
