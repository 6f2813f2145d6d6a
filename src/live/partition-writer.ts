import type { LiveEvent } from './event.ts';
import type { EventLog, PartitionKey, Position } from './event-log.ts';

/** Events handed to the log at a time: others have their turn between. */
const APPENDED_AT_A_TIME = 256;

/** Writes one partition: everything in the order in which it was asked for. */
export class PartitionWriter {
  readonly #log: EventLog;
  readonly #partition: PartitionKey;
  readonly #onFault: (fault: unknown) => void;
  #tail: Promise<void> = Promise.resolve();
  /** Events did not get into the log, and the new epoch that says so has not begun yet. */
  #owesEpoch = false;

  constructor(log: EventLog, partition: PartitionKey, onFault: (fault: unknown) => void) {
    this.#log = log;
    this.#partition = partition;
    this.#onFault = onFault;
  }

  append(events: readonly LiveEvent[]): Promise<void> {
    if (events.length === 0) return this.#tail;
    return this.#queue(async () => {
      for (let i = 0; i < events.length; i += APPENDED_AT_A_TIME) {
        await this.#log.append(this.#partition, events.slice(i, i + APPENDED_AT_A_TIME));
      }
    });
  }

  breakEpoch(): Promise<void> {
    return this.#queue(async () => {
      await this.#log.breakEpoch(this.#partition);
    });
  }

  /** Where the log stands when all that was asked for by now is in it; null when that cannot be said. */
  async position(): Promise<Position | null> {
    let position: Position | null = null;
    await this.#queue(async () => {
      const window = this.#log.window(this.#partition);
      if (window !== null) position = { epoch: window.epoch, seq: window.lastSeq };
    });
    return position;
  }

  /** Resolves when nothing waits any more. */
  settled(): Promise<void> {
    return this.#tail;
  }

  /** Events that did not get into the log are lost to its readers, so they must start over. Never rejects. */
  #queue(work: () => Promise<void>): Promise<void> {
    const before = this.#tail;
    const turn = async (): Promise<void> => {
      await before;
      try {
        await this.#payEpoch();
        await work();
      } catch (fault) {
        this.#onFault(fault);
        this.#owesEpoch = true;
        await this.#payEpoch().catch(this.#onFault);
      }
    };
    this.#tail = turn();
    return this.#tail;
  }

  /** Until it is paid, nothing more is written: readers would take what follows for the whole. */
  async #payEpoch(): Promise<void> {
    if (!this.#owesEpoch) return;
    await this.#log.breakEpoch(this.#partition);
    this.#owesEpoch = false;
  }
}
