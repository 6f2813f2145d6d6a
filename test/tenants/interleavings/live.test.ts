import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createFeeds } from '../../../src/live/feed/feeds.ts';
import type { Feed, FeedOpener } from '../../../src/live/feed.ts';
import { LiveHub } from '../../../src/live/hub.ts';
import type { LiveState } from '../../../src/live/live.ts';
import { RingLog } from '../../../src/live/log/ring.ts';
import { OwnLives } from '../../../src/live/own/own-lives.ts';
import { GridweaveError } from '../../../src/model/errors.ts';
import type { ProviderKey } from '../../../src/model/ids.ts';
import type { JobRecord } from '../../../src/model/records.ts';
import type { State } from '../../../src/model/state.ts';
import { ProviderRegistry, type Provider } from '../../../src/providers/registry.ts';
import { OwnCredentials } from '../../../src/server/credentials/own-credentials.ts';
import type { CallContext, Upstream } from '../../../src/upstream/types.ts';
import { batchOf, job } from '../../support/live-records.ts';
import { ScriptedProvider } from '../../support/scripted-provider.ts';
import { testClock } from '../../support/upstream-calls.ts';
import type { Random } from '../../live-model/random.ts';
import { expectOwn, MARKS, runAll, runs, settled, type Mark } from './runs.ts';

const SHARE = runs(0.05);
const STEPS = 45;
const KEYS = ['one', 'two'] as const;
const STATES: readonly State[] = ['QUEUED', 'RUNNING', 'SUCCEEDED', 'FAILED'];
const OPTIONS = { hotMs: 200, warmMs: 600, fullSweepMs: 4_000, sweepRetryMs: 500, lingerMs: 1_500, patienceMs: 400, maxBackoffMs: 900 }; // prettier-ignore

interface Reader {
  readonly mark: Mark;
  readonly feed: Feed;
}

/** Jobs of one account at one provider: their keys are those of the other accounts, and their names its own. */
type Jobs = Map<string, JobRecord>;

/** One schedule: three accounts at two providers, watched over the pollers, logs and feeds that they share, or do not. */
class Schedule {
  readonly #random: Random;
  readonly #registry: ProviderRegistry;
  readonly #jobs = new Map<string, Jobs>();
  readonly #hub: LiveHub;
  readonly #feedsOf = (live: LiveState): FeedOpener =>
    createFeeds({
      live,
      clock: testClock,
      bookmarkEveryMs: 1_000,
      limits: { maxMessages: 8, maxBytes: 1e6 },
    });
  #feeds: FeedOpener;
  readonly #own: OwnLives;
  readonly #readers = new Set<Reader>();
  readonly #cursors: Record<Mark, string[]> = { ada0: [], b0b0: [], cafe0: [] };
  #moves = 0;
  #opening = 0;
  #wrong: unknown = null;
  told = 0;

  constructor(random: Random) {
    this.#random = random;
    this.#registry = new ProviderRegistry(KEYS.map((key) => this.#provider(key)));
    const onFault = (fault: unknown): void => {
      this.#wrong ??= fault;
    };
    const shared = { providers: this.#registry, clock: testClock, onFault, options: OPTIONS };
    this.#hub = new LiveHub({ ...shared, log: new RingLog({ clock: testClock, retention: { events: 30 } }), random: () => random.next() }); // prettier-ignore
    this.#feeds = this.#feedsOf(this.#hub);
    this.#own = new OwnLives({
      ...shared,
      common: this.#hub,
      feedsOf: this.#feedsOf,
      retention: { events: 30, bytes: 1e6 },
      maxCredentials: random.pick([2, 4, 100]),
      idleMs: 2_000,
    });
  }

  async run(): Promise<number> {
    for (let step = 0; step < STEPS; step++) {
      this.#step();
      await settled(40);
    }
    for (let round = 0; this.#opening > 0 && round < 100; round++) await this.#pass(500);
    for (const reader of this.#readers) this.#take(reader, 1_000);
    for (const { feed } of this.#readers) feed.close();
    // Nobody watches: nobody polls.
    for (let i = 0; i < 12; i++) await this.#pass(500);
    const left = { opening: this.#opening, own: this.#own.stats.polling, watches: this.#own.stats.watches, common: this.#hub.stats.polling }; // prettier-ignore
    expect(left).toEqual({ opening: 0, own: 0, watches: 0, common: 0 });
    const closed = Promise.all([this.#own.close(), this.#hub.close()]);
    for (let i = 0; i < 5; i++) await this.#pass(1_000);
    await closed;
    if (this.#wrong !== null) throw this.#wrong;
    return this.told;
  }

  async #pass(ms: number): Promise<void> {
    vi.advanceTimersByTime(ms);
    await settled(40);
  }

  #step(): void {
    const random = this.#random;
    const mark = random.pick(MARKS);
    switch (random.weighted({ move: 6, pass: 10, open: 5, take: 8, close: 2, tell: 2, snapshot: 2, replace: 0.7 })) {
      case 'move':
        this.#move(mark, random.pick(KEYS));
        return;
      case 'pass':
        vi.advanceTimersByTime(random.pick([50, 250, 700, 2_100]));
        return;
      case 'open':
        void this.#open(mark);
        return;
      case 'take':
        for (const reader of this.#readers) if (random.chance(0.5)) this.#take(reader, random.int(1, 6));
        return;
      case 'close': {
        const [reader] = this.#readers;
        reader?.feed.close();
        if (reader !== undefined) this.#readers.delete(reader);
        return;
      }
      case 'tell':
        return this.#tell(mark, random.pick(KEYS));
      case 'snapshot': {
        const state = this.#stateOf(mark);
        if (state !== null) expectOwn([state.snapshot({ kind: 'job', filter: {} }), state.sources({ kind: 'job', filter: {} })], mark, 'a snapshot'); // prettier-ignore
        return;
      }
      case 'replace':
        return this.#replace();
    }
  } // prettier-ignore

  #jobsOf(mark: Mark, key: string): Jobs {
    const name = `${mark} ${key}`;
    let jobs = this.#jobs.get(name);
    if (jobs === undefined) this.#jobs.set(name, (jobs = new Map()));
    return jobs;
  }

  #move(mark: Mark, key: string): JobRecord {
    const random = this.#random;
    const id = `job-${String(random.int(1, 3))}`;
    const jobs = this.#jobsOf(mark, key);
    const before = jobs.get(id);
    this.#moves += 1;
    const generation = (before?.generation ?? 0) + 1;
    const moved = job(id, random.pick(STATES), { at: Date.now(), createdAt: 500, name: `${mark}-${String(this.#moves)}`, generation, provider: key as ProviderKey }); // prettier-ignore
    if (before !== undefined && random.chance(0.15)) jobs.delete(id);
    else jobs.set(id, moved);
    return moved;
  }

  #provider(key: string): Provider {
    const scripted = new ScriptedProvider(key);
    const markOf = ({ credentials }: CallContext): Mark => (credentials?.get(key as ProviderKey)?.fingerprint ?? 'cafe0') as Mark; // prettier-ignore
    scripted.answer = (since, ctx) => {
      if (this.#random.chance(0.05)) throw new GridweaveError('PROVIDER_UNAVAILABLE', 'It is down.', { provider: key });
      const at = Date.now();
      const rows = [...this.#jobsOf(markOf(ctx), key).values()].map((row) => ({ ...row, observedAt: testClock.now(), endedAt: row.endedAt === null ? null : row.endedAt })); // prettier-ignore
      return batchOf(rows, { complete: since === null, watermark: String(at) });
    };
    const upstream: Upstream = {
      provider: key as ProviderKey,
      send: () => Promise.reject(new RangeError('nobody is called')),
      openSocket: () => Promise.reject(new RangeError('nobody is called')),
      health: { breaker: 'CLOSED', retryAt: null, lastSuccessAt: null, lastFailureAt: null, latencyMs: null },
      fingerprint: markOf,
      close: () => Promise.resolve(),
    };
    const { name, kind, timeoutMs, access, callback, events, adapter } = scripted;
    return { key: key as ProviderKey, name, kind, timeoutMs, access, callback, events, adapter, upstream };
  } // prettier-ignore

  /** At some providers the configured credential is called with for everybody; those are nobody's own. */
  #credentialsOf(mark: Mark): OwnCredentials {
    return new OwnCredentials(new Map(mark === 'cafe0' ? [] : KEYS.map((key) => [key as ProviderKey, { fingerprint: mark, apply: () => {} }]))); // prettier-ignore
  }

  #stateOf(mark: Mark): LiveState | null {
    if (mark === 'cafe0') return this.#hub;
    try {
      return this.#own.viewFor(this.#credentialsOf(mark)).state;
    } catch (error) {
      expectRefusal(error);
      return null;
    }
  }

  async #open(mark: Mark): Promise<void> {
    const random = this.#random;
    // Their own place, or one of another account.
    const after = random.chance(0.6) ? (this.#cursors[random.chance(0.5) ? mark : random.pick(MARKS)].at(-1) ?? null) : null; // prettier-ignore
    this.#opening += 1;
    try {
      const feeds = mark === 'cafe0' ? this.#feeds : this.#own.viewFor(this.#credentialsOf(mark)).feeds;
      const providers = random.pick([[], ['one'], ['two']]) as ProviderKey[];
      const filter = providers.length === 0 ? {} : { providers };
      const feed = await feeds.open({ kind: 'job', filter, start: after === null ? random.pick(['SNAPSHOT', 'NOW']) : 'AFTER', after, onGap: 'RESNAPSHOT' }); // prettier-ignore
      this.#readers.add({ mark, feed });
    } catch (error) {
      try {
        expectRefusal(error);
      } catch (fault) {
        this.#wrong ??= fault;
      }
    } finally {
      this.#opening -= 1;
    }
  }

  #take({ mark, feed }: Reader, limit: number): void {
    for (const { message } of feed.take(limit)) {
      this.told += 1;
      expectOwn(message, mark, message.type);
      const { cursor } = message;
      if (cursor !== null) this.#cursors[mark].push(typeof cursor === 'function' ? (cursor as () => string)() : cursor);
    }
  } // prettier-ignore

  #tell(mark: Mark, key: string): void {
    const provider = this.#registry.get(key);
    if (provider === null) return;
    const record = this.#move(mark, key);
    const credentials = this.#credentialsOf(mark);
    const call = credentials.key === '' ? {} : { credentials };
    void this.#own.tell(provider, { type: 'RECORD', record, sourceMode: 'COMMAND' }, call).catch((error: unknown) => (this.#wrong ??= error)); // prettier-ignore
  }

  /** Another configuration: a provider is another one under the same key. */
  #replace(): void {
    const which = this.#random.pick(KEYS);
    this.#registry.replace(
      KEYS.map((key) => (key === which ? this.#provider(key) : this.#registry.get(key)!)),
    );
    if (this.#own.providersReplaced()) {
      this.#feeds.drainAll();
      this.#feeds = this.#feedsOf(this.#hub);
    }
    void this.#hub.replaceProviders(this.#registry.all);
  }
}

/** As many credentials are watched with as may be. */
function expectRefusal(error: unknown): void {
  if (!(error instanceof GridweaveError) || error.code !== 'RATE_LIMITED') throw error;
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] });
});

afterEach(() => {
  vi.useRealTimers();
});

it(
  `pollers, logs and feeds of three accounts: ${String(SHARE.count)} schedules from seed ${String(SHARE.first)} on`,
  async () => {
    const told = await runAll(SHARE, (random) => {
      vi.setSystemTime(10_000);
      return new Schedule(random).run();
    });
    if (SHARE.count > 20) expect(told / SHARE.count).toBeGreaterThan(10);
  },
  SHARE.timeoutMs * 3,
);
