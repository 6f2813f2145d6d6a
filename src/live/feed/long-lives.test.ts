import { describe, expect, it, vi } from 'vitest';
import { at, changed, job, provider } from '../../../test/live-model/records.ts';
import { messages, request, rig, settled, story, takeAll, told } from '../../../test/live-model/rig.ts';
import * as filters from '../../merge/filter.ts';
import { decodeCursor } from '../cursor.ts';
import type { Feed } from '../feed.ts';
import { createFeeds } from './feeds.ts';

const begins = changed(null, job('x'));

describe('bookmarks', () => {
  it('come at least once per interval and move the cursor on, though nothing matches', async () => {
    const { live, open, timer } = rig({ bookmarkEveryMs: 900 });
    const feeds = await Promise.all(
      Array.from({ length: 20 }, () => open({ filter: { states: ['FAILED'] } })),
    );
    for (const feed of feeds) feed.take(10);
    await live.happen(begins);
    timer.advance(899);
    for (const feed of feeds) {
      const [bookmark] = feed.take(10);
      expect(bookmark?.message).toMatchObject({ type: 'BOOKMARK', closing: false, at: 1_000 });
      expect(decodeCursor(bookmark?.message.cursor ?? '').get(provider('a'))?.seq).toBe(1);
    }
    for (let i = 0; i < 5; i++) {
      timer.advance(899);
      for (const feed of feeds) expect(feed.take(10)).toHaveLength(1);
    }
  });

  it('hang on one timer for all feeds, which runs while there are any', async () => {
    const { open, timer } = rig();
    const feeds = await Promise.all(Array.from({ length: 30 }, () => open()));
    expect(timer.running).toBe(1);
    for (const feed of feeds) feed.close();
    expect(timer.running).toBe(0);
  });

  it('do not claim what waits', async () => {
    const { live, open, timer } = rig({ bookmarkEveryMs: 900 });
    const feed = await open();
    const [first] = feed.take(10);
    await live.happen(begins, changed(null, job('y')), changed(null, job('z')));
    timer.advance(900);
    const items = feed.take(2);
    expect(items.map((item) => told(item.message))).toEqual(['BOOKMARK', 'CHANGE x QUEUED']);
    expect(items[0]?.message.cursor).toBe(first?.message.cursor);
  });
});

describe('the end of a feed', () => {
  it('drain: what waits, then a closing bookmark from which another gateway goes on', async () => {
    const { live, feeds, open } = rig();
    const feed = await open();
    await messages(feed);
    await live.happen(begins);
    feeds.drainAll();
    await live.happen(changed(null, job('y')));
    expect([live.watching, live.listening, feeds.openFeeds]).toEqual([0, 0, 1]);
    const all = await messages(feed);
    expect(all.map(told)).toEqual(['CHANGE x QUEUED', 'BOOKMARK closing']);
    expect([feed.ended, feed.failure, feeds.openFeeds]).toEqual([true, null, 0]);
    const next = createFeeds({ live, clock: { now: () => at(0) } });
    const resumed = await next.open(request({ start: 'AFTER', after: all.at(-1)!.cursor }));
    expect(await story(resumed)).toEqual(['CHANGE y QUEUED']);
    resumed.close();
  });

  it('drain: who comes later is sent away at once, with a cursor', async () => {
    const { feeds, open } = rig();
    feeds.drainAll();
    for (const start of ['SNAPSHOT', 'NOW'] as const) {
      const all = await messages(await open({ start }));
      expect(all.at(-1)).toMatchObject({ type: 'BOOKMARK', closing: true });
    }
    expect(feeds.openFeeds).toBe(0);
  });

  it('drain in the middle of a snapshot: resuming is answered with a gap and a snapshot', async () => {
    const one = rig();
    await one.live.happen(begins, changed(null, job('y')));
    const feed = await one.open({ start: 'SNAPSHOT' });
    feed.take(1);
    feed.drain();
    const [closing, ...none] = await messages(feed);
    expect(none).toEqual([]);
    expect(closing).toMatchObject({ type: 'BOOKMARK', closing: true });
    const again = await one.open({ start: 'AFTER', after: closing!.cursor });
    expect(await story(again)).toEqual([
      'GAP EPOCH a,b',
      'SNAPSHOT x QUEUED',
      'SNAPSHOT y QUEUED',
      'SNAPSHOT_END',
    ]);
  });

  it('drain behind a gap: the gap is told, and the snapshot is left to whoever resumes', async () => {
    const { live, open } = rig();
    const feed = await open();
    await messages(feed);
    await live.happenUnseen(provider('a'), begins);
    feed.drain();
    const all = await messages(feed);
    expect(all.map(told)).toEqual(['GAP EPOCH a', 'BOOKMARK closing']);
    const again = await open({ start: 'AFTER', after: all[1]!.cursor });
    expect(await story(again)).toEqual(['GAP EPOCH a', 'SNAPSHOT x QUEUED', 'SNAPSHOT_END']);
  });

  it('drain while catching up: the rest is left for whoever resumes', async () => {
    const { live, open } = rig();
    const [bookmark] = await messages(await open());
    for (let i = 0; i < 300; i++) await live.happen(changed(null, job(`j${String(i)}`)));
    const feed = await open({ start: 'AFTER', after: bookmark!.cursor });
    await settled();
    const got = feed.take(5).length;
    await live.happen(begins);
    feed.drain();
    const rest = await messages(feed);
    expect(rest.map(told)).toEqual(['BOOKMARK closing']);
    expect(await story(await open({ start: 'AFTER', after: rest[0]!.cursor }))).toHaveLength(301 - got);
  });

  it('close: lets go of everything, wakes who waits, and nothing comes after', async () => {
    const { live, feeds, open, timer } = rig();
    const feed = await open();
    await messages(feed);
    const waiting = feed.next(5);
    feed.close();
    feed.close();
    expect(await waiting).toEqual([]);
    await live.happen(begins);
    feed.drain();
    expect(feed.take(5)).toEqual([]);
    expect(await feed.next(5)).toEqual([]);
    expect([live.watching, live.listening, feeds.openFeeds, timer.running]).toEqual([0, 0, 0, 0]);
  });

  it('close while it catches up stops reading', async () => {
    const { live, open } = rig();
    const [bookmark] = await messages(await open());
    for (let i = 0; i < 600; i++) await live.happen(changed(null, job(`j${String(i)}`)));
    const read = vi.spyOn(live.log, 'read');
    const feed = await open({ start: 'AFTER', after: bookmark!.cursor, filter: { states: ['FAILED'] } });
    feed.close();
    const reads = read.mock.calls.length;
    await settled();
    expect(read.mock.calls.length).toBe(reads);
  });

  it('a failure of the log while catching up is the reason of the end', async () => {
    const { live, feeds, open } = rig();
    const [bookmark] = await messages(await open());
    for (let i = 0; i < 600; i++) await live.happen(changed(null, job(`j${String(i)}`)));
    const feed = await open({ start: 'AFTER', after: bookmark!.cursor });
    live.log.read = () => Promise.reject(new Error('the disk is gone'));
    await takeAll(feed);
    expect(feed.ended).toBe(true);
    expect(feed.failure).toMatchObject({ code: 'INTERNAL' });
    expect(feed.failure?.message).not.toContain('disk');
    expect(feeds.openFeeds).toBe(1);
  });
});

describe('readers that wait and readers that are pushed', () => {
  it('next resolves as soon as something is there, with no more than asked for', async () => {
    const { live, open } = rig();
    const feed = await open();
    expect(await feed.next(3)).toHaveLength(1);
    const waiting = feed.next(2);
    await live.happen(begins, changed(null, job('y')), changed(null, job('z')));
    expect((await waiting).map((item) => told(item.message))).toEqual(['CHANGE x QUEUED', 'CHANGE y QUEUED']);
    expect(await feed.next(2)).toHaveLength(1);
  });

  it('onReady is called once until something is taken, after the whole append, and at the end', async () => {
    const { live, open } = rig();
    const feed = await open();
    const seen: number[] = [];
    feed.onReady(() => seen.push(feed.stats.waiting));
    await settled();
    expect(seen).toEqual([0]);
    feed.take(10);
    await live.happen(begins, changed(null, job('y')));
    await live.happen(changed(null, job('z')));
    expect(seen).toEqual([0, 2]);
    feed.take(10);
    feed.close();
    expect(seen).toEqual([0, 2, 0]);
  });

  it('a listener that throws ends its own feed and no other', async () => {
    const { live, open } = rig();
    const [broken, whole] = [await open(), await open()];
    for (const feed of [broken, whole]) feed.take(10);
    broken.onReady(() => {
      throw new Error('a socket is gone');
    });
    await live.happen(begins);
    expect(broken.failure).toMatchObject({ code: 'INTERNAL' });
    expect(whole.take(10)).toHaveLength(1);
  });
});

describe('ten thousand readers', () => {
  it('of one interest cost one evaluation of the filter per event; those of others are not touched', async () => {
    const { live, open } = rig();
    const many: Feed[] = [];
    for (let i = 0; i < 10_000; i++) many.push(await open({ filter: { states: ['FAILED'] } }));
    for (const feed of many) feed.take(1);
    const passes = vi.spyOn(filters, 'passes');
    await live.happen(begins);
    expect(passes).toHaveBeenCalledOnce();
    expect(many.some((feed) => feed.take(1).length > 0)).toBe(false);
    passes.mockRestore();
    await live.happen(changed(job('x'), job('x', { state: 'FAILED' })));
    const items = many.flatMap((feed) => feed.take(1));
    expect(items).toHaveLength(10_000);
    expect(new Set(items).size).toBe(1);
    for (const feed of many) feed.close();
    expect([live.watching, live.listening]).toEqual([0, 0]);
  });

  it('who begin together share one snapshot', async () => {
    const { live, open } = rig();
    await live.happen(...Array.from({ length: 50 }, (_, i) => changed(null, job(`j${String(i)}`))));
    const many = await Promise.all(Array.from({ length: 100 }, () => open({ start: 'SNAPSHOT' })));
    for (const feed of many) expect(feed.take(100)).toHaveLength(51);
    expect(live.snapshots).toBe(1);
  });
});
