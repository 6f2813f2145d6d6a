import type { ProviderKey } from '../../src/model/ids.ts';
import { passes, activeFilters, filterFor } from '../../src/merge/filter.ts';
import type { EventLog, EventLogListener } from '../../src/live/event-log.ts';
import type { LiveEvent, WatchedRecord } from '../../src/live/event.ts';
import type { Interest, LiveState } from '../../src/live/live.ts';
import type { SourceState } from '../../src/live/message.ts';

/** The state of all providers as a script dictates it, over a real log: memory first, then the log, as the contract says. */
export class ScriptedLive implements LiveState {
  readonly log: EventLog;
  readonly providers: readonly ProviderKey[];
  /** How many hold it, how many listen to the log, and how often a snapshot was made. */
  watching = 0;
  listening = 0;
  snapshots = 0;
  ready: Promise<void> = Promise.resolve();
  readonly #listeners = new Set<() => void>();
  readonly #memory = new Map<ProviderKey, Map<string, WatchedRecord>>();

  constructor(log: EventLog, providers: readonly ProviderKey[]) {
    this.providers = providers;
    for (const key of providers) this.#memory.set(key, new Map());
    this.log = {
      get retention() {
        return log.retention;
      },
      open: (partition) => log.open(partition),
      append: (partition, events) => log.append(partition, events),
      breakEpoch: (partition) => log.breakEpoch(partition),
      window: (partition) => log.window(partition),
      read: (partition, after, limit) => log.read(partition, after, limit),
      listen: (listener: EventLogListener) => {
        const stop = log.listen(listener);
        this.listening++;
        return () => {
          this.listening--;
          stop();
        };
      },
      close: () => log.close(),
    };
  }

  providersOf(interest: Interest): readonly ProviderKey[] {
    return this.providers.filter((key) => filterFor({ key }, interest.filter) !== null);
  }

  watch(): { readonly ready: Promise<void>; release(): void } {
    this.watching++;
    let held = true;
    return {
      ready: this.ready,
      release: () => {
        if (held) this.watching--;
        held = false;
      },
    };
  }

  snapshot(interest: Interest): readonly WatchedRecord[] {
    this.snapshots++;
    return this.truth(interest);
  }

  truth(interest: Interest): readonly WatchedRecord[] {
    return this.providersOf(interest).flatMap((key) => {
      const filter = filterFor({ key }, interest.filter)!;
      const names = activeFilters(filter);
      return this.recordsOf(key).filter(
        (record) => record.kind === interest.kind && passes(record, filter, names),
      );
    });
  }

  sources(interest: Interest): readonly SourceState[] {
    return this.providersOf(interest).map((key) => ({
      provider: key,
      completeness: 'COMPLETE',
      readAt: null,
      errorCode: null,
    }));
  }

  onProviders(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  tell(): Promise<void> {
    return Promise.resolve();
  }

  recordsOf(key: ProviderKey): WatchedRecord[] {
    return [...this.#memory.get(key)!.values()];
  }

  /** As a poll does it: all events of one provider at once. */
  async happen(...events: readonly LiveEvent[]): Promise<void> {
    this.#remember(events);
    const first = events[0];
    if (first === undefined) return;
    await this.log.open(first.provider);
    await this.log.append(first.provider, events);
  }

  /** Something happens that nobody can vouch for: it is found in memory, not in the log. */
  async happenUnseen(key: ProviderKey, ...events: readonly LiveEvent[]): Promise<void> {
    this.#remember(events);
    await this.log.open(key);
    await this.log.breakEpoch(key);
  }

  /** What a gateway that comes back finds out by polling. */
  adopt(records: readonly WatchedRecord[]): void {
    for (const record of records)
      this.#memory.get(record.provider)!.set(`${record.kind}/${record.key}`, record);
  }

  #remember(events: readonly LiveEvent[]): void {
    for (const event of events) {
      const records = this.#memory.get(event.provider)!;
      const key = `${event.kind}/${event.key}`;
      if (event.type === 'TOMBSTONE') records.delete(key);
      else records.set(key, event.record);
    }
  }
}
