import type { Clock } from '../../model/time.ts';
import type { EventLog, PartitionKey, PartitionWindow, Position } from '../event-log.ts';
import type { KnownStore } from './known-store.ts';
import type { Picture } from './picture.ts';

export interface KnownKeeperDeps {
  readonly partition: PartitionKey;
  readonly store: KnownStore;
  readonly log: EventLog;
  readonly clock: Clock;
  /** All that is known now. */
  readonly picture: () => Picture;
  /** Where the log stands when all that has been told by now is in it; null when that cannot be said. */
  readonly position: () => Promise<Position | null>;
  /** How many partitions share the retention of the log. */
  readonly partitions: () => number;
  readonly onFault: (fault: unknown) => void;
}

/** A picture is renewed when the log has advanced by this share of its window. */
const SHARE = 1 / 3;
/** After a new epoch, which makes the picture void, another one is not made sooner than this after the last. */
const EPOCH_GAP_MS = 5_000;
/** After a failure. */
const RETRY_MS = 60_000;

/** Keeps the stored picture of one provider such that it and the log together say what was told last. */
export class KnownKeeper {
  readonly #deps: KnownKeeperDeps;
  /** Of the picture in the store; null when there is none, or none that is to be believed. */
  #saved: Position | null = null;
  #saving: Promise<void> | null = null;
  /** Rises when what is being written would not be true any more, though the log does not tell. */
  #revision = 0;
  #learning = 0;
  #savedAt = -Infinity;
  #notBefore = -Infinity;
  #closed = false;

  constructor(deps: KnownKeeperDeps) {
    this.#deps = deps;
  }

  /** The picture in the store has been taken up, with what the log says since. */
  tookUp(position: Position): void {
    this.#saved = position;
  }

  /**
   * Learns something that is not told. Whatever the store holds is given up before: a crash from now on is one after which
   * nothing can be vouched for, until the next picture is there.
   */
  async learn<T>(learn: () => T): Promise<T> {
    this.#learning += 1;
    this.#revision += 1;
    try {
      await this.#saving;
      // One of another epoch is void already.
      const isBelieved = this.#saved !== null && this.#saved.epoch === this.#window?.epoch;
      if (isBelieved) await this.#deps.store.forget(this.#deps.partition);
      this.#saved = null;
      return learn();
    } finally {
      this.#learning -= 1;
    }
  }

  /** Something was told or learned: a picture is made when it is time for one. */
  noticed(): void {
    if (this.#closed || this.#learning > 0 || this.#saving !== null || !this.#isDue()) return;
    void this.#save();
  }

  /** Ends it; `keep`: with a last picture, if the one in the store is not of this moment. */
  async close(keep: boolean): Promise<void> {
    this.#closed = true;
    if (!keep) this.#revision += 1;
    await this.#saving;
    if (keep && !this.#isCurrent()) await this.#save();
  }

  #isCurrent(): boolean {
    const window = this.#window;
    return window !== null && this.#saved?.epoch === window.epoch && this.#saved.seq === window.lastSeq;
  }

  #isDue(): boolean {
    const window = this.#window;
    const now = this.#deps.clock.now();
    if (window === null || now < this.#notBefore) return false;
    if (this.#saved?.epoch !== window.epoch) return now - this.#savedAt >= EPOCH_GAP_MS;
    const { lastSeq, firstSeq, bytes } = window;
    const advanced = lastSeq - this.#saved.seq;
    if (advanced === 0) return false;
    const kept = lastSeq - firstSeq + 1;
    if (advanced > kept) return true;
    if (advanced < kept * SHARE) return false;
    // Only a partition that holds more than its share is trimmed.
    const { retention } = this.#deps.log;
    const share = SHARE / this.#deps.partitions();
    return advanced >= retention.events * share || (bytes * advanced) / kept >= retention.bytes * share;
  }

  get #window(): PartitionWindow | null {
    return this.#deps.log.window(this.#deps.partition);
  }

  #save(): Promise<void> {
    this.#saving = this.#write()
      .catch((fault: unknown) => {
        this.#notBefore = this.#deps.clock.now() + RETRY_MS;
        this.#deps.onFault(fault);
      })
      .finally(() => {
        this.#saving = null;
      });
    return this.#saving;
  }

  async #write(): Promise<void> {
    const { partition, store, clock } = this.#deps;
    const revision = this.#revision;
    this.#savedAt = clock.now();
    // Both at the same moment.
    const picture = this.#deps.picture();
    const position = await this.#deps.position();
    if (position === null) return;
    const isWanted = (): boolean => revision === this.#revision;
    if (await store.save(partition, { position, picture }, isWanted)) this.#saved = position;
  }
}
