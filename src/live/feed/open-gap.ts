import { decodeCursor, encodeCursor, type Positions } from '../cursor.ts';
import type { PartitionKey, Position } from '../event-log.ts';
import type { GapReason, LiveMessage, OnGap } from '../message.ts';

/** A break in what one reader is told, from when it is noticed until the reader has taken word of it. */
export class OpenGap {
  readonly #reason: GapReason;
  /** The partitions it is about, and from where each can be told again. Nothing after that is part of the gap. */
  readonly #resumeAt = new Map<PartitionKey, Position | undefined>();

  constructor(reason: GapReason) {
    this.#reason = reason;
  }

  /** More of it is found out. */
  widen(partitions: readonly PartitionKey[], tails: Positions): void {
    for (const partition of partitions) {
      if (!this.#resumeAt.has(partition)) this.#resumeAt.set(partition, tails.get(partition));
    }
  }

  /**
   * `claim` is the position of the last message before. A reader that is to have a snapshot keeps it until the snapshot has
   * ended: going away in between and resuming there, it is told of the gap again. `partitions`: all that it reads.
   */
  message(claim: string, onGap: OnGap, partitions: readonly PartitionKey[]): LiveMessage {
    const overflow = this.#reason === 'OVERFLOW';
    return {
      type: 'GAP',
      cursor: onGap === 'RESNAPSHOT' || overflow ? claim : this.#beyond(claim, partitions),
      reason: this.#reason,
      partitions: [...this.#resumeAt.keys()],
      from: overflow ? null : claim,
    };
  }

  /** The claim, with the lost partitions moved to where they can be told again. */
  #beyond(claim: string, partitions: readonly PartitionKey[]): string {
    const claimed = decodeCursor(claim);
    const positions = new Map<PartitionKey, Position>();
    for (const partition of partitions) {
      const position = this.#resumeAt.get(partition) ?? claimed.get(partition);
      if (position !== undefined) positions.set(partition, position);
    }
    return encodeCursor(positions);
  }
}
