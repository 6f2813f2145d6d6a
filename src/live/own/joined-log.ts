import type { ProviderKey } from '../../model/ids.ts';
import type { LiveEvent } from '../event.ts';
import type { EventLog, EventLogListener, Position } from '../event-log.ts';

/** One log of several: a partition is that of the log that has it for its own, else that of the common one. */
export class JoinedLog implements EventLog {
  readonly #common: EventLog;
  readonly #own: ReadonlyMap<ProviderKey, EventLog>;

  constructor(common: EventLog, own: ReadonlyMap<ProviderKey, EventLog>) {
    this.#common = common;
    this.#own = own;
  }

  get retention(): EventLog['retention'] {
    return this.#common.retention;
  }

  open(partition: ProviderKey): ReturnType<EventLog['open']> {
    return this.#of(partition).open(partition);
  }

  append(partition: ProviderKey, events: readonly LiveEvent[]): ReturnType<EventLog['append']> {
    return this.#of(partition).append(partition, events);
  }

  breakEpoch(partition: ProviderKey): ReturnType<EventLog['breakEpoch']> {
    return this.#of(partition).breakEpoch(partition);
  }

  window(partition: ProviderKey): ReturnType<EventLog['window']> {
    return this.#of(partition).window(partition);
  }

  read(partition: ProviderKey, after: Position, limit: number): ReturnType<EventLog['read']> {
    return this.#of(partition).read(partition, after, limit);
  }

  listen(listener: EventLogListener): () => void {
    const stops = [
      this.#common.listen({
        appended: (entries) => {
          const others = entries.filter(({ partition }) => !this.#own.has(partition));
          if (others.length > 0) listener.appended(others);
        },
        broken: (partition, window) => {
          if (!this.#own.has(partition)) listener.broken(partition, window);
        },
      }),
      ...[...this.#own.values()].map((log) => log.listen(listener)),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }

  /** They are closed by whoever made them. */
  close(): Promise<void> {
    return Promise.resolve();
  }

  #of(partition: ProviderKey): EventLog {
    return this.#own.get(partition) ?? this.#common;
  }
}
