import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { batchOf, job } from '../../../test/support/live-records.ts';
import { ScriptedProvider } from '../../../test/support/scripted-provider.ts';
import { testClock } from '../../../test/support/upstream-calls.ts';
import type { ProviderKey } from '../../model/ids.ts';
import type { ProviderAccess } from '../../providers/access.ts';
import { ProviderRegistry, type Provider } from '../../providers/registry.ts';
import type { Credential, Upstream } from '../../upstream/types.ts';
import { createFeeds } from '../feed/feeds.ts';
import type { Feed, FeedOpener, FeedRequest } from '../feed.ts';
import { LiveHub } from '../hub.ts';
import type { Interest, LiveState } from '../live.ts';
import { RingLog } from '../log/ring.ts';
import { OwnLives, type OwnSet } from './own-lives.ts';

const IDLE_MS = 10_000;
const OPTIONS = { hotMs: 1_000, warmMs: 1_000, jitter: 0, lingerMs: 2_000, fullSweepMs: 3_600_000 };
const JOBS: Interest = { kind: 'job', filter: {} };

/** A provider that shows each credential a job of its own, under one key. */
function scripted(name: string, access: Partial<ProviderAccess> = {}): Provider & { readonly script: ScriptedProvider; forgotten: number } {
  const script = new ScriptedProvider(name);
  const key = name as ProviderKey;
  script.answer = (since, { credentials }) => {
    const of = credentials?.get(key)?.fingerprint ?? 'configured';
    return batchOf([job('one', 'RUNNING', { name: `${of} at ${name}`, provider: key, at: Date.now() })], { complete: since === null }); // prettier-ignore
  };
  const { kind, timeoutMs, callback, events, adapter } = script;
  const made = { forgotten: 0 };
  const upstream: Partial<Upstream> = { provider: key, forgetReads: () => (made.forgotten += 1) };
  return Object.assign(made, { script, key, name, kind, timeoutMs, callback, events, adapter, upstream: upstream as Upstream, access: { ...script.access, ...access } }); // prettier-ignore
} // prettier-ignore

function credential(fingerprint: string): Credential {
  return { fingerprint, apply: () => {} };
}

/** What one caller has of their own, by provider. */
function set(byProvider: Readonly<Record<string, string>>): OwnSet {
  return {
    key: JSON.stringify(byProvider),
    providers: Object.keys(byProvider) as ProviderKey[],
    get: (key) => (byProvider[key] === undefined ? undefined : credential(byProvider[key])),
  };
}

interface Bench {
  readonly registry: ProviderRegistry;
  readonly hub: LiveHub;
  readonly own: OwnLives;
  readonly feeds: FeedOpener;
  readonly faults: unknown[];
}

const benches: Bench[] = [];

function bench(providers: readonly Provider[], maxCredentials = 100): Bench {
  const faults: unknown[] = [];
  const registry = new ProviderRegistry(providers);
  const shared = { providers: registry, clock: testClock, options: OPTIONS, onFault: (fault: unknown) => faults.push(fault) }; // prettier-ignore
  const hub = new LiveHub({ ...shared, log: new RingLog({ clock: testClock }) });
  const feedsOf = (live: LiveState): FeedOpener =>
    createFeeds({ live, clock: testClock, bookmarkEveryMs: 60_000 });
  const own = new OwnLives({ ...shared, common: hub, feedsOf, retention: { events: 100, bytes: 1e6 }, maxCredentials, idleMs: IDLE_MS }); // prettier-ignore
  const made = { registry, hub, own, feeds: feedsOf(hub), faults };
  benches.push(made);
  return made;
}

const pass = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

async function open(feeds: FeedOpener, more: Partial<FeedRequest> = {}): Promise<Feed> {
  const opening = feeds.open({ ...JOBS, start: 'SNAPSHOT', after: null, onGap: 'RESNAPSHOT', ...more });
  await pass(50);
  return opening;
}

/** The same, with the snapshot that follows a gap once that has been read. */
async function wholeStory(feed: Feed): Promise<string[]> {
  const first = story(feed);
  await pass(10);
  return [...first, ...story(feed)];
}

/** "SNAPSHOT ada at lab", "GAP EPOCH lab", "BOOKMARK closing" … */
function story(feed: Feed): string[] {
  return feed.take(1_000).map(({ message }) => {
    switch (message.type) {
      case 'SNAPSHOT':
        return `SNAPSHOT ${'name' in message.record ? message.record.name : ''}`;
      case 'CHANGE':
      case 'CORRECTION':
        return `${message.type} ${message.event.record.name}`;
      case 'GAP':
        return `GAP ${message.reason} ${message.partitions.join()}`;
      case 'BOOKMARK':
        return message.closing ? 'BOOKMARK closing' : 'BOOKMARK';
      default:
        return message.type;
    }
  });
}

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(async () => {
  for (const { own, hub, faults } of benches.splice(0)) {
    const closed = Promise.all([own.close(), hub.close()]);
    await pass(5_000);
    await closed;
    expect(faults).toEqual([]);
  }
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

describe('what a caller with credentials of their own watches', () => {
  it('is what theirs shows, and of other providers what everybody sees', async () => {
    const { own, feeds } = bench([scripted('lab'), scripted('cloud')]);
    const ada = await open(own.viewFor(set({ lab: 'ada' })).feeds);
    const bob = await open(own.viewFor(set({ lab: 'bob', cloud: 'bob' })).feeds);
    const all = await open(feeds);
    expect([story(ada).toSorted(), story(bob).toSorted(), story(all).toSorted()]).toEqual([
      ['SNAPSHOT ada at lab', 'SNAPSHOT configured at cloud', 'SNAPSHOT_END'],
      ['SNAPSHOT bob at cloud', 'SNAPSHOT bob at lab', 'SNAPSHOT_END'],
      ['SNAPSHOT configured at cloud', 'SNAPSHOT configured at lab', 'SNAPSHOT_END'],
    ]);
    for (const feed of [ada, bob, all]) feed.close();
  });

  it('stands in the operator’s order, by what the filter leaves', async () => {
    const { own } = bench([scripted('a'), scripted('b'), scripted('c')]);
    const { state } = own.viewFor(set({ b: 'ada' }));
    const of = (...providers: string[]): Interest => ({
      kind: 'job',
      filter: { providers },
    });
    expect(state.providersOf(JOBS)).toEqual(['a', 'b', 'c']);
    expect(state.providersOf(of('c', 'b'))).toEqual(['b', 'c']);
    const watch = state.watch(JOBS);
    await pass(50);
    await watch.ready;
    expect(state.sources(JOBS).map(({ provider, errorCode }) => [provider, errorCode])).toEqual([['a', null], ['b', null], ['c', null]]); // prettier-ignore
    expect(state.snapshot(of('b')).map((record) => record.name)).toEqual(['ada at b']);
    watch.release();
  });

  it('is polled for once, however many watch, and for nobody when all have left', async () => {
    const counts: number[] = [];
    for (const readers of [1, 100]) {
      const lab = scripted('lab');
      const { own } = bench([lab]);
      const { feeds: opener } = own.viewFor(set({ lab: 'ada' }));
      const opening = Array.from({ length: readers }, () => opener.open({ ...JOBS, start: 'SNAPSHOT', after: null, onGap: 'RESNAPSHOT' })); // prettier-ignore
      await pass(50);
      const feeds = await Promise.all(opening);
      await pass(20_000);
      counts.push(lab.script.polls.length);
      expect([lab.script.mostOpen, own.stats]).toEqual([
        1,
        { views: 1, hubs: 1, polling: 1, watches: readers },
      ]);
      for (const feed of feeds) feed.close();
      await pass(OPTIONS.lingerMs + 50);
      expect(own.stats).toMatchObject({ polling: 0, watches: 0 });
      const polls = lab.script.polls.length;
      await pass(60_000);
      expect([lab.script.polls.length, own.stats.views]).toEqual([polls, 0]);
    }
    expect(counts[1]).toBe(counts[0]);
  });

  it('is shared by those with the same credential at a provider, whatever else they have', async () => {
    const { own } = bench([scripted('lab'), scripted('cloud')]);
    const one = own.viewFor(set({ lab: 'ada' }));
    expect(own.viewFor(set({ lab: 'ada' }))).toBe(one);
    expect(own.viewFor(set({ lab: 'ada', cloud: 'ada' }))).not.toBe(one);
    expect(own.stats).toMatchObject({ views: 2, hubs: 2 });
    // One that is not configured any more is no part of it.
    own.viewFor(set({ lab: 'ada', gone: 'ada' }));
    expect(own.stats).toMatchObject({ views: 3, hubs: 2 });
  });

  it('makes who reads after a change read anew', async () => {
    const lab = scripted('lab');
    const { own } = bench([lab]);
    const feed = await open(own.viewFor(set({ lab: 'ada' })).feeds);
    await own.tell(lab, { type: 'RECORD', record: job('two', 'QUEUED', { name: 'told', provider: lab.key, at: Date.now() }), sourceMode: 'COMMAND' }, { credentials: set({ lab: 'ada' }) }); // prettier-ignore
    expect(lab.forgotten).toBeGreaterThan(0);
    feed.close();
  });
});

describe('what was done at a provider', () => {
  const told = (lab: Provider, name: string) => ({ type: 'RECORD', record: job(name, 'QUEUED', { name, provider: lab.key, at: Date.now() }), sourceMode: 'COMMAND' } as const); // prettier-ignore

  it('is told to those with the credential that it was done with', async () => {
    const lab = scripted('lab');
    const { own, feeds } = bench([lab]);
    const [ada, bob, all] = [await open(own.viewFor(set({ lab: 'ada' })).feeds), await open(own.viewFor(set({ lab: 'bob' })).feeds), await open(feeds)]; // prettier-ignore
    for (const feed of [ada, bob, all]) story(feed);
    await own.tell(lab, told(lab, 'by ada'), { credentials: set({ lab: 'ada' }) });
    await own.tell(lab, told(lab, 'by everybody'), {});
    await own.tell(lab, told(lab, 'elsewhere'), { credentials: set({ cloud: 'ada' }) });
    // Somebody of whom nobody watches.
    await own.tell(lab, told(lab, 'by carol'), { credentials: set({ lab: 'carol' }) });
    await pass(10);
    expect([story(ada), story(bob), story(all)]).toEqual([
      ['CHANGE by ada'],
      [],
      ['CHANGE by everybody', 'CHANGE elsewhere'],
    ]);
    for (const feed of [ada, bob, all]) feed.close();
  });
});

describe('positions', () => {
  it('of one credential say nothing to another, and are good for the same', async () => {
    const { own, feeds } = bench([scripted('lab')]);
    const cursorOf = async (opener: FeedOpener): Promise<string> => {
      const feed = await open(opener);
      const cursor = feed.take(100).at(-1)?.message.cursor;
      feed.close();
      return cursor ?? '';
    };
    const [ada, bob] = [own.viewFor(set({ lab: 'ada' })).feeds, own.viewFor(set({ lab: 'bob' })).feeds];
    const cursors = [await cursorOf(ada), await cursorOf(bob), await cursorOf(feeds)];
    expect(new Set(cursors).size).toBe(3);
    for (const cursor of cursors) {
      const feed = await open(ada, { start: 'AFTER', after: cursor });
      expect(await wholeStory(feed)).toEqual(cursor === cursors[0] ? [] : ['GAP EPOCH lab', 'SNAPSHOT ada at lab', 'SNAPSHOT_END']); // prettier-ignore
      feed.close();
    }
  });
});

describe('another configuration', () => {
  it('sends those away who watch what was replaced, and they find what is new', async () => {
    const { own, hub, registry } = bench([scripted('lab'), scripted('cloud')]);
    const feed = await open(own.viewFor(set({ lab: 'ada' })).feeds);
    const other = await open(own.viewFor(set({ cloud: 'ada' })).feeds);
    for (const one of [feed, other]) story(one);
    registry.replace([scripted('lab'), registry.get('cloud')!]);
    expect(own.providersReplaced()).toBe(false);
    void hub.replaceProviders(registry.all);
    await pass(100);
    expect([story(feed), feed.ended]).toEqual([['BOOKMARK closing'], true]);
    // It sees the other one as everybody does.
    expect(await wholeStory(other)).toEqual([
      'GAP EPOCH lab',
      'SNAPSHOT configured at lab',
      'SNAPSHOT ada at cloud',
      'SNAPSHOT_END',
    ]);
    const again = await open(own.viewFor(set({ lab: 'ada' })).feeds);
    expect(story(again)).toContain('SNAPSHOT ada at lab');
    for (const one of [other, again]) one.close();
  });

  it('with other secrets of tenants sends those away whose they were, and nobody else', async () => {
    const lab = scripted('lab', { tenants: new Map([['a', credential('ada')], ['b', credential('bob')]]) }); // prettier-ignore
    const { own } = bench([lab]);
    const [ada, bob] = [await open(own.viewFor(set({ lab: 'ada' })).feeds), await open(own.viewFor(set({ lab: 'bob' })).feeds)]; // prettier-ignore
    for (const feed of [ada, bob]) story(feed);
    const tenants = (a: string, b: string) => ({ ...lab.access, tenants: new Map([['a', credential(a)], ['b', credential(b)]]) }); // prettier-ignore
    lab.access = tenants('new', 'bob');
    expect(own.providersReplaced()).toBe(false);
    expect([story(ada), story(bob), own.stats.views]).toEqual([['BOOKMARK closing'], [], 1]);
    // Two that change places have each other’s.
    const carol = await open(own.viewFor(set({ lab: 'new' })).feeds);
    lab.access = tenants('bob', 'new');
    own.providersReplaced();
    expect([story(bob), story(carol).at(-1), own.stats.views]).toEqual([
      ['BOOKMARK closing'],
      'BOOKMARK closing',
      0,
    ]);
  });

  it('that begins to keep tenants apart leaves nobody watching what was everybody’s', async () => {
    const lab = scripted('lab');
    const { own, registry } = bench([lab, scripted('cloud')]);
    const feed = await open(own.viewFor(set({ cloud: 'ada' })).feeds);
    story(feed);
    registry.replace([
      scripted('lab', { tenants: new Map([['a', credential('ada')]]) }),
      registry.get('cloud')!,
    ]);
    expect(own.providersReplaced()).toBe(true);
    expect([story(feed), own.stats.views]).toEqual([['BOOKMARK closing'], 0]);
    // Once: it is so from then on.
    expect(own.providersReplaced()).toBe(false);
  });
});

describe('views', () => {
  it('that nobody uses are dropped after a while, and let go of everything', async () => {
    const { own, hub } = bench([scripted('lab')]);
    const stops: string[] = [];
    const listen = hub.onProviders.bind(hub);
    let listening = 0;
    vi.spyOn(hub, 'onProviders').mockImplementation((listener) => {
      listening += 1;
      const stop = listen(listener);
      return () => {
        listening -= 1;
        stops.push('stop');
        stop();
      };
    });
    const feed = await open(own.viewFor(set({ lab: 'ada' })).feeds);
    own.viewFor(set({ lab: 'bob' }));
    expect(own.stats.views).toBe(2);
    await pass(IDLE_MS * 2 + 10);
    expect([own.stats.views, listening]).toEqual([1, 1]);
    feed.close();
    await pass(IDLE_MS * 2 + 10);
    expect([own.stats, listening]).toEqual([{ views: 0, hubs: 0, polling: 0, watches: 0 }, 0]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('that are about to be used when they are dropped send their reader away with a cursor', async () => {
    const { own, registry } = bench([scripted('lab')]);
    const { feeds } = own.viewFor(set({ lab: 'ada' }));
    registry.replace([scripted('lab')]);
    own.providersReplaced();
    const feed = await open(feeds);
    expect(story(feed).at(-1)).toBe('BOOKMARK closing');
    expect(feed.ended).toBe(true);
  });

  it('are of so many credentials at most, and those that nobody uses give way', async () => {
    const { own } = bench([scripted('lab'), scripted('cloud')], 2);
    own.viewFor(set({ lab: 'ada', cloud: 'ada' }));
    const feed = await open(own.viewFor(set({ lab: 'bob' })).feeds);
    const held = await open(own.viewFor(set({ lab: 'carol' })).feeds);
    expect(() => own.viewFor(set({ lab: 'dan' }))).toThrow(
      expect.objectContaining({ code: 'RATE_LIMITED' }) as Error,
    );
    // Nor are there more sets of a few credentials than that.
    expect(() => own.viewFor(set({ lab: 'bob', other: 'x' }))).toThrow(expect.objectContaining({ code: 'RATE_LIMITED' }) as Error); // prettier-ignore
    expect(own.viewFor(set({ lab: 'bob' })).feeds.openFeeds).toBe(1);
    feed.close();
    held.close();
    expect(own.viewFor(set({ lab: 'dan' })).feeds.openFeeds).toBe(0);
  });

  it('are refused when the gateway leaves, and those that are open end', async () => {
    const { own } = bench([scripted('lab')]);
    const feed = await open(own.viewFor(set({ lab: 'ada' })).feeds);
    story(feed);
    const closed = own.close();
    await pass(2_000);
    await closed;
    expect(story(feed)).toEqual(['BOOKMARK closing']);
    expect(() => own.viewFor(set({ lab: 'bob' }))).toThrow(
      expect.objectContaining({ code: 'SHUTTING_DOWN' }) as Error,
    );
    expect(own.stats).toEqual({ views: 0, hubs: 0, polling: 0, watches: 0 });
  });
});
