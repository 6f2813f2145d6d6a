import { setImmediate as nextTurn } from 'node:timers/promises';
import type { EventLog, EventLogListener, LogEntry, PartitionKey, PartitionWindow, Position, ReadAnswer } from '../../src/live/event-log.ts'; // prettier-ignore
import type { LiveEvent } from '../../src/live/event.ts';
import type { KnownStore } from '../../src/live/known/known-store.ts';
import type { Random } from './random.ts';

/** A log as one process has it: it takes a moment to write, and after a crash nothing comes of what is still under way. */
export class MortalLog implements EventLog {
  readonly #log: EventLog;
  readonly #random: Random;
  #isAlive = true;
  listening = 0;
  /** Calls under way: a disk takes its own time. */
  busy = 0;

  constructor(log: EventLog, random: Random) {
    this.#log = log;
    this.#random = random;
  }

  get retention(): EventLog['retention'] {
    return this.#log.retention;
  }

  crash(): void {
    this.#isAlive = false;
  }

  open(partition: PartitionKey): Promise<PartitionWindow> {
    return this.#during(this.#log.open(partition));
  }

  append(partition: PartitionKey, events: readonly LiveEvent[]): Promise<readonly LogEntry[]> {
    return this.#during(this.#append(partition, events));
  }

  breakEpoch(partition: PartitionKey): Promise<PartitionWindow> {
    return this.#during(this.#isAlive ? this.#log.breakEpoch(partition) : this.#log.open(partition));
  }

  /** The same store, whose calls are counted, too. */
  beside(known: KnownStore): KnownStore {
    return {
      load: (partition) => this.#during(known.load(partition)),
      save: (partition, picture, isWanted) => this.#during(known.save(partition, picture, isWanted)),
      forget: (partition) => this.#during(known.forget(partition)),
      close: () => known.close(),
    };
  }

  /** Until nothing is under way. */
  async idle(): Promise<void> {
    do for (let i = 0; i < 3; i++) await nextTurn();
    while (this.busy > 0);
  }

  window(partition: PartitionKey): PartitionWindow | null {
    return this.#log.window(partition);
  }

  read(partition: PartitionKey, after: Position, limit: number): Promise<ReadAnswer> {
    return this.#log.read(partition, after, limit);
  }

  listen(listener: EventLogListener): () => void {
    this.listening++;
    const stop = this.#log.listen({
      appended: (entries) => {
        if (this.#isAlive) listener.appended(entries);
      },
      broken: (partition, window) => {
        if (this.#isAlive) listener.broken(partition, window);
      },
    });
    return () => {
      this.listening--;
      stop();
    };
  }

  close(): Promise<void> {
    return this.#log.close();
  }

  async #append(partition: PartitionKey, events: readonly LiveEvent[]): Promise<readonly LogEntry[]> {
    if (this.#random.chance(0.2)) await nextTurn();
    return this.#isAlive ? this.#log.append(partition, events) : [];
  }

  async #during<T>(work: Promise<T>): Promise<T> {
    this.busy++;
    try {
      return await work;
    } finally {
      this.busy--;
    }
  }
}
