import type { EventLogListener, PartitionKey, PartitionWindow, Position, ReadAnswer } from '../../src/live/event-log.ts'; // prettier-ignore
import { nameOf } from './events.ts';

/**
 * What a partition ought to hold, said as simply as can be: all names ever appended in the present epoch. How much of it is
 * still in the window is the log's own choice, within its retention; everything else follows.
 */
export class PartitionModel {
  readonly key: PartitionKey;
  epoch: string;
  names: string[] = [];

  constructor(key: PartitionKey, epoch: string) {
    this.key = key;
    this.epoch = epoch;
  }

  restart(epoch: string): void {
    this.epoch = epoch;
    this.names = [];
  }

  /** What must come of reading after a position, given the window that the log says it has. */
  expected(window: PartitionWindow, after: Position, limit: number): { gap: string } | { names: string[] } {
    if (after.epoch !== this.epoch) return { gap: 'EPOCH' };
    if (after.seq > this.names.length) return { gap: 'AHEAD' };
    if (after.seq < window.firstSeq - 1) return { gap: 'TRIMMED' };
    return { names: this.names.slice(after.seq, after.seq + limit) };
  }
}

/** An answer in the words of the model. */
export function inWords(answer: ReadAnswer): { gap: string } | { names: string[] } {
  return answer.outcome === 'GAP'
    ? { gap: answer.reason }
    : { names: answer.entries.map((entry) => nameOf(entry.event)) };
}

/** A reader who lives on what listeners are told alone: what it holds must be what the model holds. */
export class Follower implements EventLogListener {
  readonly names = new Map<PartitionKey, string[]>();

  appended(entries: Parameters<EventLogListener['appended']>[0]): void {
    for (const { partition, position, event } of entries) {
      const names = this.names.get(partition) ?? [];
      if (position.seq !== names.length + 1) throw new Error(`Told of ${String(position.seq)} out of turn.`);
      this.names.set(partition, [...names, nameOf(event)]);
    }
  }

  broken(partition: PartitionKey): void {
    this.names.set(partition, []);
  }
}
