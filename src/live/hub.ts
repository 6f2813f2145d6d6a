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

/** Somebody who watches, and what of each provider is held for it. */
interface Watch {
  readonly interest: Interest;
  readonly holds: Map<Follower, ReturnType<Follower['watch']>>;
}

/** The live state of all providers: one follower each, that polls while anybody watches it. */
export class LiveHub implements LiveState {
  readonly log: EventLog;
  readonly #deps: LiveHubDeps;
  readonly #options: LiveOptions;
  /** The operator's order. */
  #order: readonly ProviderKey[] = [];
  /** Those from which readers are answered. One whose provider was replaced stays, at rest, until the new one enters. */
  readonly #present = new Map<ProviderKey, Follower>();
  /** New ones, that are looked at for the first time. */
  readonly #entering = new Map<ProviderKey, Follower>();
  /** Until those who were there have let go of everything. */
  readonly #leaving = new Map<ProviderKey, Promise<void>>();
  /** Of providers that were taken out. */
  readonly #departed = new Set<ProviderKey>();
  readonly #watches = new Set<Watch>();
  readonly #listeners = new Set<() => void>();
  readonly #patience = new Set<() => void>();
  #closed = false;

  constructor(deps: LiveHubDeps) {
    this.log = deps.log;
    this.#deps = deps;
    this.#options = { ...DEFAULT_LIVE_OPTIONS, ...deps.options };
    for (const provider of deps.providers.all) this.#present.set(provider.key, this.#follower(provider));
    this.#order = [...this.#present.keys()];
  }

  /** What there is of everything, for metrics and leak tests. */
  get stats(): { readonly followers: number; readonly polling: number; readonly watches: number } {
    const followers = [...this.#present.values(), ...this.#entering.values()];
    return {
      followers: followers.length + this.#leaving.size,
      polling: followers.filter((follower) => follower.polls).length,
      watches: this.#watches.size,
    };
  }

  providersOf(interest: Interest): readonly ProviderKey[] {
    return this.#followersOf(interest).map(({ provider }) => provider.key);
  }

  watch(interest: Interest): { readonly ready: Promise<void>; release(): void } {
    const watch: Watch = { interest, holds: new Map() };
    this.#watches.add(watch);
    this.#hold(watch);
    const ready = async (): Promise<void> => {
      await this.#withPatience(Promise.all([...watch.holds.values()].map((hold) => hold.seen)));
      for (const follower of watch.holds.keys()) follower.answered();
    };
    return {
      ready: ready(),
      release: () => {
        this.#watches.delete(watch);
        for (const hold of watch.holds.values()) hold.release();
        watch.holds.clear();
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
    return (this.#entering.get(provider) ?? this.#present.get(provider))?.polls ?? false;
  }

  onProviders(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  async tell(provider: ProviderKey, told: Told): Promise<void> {
    // What was done at a provider is not told to the one that was there before, and does not wait for a first look.
    this.#enter(this.#entering.get(provider));
    const follower = this.#present.get(provider);
    if (follower !== undefined) return follower.tell(told);
    if (this.#departed.has(provider)) return;
    this.#deps.onFault(new RangeError(`"${provider}" is told of, and is no configured provider`));
  }

  /**
   * Takes up another set of providers. One that is the same object as before goes on as if nothing had happened. One that is
   * not there any more leaves at once. A new one, or another one under the same key, enters when it has been looked at, or
   * patience has ended: with a new epoch, as nothing can be said about what was there before. Resolves when those who left
   * have let go.
   */
  async replaceProviders(providers: readonly Provider[]): Promise<void> {
    if (this.#closed) return;
    this.#order = providers.map(({ key }) => key);
    const wanted = new Map(providers.map((provider) => [provider.key, provider]));
    for (const [key, follower] of this.#entering) {
      if (wanted.get(key) === follower.provider) continue;
      this.#entering.delete(key);
      this.#letGo(follower);
    }
    for (const [key, follower] of this.#present) {
      const next = wanted.get(key);
      if (next === follower.provider) continue;
      if (next === undefined) this.#depart(follower);
      else this.#letGo(follower);
    }
    const fresh = providers.filter((provider) => this.#isNew(provider)).map((provider) => {
      const follower = this.#follower(provider, this.#leaving.get(provider.key) ?? Promise.resolve());
      this.#entering.set(provider.key, follower);
      return follower;
    }); // prettier-ignore
    for (const watch of this.#watches) this.#hold(watch);
    this.#tellListeners();
    for (const follower of fresh) void this.#withPatience(follower.seen).then(() => this.#enter(follower));
    await Promise.all(this.#leaving.values());
  }

  /** Ends every poll and timer. The log stays open. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const giveUp of this.#patience) giveUp();
    await Promise.all([
      ...[...this.#present.values()].map((follower) => follower.close()),
      ...[...this.#entering.values()].map((follower) => follower.close(false)),
      ...this.#leaving.values(),
    ]);
  }

  #follower(provider: Provider, anewAfter?: Promise<void>): Follower {
    const { log, known = null, onFault, clock = systemClock, scope = { credentials: null }, random = Math.random } = this.#deps; // prettier-ignore
    const partitions = (): number => Math.max(1, this.#order.length);
    const deps = { provider, scope, log, known, clock, options: this.#options, random, onFault, partitions };
    return new Follower(anewAfter === undefined ? deps : { ...deps, anewAfter });
  }

  #isNew(provider: Provider): boolean {
    const { key } = provider;
    return (this.#entering.get(key) ?? this.#present.get(key))?.provider !== provider;
  }

  /** In the operator's order. */
  #followersOf({ filter }: Interest): Follower[] {
    return this.#order
      .flatMap((key) => this.#present.get(key) ?? [])
      .filter(({ provider }) => filterFor(provider, filter) !== null);
  }

  /** Holds what the watch is interested in of those who are there, and lets go of those who are not. */
  #hold({ interest, holds }: Watch): void {
    const entering = this.#order.flatMap((key) => this.#entering.get(key) ?? []);
    const wanted = new Set([
      ...this.#followersOf(interest),
      ...entering.filter(({ provider }) => filterFor(provider, interest.filter) !== null),
    ]);
    for (const [follower, hold] of holds) {
      if (wanted.has(follower)) continue;
      hold.release();
      holds.delete(follower);
    }
    for (const follower of wanted) if (!holds.has(follower)) holds.set(follower, follower.watch(interest));
  }

  #enter(follower: Follower | undefined): void {
    if (follower === undefined || this.#closed) return;
    const { key } = follower.provider;
    if (this.#entering.get(key) !== follower) return;
    this.#entering.delete(key);
    this.#present.set(key, follower);
    this.#departed.delete(key);
    for (const watch of this.#watches) this.#hold(watch);
    void follower.begin().then(() => this.#tellListeners());
  }

  /** Its provider is not configured any more: nothing of its partition is kept. */
  #depart(follower: Follower): void {
    const { key } = follower.provider;
    this.#present.delete(key);
    this.#departed.add(key);
    this.#letGo(follower, async () => {
      if (this.log.window(key) !== null) await this.log.breakEpoch(key);
      await this.#deps.known?.forget(key);
    });
  }

  #letGo(follower: Follower, then: () => Promise<void> = () => Promise.resolve()): void {
    const { key } = follower.provider;
    const before = this.#leaving.get(key);
    const leave = async (): Promise<void> => {
      await before;
      await follower.close(false);
      await then();
    };
    const left: Promise<void> = leave()
      .catch(this.#deps.onFault)
      .finally(() => {
        if (this.#leaving.get(key) === left) this.#leaving.delete(key);
      });
    this.#leaving.set(key, left);
  }

  #tellListeners(): void {
    if (this.#closed) return;
    for (const listener of this.#listeners) listener();
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
