import { filterFor } from '../merge/filter.ts';
import type { ProviderKey } from '../model/ids.ts';
import { systemClock, type Clock } from '../model/time.ts';
import type { Provider, ProviderRegistry } from '../providers/registry.ts';
import type { WatchedRecord } from './event.ts';
import type { EventLog } from './event-log.ts';
import { Follower } from './follower.ts';
import type { KnownStore } from './known/known-store.ts';
import type { Interest, LiveState, Told } from './live.ts';
import type { SourceState } from './message.ts';
import { DEFAULT_LIVE_OPTIONS, type LiveOptions } from './options.ts';
import type { PollScope } from './poll.ts';

export interface LiveHubDeps {
  readonly providers: ProviderRegistry;
  /** Closed by whoever made it, after the hub. */
  readonly log: EventLog;
  /** Where what is known is kept when the log outlives the process, so that it can be vouched for. Closed like the log. */
  readonly known?: KnownStore | null;
  /** Told of every fault that is ours, not a provider's. */
  readonly onFault: (fault: unknown) => void;
  readonly clock?: Clock;
  readonly options?: Partial<LiveOptions>;
  /** Default: the configured credentials. */
  readonly scope?: PollScope;
  /** From 0 to 1, for jitter. */
  readonly random?: () => number;
}

/** The live state of all providers: one follower each, that polls while anybody watches it. */
export class LiveHub implements LiveState {
  readonly log: EventLog;
  readonly #deps: LiveHubDeps;
  readonly #options: LiveOptions;
  readonly #followers: ReadonlyMap<ProviderKey, Follower>;
  readonly #patience = new Set<() => void>();

  constructor(deps: LiveHubDeps) {
    const { providers, log, onFault, clock = systemClock, scope = { credential: null }, random = Math.random, known = null } = deps; // prettier-ignore
    this.log = log;
    this.#deps = deps;
    const options = { ...DEFAULT_LIVE_OPTIONS, ...deps.options };
    this.#options = options;
    this.#followers = new Map(
      providers.all.map((provider) => [
        provider.key,
        new Follower({
          provider,
          scope,
          log,
          known,
          clock,
          options,
          random,
          onFault,
          partitions: () => providers.all.length,
        }),
      ]),
    );
  }

  providersOf(interest: Interest): readonly ProviderKey[] {
    return this.#wanted(interest).map((provider) => provider.key);
  }

  watch(interest: Interest): { readonly ready: Promise<void>; release(): void } {
    const followers = this.#followersOf(interest);
    const holds = followers.map((follower) => follower.watch(interest));
    const ready = async (): Promise<void> => {
      await this.#withPatience(Promise.all(holds.map((hold) => hold.seen)));
      for (const follower of followers) follower.answered();
    };
    return {
      ready: ready(),
      release: () => {
        for (const hold of holds) hold.release();
      },
    };
  }

  snapshot(interest: Interest): readonly WatchedRecord[] {
    return this.#followersOf(interest).flatMap(({ provider, tracker }) => {
      const filter = filterFor(provider, interest.filter);
      return filter === null ? [] : [...tracker.matching(interest.kind, filter)];
    });
  }

  sources(interest: Interest): readonly SourceState[] {
    return this.#followersOf(interest).map((follower) => follower.state(interest.kind));
  }

  /** Whether a provider is being polled now, for metrics. */
  polls(provider: ProviderKey): boolean {
    return this.#followers.get(provider)?.polls ?? false;
  }

  async tell(provider: ProviderKey, told: Told): Promise<void> {
    const follower = this.#followers.get(provider);
    if (follower === undefined) {
      this.#deps.onFault(new RangeError(`"${provider}" is told of, and is no configured provider`));
      return;
    }
    await follower.tell(told);
  }

  /** Ends every poll and timer. The log stays open. */
  async close(): Promise<void> {
    for (const giveUp of this.#patience) giveUp();
    await Promise.all([...this.#followers.values()].map((follower) => follower.close()));
  }

  #wanted({ filter }: Interest): readonly Provider[] {
    return this.#deps.providers.all.filter((provider) => filterFor(provider, filter) !== null);
  }

  #followersOf(interest: Interest): Follower[] {
    return this.providersOf(interest).flatMap((key) => this.#followers.get(key) ?? []);
  }

  /** Resolves with what is waited for, or when patience ends. */
  #withPatience(waited: Promise<unknown>): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        this.#patience.delete(end);
        resolve();
      };
      const timer = setTimeout(end, this.#options.patienceMs).unref();
      this.#patience.add(end);
      void waited.then(end);
    });
  }
}
