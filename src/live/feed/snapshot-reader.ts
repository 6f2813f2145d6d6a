import type { LiveMessage, SourceState } from '../message.ts';
import type { SharedSnapshot } from './feed-group.ts';

/** A snapshot on its way to one reader: a place in a list that readers share, not a queue of messages. */
export class SnapshotReader {
  readonly #snapshot: SharedSnapshot;
  readonly #sources: readonly SourceState[];
  #given = 0;

  constructor(snapshot: SharedSnapshot, sources: readonly SourceState[]) {
    this.#snapshot = snapshot;
    this.#sources = sources;
  }

  /** Records that were not given yet. */
  get waiting(): number {
    return this.#snapshot.records.length - this.#given;
  }

  /** The next record, and after the last one the end, which is given once. */
  next(): LiveMessage {
    const record = this.#snapshot.records[this.#given];
    if (record === undefined) {
      return { type: 'SNAPSHOT_END', cursor: this.#snapshot.cursor, sources: this.#sources };
    }
    this.#given++;
    return { type: 'SNAPSHOT', cursor: null, record };
  }
}
