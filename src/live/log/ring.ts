/**
 * The event log in the memory of this process: the default, and the fastest. Everything is gone when the process ends, so
 * each partition begins a new random epoch when it is opened: a position of an earlier process is answered with a gap.
 *
 * This folder owns the backends of `EventLog`; `live/` opens one of them and hands it to everybody as an `EventLog`.
 */
import { systemClock, type Clock } from '../../model/time.ts';
import type { EventLog, EventLogListener, LogEntry, PartitionKey, PartitionWindow, Position, ReadAnswer } from '../event-log.ts'; // prettier-ignore
import type { LiveEvent } from '../event.ts';
import { KeptEvents } from './kept-events.ts';
import { Listeners } from './listeners.ts';
import { estimateBytes } from './measure.ts';
import { warn, type LogOptions } from './options.ts';
import { newEpoch, type Partition } from './partition.ts';
import { logClosed, notOpen } from './refusals.ts';
import { retentionOf, type Retention } from './retention.ts';

export class RingLog implements EventLog {
  readonly #kept: KeptEvents;
  readonly #listeners: Listeners;
  readonly #clock: Clock;
  #closed = false;

  /** Throws INVALID_ARGUMENT for a retention that makes no sense. */
  constructor({ retention, clock = systemClock, report = warn }: LogOptions = {}) {
    this.#kept = new KeptEvents(retentionOf(retention));
    this.#listeners = new Listeners(report);
    this.#clock = clock;
  }

  get retention(): Retention {
    return this.#kept.retention;
  }

  async open(key: PartitionKey): Promise<PartitionWindow> {
    this.#assertOpen();
    return (this.#kept.get(key) ?? this.#kept.add(key, newEpoch())).window;
  }

  async append(key: PartitionKey, events: readonly LiveEvent[]): Promise<readonly LogEntry[]> {
    const partition = this.#partition(key);
    if (events.length === 0) return [];
    const at = this.#clock.now();
    const arrivals = events.map((event) => ({ event, at, bytes: estimateBytes(event) }));
    const entries = this.#kept.append(partition, arrivals);
    this.#listeners.tell((listener) => {
      listener.appended(entries);
    });
    return entries;
  }

  async breakEpoch(key: PartitionKey): Promise<PartitionWindow> {
    const partition = this.#partition(key);
    this.#kept.restart(partition, newEpoch());
    const { window } = partition;
    this.#listeners.tell((listener) => {
      listener.broken(key, window);
    });
    return window;
  }

  window(key: PartitionKey): PartitionWindow | null {
    return this.#closed ? null : (this.#kept.get(key)?.window ?? null);
  }

  async read(key: PartitionKey, after: Position, limit: number): Promise<ReadAnswer> {
    return this.#partition(key).read(after, limit);
  }

  listen(listener: EventLogListener): () => void {
    return this.#listeners.add(listener);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#listeners.clear();
  }

  #partition(key: PartitionKey): Partition {
    this.#assertOpen();
    return this.#kept.get(key) ?? notOpen(key);
  }

  #assertOpen(): void {
    if (this.#closed) logClosed();
  }
}
