/**
 * Changes for callers with credentials of their own. This folder polls a provider once for each credential that somebody
 * subscribes with, into a log of its own, and joins that with what is polled for everybody. Nothing of one credential is ever
 * in the log, the memory or the cursors of another. In memory alone: a restart is told by a gap. Called by `server/`.
 */
import { GridweaveError } from '../../model/errors.ts';
import type { ProviderKey } from '../../model/ids.ts';
import type { Clock } from '../../model/time.ts';
import { ProviderRegistry, type Provider, type ProviderDirectory } from '../../providers/registry.ts';
import type { CallerCredentials, CallContext } from '../../upstream/types.ts';
import type { Feed, FeedOpener } from '../feed.ts';
import { LiveHub } from '../hub.ts';
import type { LiveState, Told } from '../live.ts';
import { RingLog } from '../log/ring.ts';
import type { LiveOptions } from '../options.ts';
import { JoinedLive } from './joined-live.ts';

/** What one caller has of their own. */
export interface OwnSet extends CallerCredentials {
  /** Equal for callers who have the same. */
  readonly key: string;
  readonly providers: readonly ProviderKey[];
}

/** Where somebody subscribes. */
export interface LiveView {
  readonly feeds: FeedOpener;
  readonly state: LiveState;
}

export interface OwnLivesDeps {
  readonly common: LiveHub;
  readonly providers: ProviderDirectory;
  readonly clock: Clock;
  readonly onFault: (fault: unknown) => void;
  readonly options: Partial<LiveOptions>;
  readonly feedsOf: (state: LiveState) => FeedOpener;
  /** Kept of the events of each credential at one provider. */
  readonly retention: { readonly events: number; readonly bytes: number };
  /** Credentials that are polled for at a time, counted for each provider. */
  readonly maxCredentials: number;
  /** How long a view is kept that nobody subscribes to, in milliseconds. */
  readonly idleMs: number;
}

/** How many feeds are open, and what became of what they were to tell. */
export interface FeedCounts extends Readonly<Feed['stats'] & { open: number }> {}

interface OwnHub {
  readonly hub: LiveHub;
  readonly provider: Provider;
  readonly fingerprint: string;
  /** Whose credential it was when it was made. */
  readonly tenants: string;
  /** Views that it is a part of. */
  uses: number;
}

interface OwnView extends LiveView {
  readonly hubs: readonly string[];
  usedAt: number;
}

const RETRY_AFTER_MS = 60_000;

export class OwnLives {
  readonly #deps: OwnLivesDeps;
  readonly #hubs = new Map<string, OwnHub>();
  readonly #views = new Map<string, OwnView>();
  readonly #leaving = new Set<Promise<void>>();
  /** Of views that were dropped. */
  #gone: FeedCounts = { open: 0, waiting: 0, coalesced: 0, gaps: 0 };
  #sweeper: NodeJS.Timeout | null = null;
  #closed = false;
  /** Those that are called with credentials of tenants. */
  #ofTenants: ReadonlySet<ProviderKey>;

  constructor(deps: OwnLivesDeps) {
    this.#deps = deps;
    this.#ofTenants = ofTenants(deps.providers);
  }

  /** For metrics and leak tests. */
  get stats(): {
    readonly views: number;
    readonly hubs: number;
    readonly polling: number;
    readonly watches: number;
  } {
    const hubs = [...this.#hubs.values()].map(({ hub }) => hub.stats);
    const sum = (count: (stats: LiveHub['stats']) => number): number =>
      hubs.reduce((total, stats) => total + count(stats), 0);
    return {
      views: this.#views.size,
      hubs: hubs.length,
      polling: sum(({ polling }) => polling),
      watches: sum(({ watches }) => watches),
    };
  }

  /** Of the feeds of all views, those that are gone included. */
  get feedStats(): FeedCounts {
    const counts = [...this.#views.values()].map(({ feeds }) => ({ open: feeds.openFeeds, ...feeds.stats }));
    return counts.reduce(addCounts, this.#gone);
  }

  /** Where a caller subscribes. Throws RATE_LIMITED when too many credentials are polled for. */
  viewFor(own: OwnSet): LiveView {
    let view = this.#views.get(own.key);
    if (view === undefined) {
      if (this.#closed) throw new GridweaveError('SHUTTING_DOWN', 'The gateway is leaving. Connect again.');
      this.#sweep();
      view = this.#open(own);
      this.#views.set(own.key, view);
      this.#sweeper ??= setInterval(() => this.#sweep(), this.#deps.idleMs).unref();
    }
    view.usedAt = this.#deps.clock.now();
    return view;
  }

  /** Tells those who see a provider with the same credential, if there are any, of something that was done there. */
  async tell(provider: Provider, told: Told, call: Pick<CallContext, 'credentials'>): Promise<void> {
    const credential = call.credentials?.get(provider.key);
    if (credential === undefined) return this.#deps.common.tell(provider.key, told);
    await this.#hubs.get(hubKey(provider.key, credential.fingerprint))?.hub.tell(provider.key, told);
  }

  /**
   * Whoever subscribes to a provider that was replaced or taken out, or with a credential that is not theirs any more, is told
   * where to go on, and comes back to what is theirs. True when a provider is called with credentials of tenants that was not
   * before: then nobody who subscribed before may go on, as they would be shown what is polled for everybody.
   */
  providersReplaced(): boolean {
    const before = this.#ofTenants;
    this.#ofTenants = ofTenants(this.#deps.providers);
    const reshaped = [...this.#ofTenants].some((key) => !before.has(key));
    for (const [key, view] of this.#views) {
      if (reshaped || view.hubs.some((name) => this.#isStale(this.#hubs.get(name)))) this.#drop(key, view);
    }
    return reshaped;
  }

  async close(): Promise<void> {
    this.#closed = true;
    if (this.#sweeper !== null) clearInterval(this.#sweeper);
    for (const [key, view] of this.#views) this.#drop(key, view);
    await Promise.all(this.#leaving);
  }

  #open(own: OwnSet): OwnView {
    const providers = own.providers.flatMap((key) => this.#deps.providers.get(key) ?? []);
    const wanted = providers.map((provider) => ({ provider, name: hubKey(provider.key, own.get(provider.key)?.fingerprint ?? '') })); // prettier-ignore
    const freshOnes = (): typeof wanted => wanted.filter(({ name }) => !this.#hubs.has(name));
    // As many sets of credentials as credentials: of a few, very many can be made.
    const isFull = (): boolean =>
      this.#hubs.size + freshOnes().length > this.#deps.maxCredentials ||
      this.#views.size >= this.#deps.maxCredentials;
    // What nobody subscribes to gives way to those who want to.
    if (isFull()) this.#sweep(0);
    if (isFull()) throw tooMany(this.#deps.maxCredentials);
    const fresh = freshOnes();
    for (const { provider, name } of fresh) this.#hubs.set(name, this.#hubOf(provider, own));
    const hubs = new Map<ProviderKey, LiveHub>();
    for (const { provider, name } of wanted) {
      const held = this.#hubs.get(name);
      if (held === undefined) continue;
      held.uses += 1;
      hubs.set(provider.key, held.hub);
    }
    const state = new JoinedLive(this.#deps.common, hubs);
    return { state, feeds: this.#deps.feedsOf(state), hubs: wanted.map(({ name }) => name), usedAt: 0 };
  }

  #hubOf(provider: Provider, credentials: CallerCredentials): OwnHub {
    const { clock, onFault, options, retention } = this.#deps;
    const report = (problem: string): void => onFault(new Error(problem));
    const log = new RingLog({ clock, retention, report });
    // Who has heard of a change is not to read what was before it.
    const forget = (): void => provider.upstream.forgetReads?.();
    log.listen({ appended: forget, broken: forget });
    const providers = new ProviderRegistry([provider]);
    const hub = new LiveHub({ providers, log, onFault, clock, options, scope: { credentials } });
    const fingerprint = credentials.get(provider.key)?.fingerprint ?? '';
    return { hub, provider, fingerprint, tenants: tenantsWith(provider, fingerprint), uses: 0 };
  }

  #isStale(held: OwnHub | undefined): boolean {
    if (held === undefined) return true;
    const { provider, fingerprint, tenants } = held;
    return (
      this.#deps.providers.get(provider.key) !== provider || tenantsWith(provider, fingerprint) !== tenants
    );
  }

  #sweep(idleMs = this.#deps.idleMs): void {
    const before = this.#deps.clock.now() - idleMs;
    for (const [key, view] of this.#views) {
      if (view.feeds.openFeeds === 0 && view.usedAt <= before) this.#drop(key, view);
    }
    if (this.#views.size > 0 || this.#sweeper === null) return;
    clearInterval(this.#sweeper);
    this.#sweeper = null;
  }

  #drop(key: string, view: OwnView): void {
    this.#views.delete(key);
    // Who was about to subscribe is sent away at once, with a cursor.
    view.feeds.drainAll();
    this.#gone = addCounts(this.#gone, { ...view.feeds.stats, open: 0, waiting: 0 });
    for (const name of view.hubs) {
      const held = this.#hubs.get(name);
      if (held === undefined) continue;
      held.uses -= 1;
      if (held.uses > 0) continue;
      this.#hubs.delete(name);
      // Its log holds nothing but memory, and is left to whoever was about to read from it.
      const left: Promise<void> = held.hub
        .close()
        .catch(this.#deps.onFault)
        .finally(() => this.#leaving.delete(left));
      this.#leaving.add(left);
    }
  }
}

export function addCounts(a: FeedCounts, b: FeedCounts): FeedCounts {
  return {
    open: a.open + b.open,
    waiting: a.waiting + b.waiting,
    coalesced: a.coalesced + b.coalesced,
    gaps: a.gaps + b.gaps,
  };
}

function ofTenants({ all }: ProviderDirectory): ReadonlySet<ProviderKey> {
  return new Set(all.filter(({ access }) => access.tenants !== null).map(({ key }) => key));
}

/** The names of those whose credential this is. */
function tenantsWith({ access }: Provider, fingerprint: string): string {
  const theirs = [...(access.tenants ?? [])].filter(
    ([, credential]) => credential.fingerprint === fingerprint,
  );
  return JSON.stringify(theirs.map(([tenant]) => tenant).sort());
}

function hubKey(provider: ProviderKey, fingerprint: string): string {
  return `${provider} ${fingerprint}`;
}

function tooMany(max: number): GridweaveError {
  return new GridweaveError(
    'RATE_LIMITED',
    `Changes are watched with ${String(max)} credentials of callers, as many as this gateway takes. Query instead, or come back later.`,
    { retryAfterMs: RETRY_AFTER_MS },
  );
}
