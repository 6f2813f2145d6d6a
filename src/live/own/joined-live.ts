import type { ProviderKey } from '../../model/ids.ts';
import type { WatchedRecord } from '../event.ts';
import type { EventLog } from '../event-log.ts';
import type { LiveHub } from '../hub.ts';
import type { Interest, LiveState, Told } from '../live.ts';
import type { SourceState } from '../message.ts';
import { JoinedLog } from './joined-log.ts';

/**
 * What a caller with credentials of their own may watch: of some providers what their credential shows, polled for them, and
 * of the others what the configured ones show, polled for everybody.
 */
export class JoinedLive implements LiveState {
  readonly log: EventLog;
  readonly #common: LiveHub;
  readonly #own: ReadonlyMap<ProviderKey, LiveHub>;

  constructor(common: LiveHub, own: ReadonlyMap<ProviderKey, LiveHub>) {
    this.#common = common;
    this.#own = own;
    this.log = new JoinedLog(common.log, new Map([...own].map(([key, hub]) => [key, hub.log])));
  }

  providersOf(interest: Interest): readonly ProviderKey[] {
    return this.#common
      .providersOf(interest)
      .filter((key) => this.#own.get(key)?.providersOf(interest).includes(key) ?? true);
  }

  watch(interest: Interest): { readonly ready: Promise<void>; release(): void } {
    const watches = this.#parts(interest).map(([hub, part]) => hub.watch(part));
    return {
      ready: Promise.all(watches.map(({ ready }) => ready)).then(() => undefined),
      release: () => {
        for (const watch of watches) watch.release();
      },
    };
  }

  snapshot(interest: Interest): readonly WatchedRecord[] {
    return this.#parts(interest).flatMap(([hub, part]) => hub.snapshot(part));
  }

  sources(interest: Interest): readonly SourceState[] {
    const states = this.#parts(interest).flatMap(([hub, part]) => hub.sources(part));
    const order = this.providersOf(interest);
    return states.toSorted((a, b) => order.indexOf(a.provider) - order.indexOf(b.provider));
  }

  onProviders(listener: () => void): () => void {
    const stops = [this.#common, ...this.#own.values()].map((hub) => hub.onProviders(listener));
    return () => {
      for (const stop of stops) stop();
    };
  }

  tell(provider: ProviderKey, told: Told): Promise<void> {
    return (this.#own.get(provider) ?? this.#common).tell(provider, told);
  }

  /** Whom to ask, and what for: nobody is asked for what another shows otherwise. */
  #parts(interest: Interest): readonly (readonly [LiveHub, Interest])[] {
    const common: Interest = { ...interest, filter: { ...interest.filter, except: [...this.#own.keys()] } };
    return [[this.#common, common], ...[...this.#own.values()].map((hub) => [hub, interest] as const)];
  }
}
