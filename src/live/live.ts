import type { NativeKey, ProviderKey } from '../model/ids.ts';
import type { MergedFilter } from '../merge/filter.ts';
import type { WatchedKind, WatchedRecord, SourceMode } from './event.ts';
import type { EventLog } from './event-log.ts';
import type { SourceState } from './message.ts';

/** What a subscriber is interested in. */
export interface Interest {
  readonly kind: WatchedKind;
  readonly filter: MergedFilter;
}

/**
 * The live state of all providers: pollers keep it, feeds read it. Subscribers hold it with `watch`: as long as anybody
 * watches a provider it is polled, and some seconds longer, so that a reader who reconnects finds the thread again.
 */
export interface LiveState {
  readonly log: EventLog;
  /** The providers that the filter does not leave out, in the operator's order. */
  providersOf(interest: Interest): readonly ProviderKey[];
  /**
   * Registers interest until the returned function is called. `ready` resolves when each provider has been read once, or
   * has failed to be, or `patienceMs` has passed: never rejects.
   */
  watch(interest: Interest): { readonly ready: Promise<void>; release(): void };
  /** Every known object of a kind that passes the filter, from memory: no upstream call. */
  snapshot(interest: Interest): readonly WatchedRecord[];
  sources(interest: Interest): readonly SourceState[];
  /**
   * Told whenever `providersOf` may answer otherwise than before. A provider that has come, or come back, begins with a new
   * epoch; of one that has gone there is nothing any more. Returns how to stop.
   */
  onProviders(listener: () => void): () => void;
  /** Tells of something this gateway did, or was told: appended at once, and the next poll is pulled forward. */
  tell(provider: ProviderKey, told: Told): Promise<void>;
}

/** Something known without a poll. */
export type Told =
  | { readonly type: 'RECORD'; readonly record: WatchedRecord; readonly sourceMode: SourceMode }
  | {
      readonly type: 'GONE';
      readonly kind: WatchedKind;
      readonly key: NativeKey;
      readonly sourceMode: SourceMode;
    };
