import { describe, expect, test } from 'vitest';
import { HandTimer, request, told } from '../../test/live-model/rig.ts';
import { jobNow as now, liveBenches } from '../../test/support/live-bench.ts';
import { KnownInMemory } from '../../test/support/known-in-memory.ts';
import { batchOf } from '../../test/support/live-records.ts';
import { ScriptedProvider } from '../../test/support/scripted-provider.ts';
import { GridweaveError } from '../model/errors.ts';
import { systemClock } from '../model/time.ts';
import type { Feed, FeedOpener, FeedRequest } from './feed.ts';
import { createFeeds } from './feed/feeds.ts';
import type { LiveHub } from './hub.ts';
import type { Interest } from './live.ts';
import { RingLog } from './log/ring.ts';

const JOBS: Interest = { kind: 'job', filter: {} };
const { start, pass, faults } = liveBenches();

/** A provider with one job that runs, which is named after it. */
function running(key: string, ...jobs: string[]): ScriptedProvider {
  const provider = new ScriptedProvider(key);
  provider.rows = (jobs.length > 0 ? jobs : [`${key}-job`]).map((name) => now(name, 'RUNNING', provider.key));
  return provider;
}

function feedsOf(hub: LiveHub): FeedOpener {
  return createFeeds({ live: hub, clock: systemClock, every: new HandTimer().every });
}

/** Opens a feed and takes all that it begins with. */
async function reader(feeds: FeedOpener, own: Partial<FeedRequest> = {}): Promise<() => string[]> {
  const opening = feeds.open(request({ start: 'SNAPSHOT', ...own }));
  await pass(100);
  const feed = await opening;
  const story = (): string[] => storyOf(feed);
  story();
  return story;
}

function storyOf(feed: Feed): string[] {
  const words: string[] = [];
  for (;;) {
    const items = feed.take(10);
    if (items.length === 0) return words;
    words.push(...items.map(({ message }) => told(message)));
  }
}

describe('providers that take the place of others', () => {
  test('those that stay go on: their readers notice nothing, and nothing is asked anew', async () => {
    const [a, b, c] = [running('a'), running('b'), running('c')];
    const { hub } = start([a, b]);
    const feeds = feedsOf(hub);
    const [onlyA, onlyB] = [await reader(feeds, { filter: { providers: ['a'] } }), await reader(feeds, { filter: { providers: ['b'] } })]; // prettier-ignore
    const before = hub.snapshot({ kind: 'job', filter: { providers: ['a'] } })[0];
    const polls = a.polls.length;
    for (const providers of [[a], [a, c], [c, a, running('b')], [a, running('c')]]) {
      await hub.replaceProviders(providers);
      await pass(150);
    }
    expect([onlyA(), a.polls.length]).toEqual([[], polls]);
    expect(hub.snapshot({ kind: 'job', filter: { providers: ['a'] } })[0]).toBe(before);
    expect(onlyB().slice(0, 2)).toEqual(['GAP EPOCH b', 'SNAPSHOT_END']);
    a.rows = [now('a-job', 'SUCCEEDED', a.key)];
    await pass(20_000);
    expect(onlyA()).toEqual(['CHANGE a-job SUCCEEDED']);
  });

  test('one that goes: a gap, and a snapshot without it', async () => {
    const [a, b] = [running('a'), running('b')];
    const { hub } = start([a, b]);
    const feeds = feedsOf(hub);
    const story = await reader(feeds);
    b.rows = [now('b-job', 'SUCCEEDED', b.key)];
    await pass(20_000);
    await hub.replaceProviders([a]);
    // What waits of it is not told any more: nobody could look anything of it up.
    expect(story()).toEqual(['GAP EPOCH b', 'SNAPSHOT a-job RUNNING', 'SNAPSHOT_END']);
    const polls = b.polls.length;
    await pass(60_000);
    expect([b.polls.length, hub.stats]).toEqual([polls, { followers: 1, polling: 1, watches: 1 }]);
    expect(hub.log.window(b.key)).toMatchObject({ firstSeq: 1, lastSeq: 0 });
    await hub.tell(b.key, { type: 'RECORD', record: now('late', 'RUNNING', b.key), sourceMode: 'COMMAND' });
    expect([story(), hub.snapshot(JOBS).length]).toEqual([[], 1]);
  });

  test('one that comes: a gap when it has been looked at, and a snapshot with it', async () => {
    const [a, c] = [running('a'), running('c')];
    const { hub } = start([a]);
    const feeds = feedsOf(hub);
    const story = await reader(feeds);
    const begun = c.answer;
    c.answer = async (...given) => {
      await new Promise((resolve) => setTimeout(resolve, 3_000));
      return begun(...given);
    };
    await hub.replaceProviders([a, c]);
    await pass(2_900);
    expect(story()).toEqual([]);
    await pass(200);
    expect(story()).toEqual([
      'GAP EPOCH c',
      'SNAPSHOT a-job RUNNING',
      'SNAPSHOT c-job RUNNING',
      'SNAPSHOT_END',
    ]);
    c.rows = [now('c-job', 'SUCCEEDED', c.key)];
    await pass(30_000);
    expect(story()).toEqual(['CHANGE c-job SUCCEEDED']);
  });

  test('another one under the same key: one gap, one snapshot', async () => {
    const [a, b] = [running('a'), running('b', 'old')];
    const { hub } = start([a, b]);
    const feeds = feedsOf(hub);
    const story = await reader(feeds);
    const other = running('b', 'new');
    await hub.replaceProviders([a, other]);
    expect(hub.snapshot(JOBS).map(({ key }) => key)).toEqual(['a-job', 'old']);
    await pass(100);
    expect(story()).toEqual([
      'GAP EPOCH b',
      'SNAPSHOT a-job RUNNING',
      'SNAPSHOT new RUNNING',
      'SNAPSHOT_END',
    ]);
    const polls = b.polls.length;
    await pass(30_000);
    expect([story(), b.polls.length]).toEqual([[], polls]);
  });

  test('one that is down: a gap at once, and later what it shows', async () => {
    const a = running('a');
    const c = running('c');
    const { hub } = start([a]);
    const story = await reader(feedsOf(hub));
    const begun = c.answer;
    c.answer = () => Promise.reject(new GridweaveError('PROVIDER_UNAVAILABLE', 'down'));
    await hub.replaceProviders([a, c]);
    await pass(100);
    expect(story()).toEqual(['GAP EPOCH c', 'SNAPSHOT a-job RUNNING', 'SNAPSHOT_END']);
    c.answer = begun;
    await pass(60_000);
    expect(story()).toEqual(['CHANGE c-job RUNNING']);
  });

  test('one that does not answer enters when patience has ended', async () => {
    const a = running('a');
    const c = running('c');
    const { hub } = start([a], { pollTimeoutMs: 30_000 });
    const story = await reader(feedsOf(hub));
    c.answer = () => new Promise(() => {});
    await hub.replaceProviders([a, c]);
    await pass(9_900);
    expect(story()).toEqual([]);
    await pass(200);
    expect(story()[0]).toBe('GAP EPOCH c');
  });

  test('what is done at one that has not been looked at yet is told at once', async () => {
    const [a, b] = [running('a'), running('b', 'old')];
    const { hub } = start([a, b]);
    const story = await reader(feedsOf(hub), { filter: { providers: ['b'] } });
    const other = running('b', 'new');
    other.answer = async () => {
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      return batchOf(other.rows, { complete: true });
    };
    await hub.replaceProviders([a, other]);
    await pass(100);
    await hub.tell(b.key, {
      type: 'RECORD',
      record: now('made', 'SUBMITTING', b.key),
      sourceMode: 'COMMAND',
    });
    expect(story()).toEqual(['GAP EPOCH b', 'SNAPSHOT made SUBMITTING', 'SNAPSHOT_END']);
    await pass(1_000);
    expect(story()).toEqual(['CHANGE new RUNNING']);
  });

  test('readers that end at a gap can go on after it', async () => {
    const [a, b, c] = [running('a'), running('b'), running('c')];
    const { hub } = start([a, b]);
    const feeds = feedsOf(hub);
    const opening = feeds.open(request({ start: 'SNAPSHOT', onGap: 'FAIL' }));
    await pass(100);
    const feed = await opening;
    storyOf(feed);
    await hub.replaceProviders([a, c]);
    await pass(100);
    const [gap] = feed.take(10);
    expect([told(gap!.message), feed.ended]).toEqual(['GAP EPOCH b,c', true]);
    const again = await reader(feeds, { start: 'AFTER', after: gap!.message.cursor, onGap: 'FAIL' });
    expect(again()).toEqual([]);
    c.rows = [now('c-job', 'FAILED', c.key)];
    await pass(30_000);
    expect(again()).toEqual(['CHANGE c-job FAILED']);
  });

  test('readers who were away are told of what changed meanwhile', async () => {
    const [a, b] = [running('a'), running('b')];
    const { hub } = start([a, b]);
    const feeds = feedsOf(hub);
    const opening = feeds.open(request({ start: 'SNAPSHOT' }));
    await pass(100);
    const feed = await opening;
    const after = feed.take(10).at(-1)!.message.cursor;
    feed.close();
    const resumed = async (): Promise<string> => {
      const opened = feeds.open(request({ start: 'AFTER', after }));
      await pass(100);
      const again = await opened;
      const [first] = storyOf(again);
      again.close();
      return first ?? 'nothing';
    };
    expect(await resumed()).toBe('nothing');
    await hub.replaceProviders([a]);
    expect(await resumed()).toBe('GAP EPOCH b');
    await hub.replaceProviders([a, running('b')]);
    expect(await resumed()).toBe('GAP EPOCH b');
  });

  test('whoever was cut off in the first snapshot, and finds nobody configured, starts over with nothing', async () => {
    const a = running('a', 'one', 'two');
    const { hub } = start([a]);
    const feeds = feedsOf(hub);
    const opening = feeds.open(request({ start: 'SNAPSHOT' }));
    await pass(100);
    const feed = await opening;
    expect(feed.take(1).map(({ message }) => told(message))).toEqual(['SNAPSHOT one RUNNING']);
    feed.drain();
    const after = feed.take(10).at(-1)!.message.cursor;
    await hub.replaceProviders([]);
    const again = await feeds.open(request({ start: 'AFTER', after }));
    expect(storyOf(again)).toEqual(['GAP EPOCH ', 'SNAPSHOT_END']);
  });

  test('again and again leaves nothing behind', async () => {
    const a = running('a');
    const log = new RingLog();
    const known = new KnownInMemory();
    const { hub } = start([a], {}, log, known.process());
    const feeds = feedsOf(hub);
    const stories = [await reader(feeds), await reader(feeds, { filter: { providers: ['a'] } })];
    const made: ScriptedProvider[] = [];
    for (let i = 0; i < 50; i++) {
      const others = ['b', 'c', 'd'].slice(0, i % 4).map((key) => running(key));
      made.push(...others);
      const replaced = hub.replaceProviders([a, ...others]);
      // Sometimes the next one comes before the last has been looked at.
      if (i % 3 > 0) await pass(i % 3 === 1 ? 1 : 150);
      await replaced;
      expect(hub.stats.followers).toBeLessThanOrEqual(7);
    }
    await hub.replaceProviders([a]);
    await pass(100);
    expect(hub.stats).toEqual({ followers: 1, polling: 1, watches: 2 });
    expect(made.filter(({ open }) => open > 0)).toEqual([]);
    const polls = made.map((provider) => provider.polls.length);
    await pass(120_000);
    expect(made.map((provider) => provider.polls.length)).toEqual(polls);
    expect(stories.map((story) => story().length > 0)).toEqual([true, false]);
    expect([...known.kept.keys()].filter((key) => key !== a.key)).toEqual([]);
    expect(faults()).toEqual([]);
  });

  test('none is begun once it is closed', async () => {
    const a = running('a');
    const { hub } = start([a]);
    await reader(feedsOf(hub));
    const late = running('c');
    late.answer = () => new Promise(() => {});
    void hub.replaceProviders([a, late]);
    await pass(10);
    void hub.close();
    await pass(5_000);
    const never = running('d');
    await hub.replaceProviders([never]);
    await pass(5_000);
    expect([never.polls, late.polls.length]).toEqual([[], 1]);
  });
});
