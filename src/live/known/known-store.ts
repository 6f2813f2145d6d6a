import type { PartitionKey, Position } from '../event-log.ts';
import type { Picture } from './picture.ts';

/** What was known when a partition had come as far as a position: events after it tell what was known later. */
export interface Known {
  readonly position: Position;
  readonly picture: Picture;
}

/** Where what is known outlives the process. One picture for each partition. */
export interface KnownStore {
  /** Null when there is none, or none that can be believed. Rejects when that cannot be found out. */
  load(partition: PartitionKey): Promise<Known | null>;
  /**
   * Puts a picture in the place of the one before, whole or not at all. `isWanted` is asked while it is being written and last
   * just before it takes its place; false: the picture before stays. Never two at a time for a partition.
   */
  save(partition: PartitionKey, known: Known, isWanted: () => boolean): Promise<boolean>;
  /** Resolves when there is no picture of the partition any more, after a crash of this process either. */
  forget(partition: PartitionKey): Promise<void>;
  /** Resolves when everything is where a crash of the machine cannot reach it. To be called before the log is closed. */
  close(): Promise<void>;
}
