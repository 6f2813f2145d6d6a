import { describe, expect, it } from 'vitest';
import { changed, computeNode, corrected, gone, job, provider } from '../../../test/live-model/records.ts';
import { messages, rig, settled, story, takeAll, told } from '../../../test/live-model/rig.ts';
import { decodeCursor, encodeCursor } from '../cursor.ts';

const queued = job('x');
const running = job('x', { state: 'RUNNING' });
const failed = job('x', { state: 'FAILED' });
const begins = changed(null, queued);
const starts = changed(queued, running);
const fails = changed(running, failed);

describe('how a feed begins', () => {
  it('SNAPSHOT: what is there, the end of it, and then what changes', async () => {
    const { live, open } = rig();
    await live.happen(begins);
    const feed = await open({ start: 'SNAPSHOT' });
    expect(await story(feed)).toEqual(['SNAPSHOT x QUEUED', 'SNAPSHOT_END']);
    await live.happen(starts);
    expect(await story(feed)).toEqual(['CHANGE x RUNNING']);
  });

  it('SNAPSHOT: what happens while it is read comes after it', async () => {
    const { live, open } = rig();
    await live.happen(begins, changed(null, job('y')));
    const feed = await open({ start: 'SNAPSHOT' });
    expect(feed.take(1).map((item) => told(item.message))).toEqual(['SNAPSHOT x QUEUED']);
    await live.happen(starts);
    expect(await story(feed)).toEqual(['SNAPSHOT y QUEUED', 'SNAPSHOT_END', 'CHANGE x RUNNING']);
  });

  it('SNAPSHOT: says nothing that can be resumed from until its end, and how complete it is', async () => {
    const { live, open } = rig();
    await live.happen(begins);
    const [first, end] = await messages(await open({ start: 'SNAPSHOT' }));
    expect(first?.cursor).toBeNull();
    expect(end).toMatchObject({ type: 'SNAPSHOT_END', sources: [{ provider: 'a' }, { provider: 'b' }] });
    expect([...decodeCursor(end?.cursor ?? '').keys()]).toEqual(['a', 'b']);
  });

  it('SNAPSHOT: waits for the providers to have been read', async () => {
    const { live, feeds, open } = rig();
    let done = (): void => undefined;
    live.ready = new Promise<void>((resolve) => (done = resolve));
    const opening = open({ start: 'SNAPSHOT' });
    await settled();
    expect(feeds.openFeeds).toBe(0);
    await live.happen(begins);
    done();
    expect(await story(await opening)).toEqual(['SNAPSHOT x QUEUED', 'SNAPSHOT_END']);
  });

  it('NOW: a bookmark first, although events came before it was taken, then these', async () => {
    const { live, open } = rig();
    await live.happen(begins);
    const feed = await open({ start: 'NOW' });
    await live.happen(starts);
    const [bookmark, ...rest] = await messages(feed);
    expect([told(bookmark!), ...rest.map(told)]).toEqual(['BOOKMARK', 'CHANGE x RUNNING']);
    expect(await story(await open({ start: 'AFTER', after: bookmark!.cursor }))).toEqual([
      'CHANGE x RUNNING',
    ]);
  });

  it('AFTER: everything since, then what changes, without hole or doubling', async () => {
    const { live, open } = rig();
    const [bookmark] = await messages(await open());
    await live.happen(begins, starts);
    await live.happen(changed(null, job('z', { provider: 'b' })));
    const opening = open({ start: 'AFTER', after: bookmark!.cursor });
    // While it catches up:
    await live.happen(fails);
    const feed = await opening;
    await live.happen(gone(failed));
    expect(await story(feed)).toEqual([
      'CHANGE x QUEUED',
      'CHANGE x RUNNING',
      'CHANGE x FAILED',
      'CHANGE z QUEUED',
      'TOMBSTONE x',
    ]);
  });

  it('AFTER: reads a long past in pieces, as far as the reader takes', async () => {
    const { live, open } = rig();
    const [bookmark] = await messages(await open());
    for (let i = 0; i < 50; i++) {
      await live.happen(
        ...Array.from({ length: 20 }, (_, j) => changed(null, job(`j${String(i * 20 + j)}`))),
      );
    }
    const feed = await open({ start: 'AFTER', after: bookmark!.cursor });
    await settled();
    expect(feed.stats.waiting).toBeLessThanOrEqual(256);
    const items = await takeAll(feed, 7);
    expect(items.map((item) => told(item.message))).toEqual(
      Array.from({ length: 1000 }, (_, i) => `CHANGE j${String(i)} QUEUED`),
    );
  });

  it('refuses cursors and starts that make no sense, and holds nothing afterwards', async () => {
    const { live, feeds, open } = rig();
    await expect(open({ start: 'AFTER', after: 'nonsense' })).rejects.toMatchObject({
      code: 'INVALID_CURSOR',
    });
    await expect(open({ start: 'AFTER' })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await expect(open({ after: encodeCursor(new Map()) })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
    expect([live.watching, live.listening, feeds.openFeeds]).toEqual([0, 0, 0]);
  });

  it('lets go of what it held when the log cannot be read', async () => {
    const { live, feeds, open } = rig();
    const [bookmark] = await messages(await open());
    live.log.read = () => Promise.reject(new Error('disk'));
    await expect(open({ start: 'AFTER', after: bookmark!.cursor })).rejects.toThrow('disk');
    expect([live.watching, feeds.openFeeds]).toEqual([1, 1]);
  });
});

describe('what a feed tells', () => {
  it('an object that passes the filter, and that it does not any more', async () => {
    const { live, open } = rig();
    const feed = await open({ start: 'SNAPSHOT', filter: { states: ['RUNNING'] } });
    expect(await story(feed)).toEqual(['SNAPSHOT_END']);
    await live.happen(begins, starts, fails, changed(failed, job('x', { state: 'FAILED', revision: 9 })));
    expect(await story(feed)).toEqual(['CHANGE x RUNNING', 'CHANGE x FAILED left']);
  });

  it('deletions of what it told of, and revised ends', async () => {
    const { live, open } = rig();
    const feed = await open({ start: 'SNAPSHOT', filter: { states: ['FAILED'] } });
    expect(await story(feed)).toEqual(['SNAPSHOT_END']);
    const succeeded = job('x', { state: 'SUCCEEDED' });
    await live.happen(
      corrected(succeeded, failed),
      corrected(failed, succeeded),
      gone(succeeded),
      gone(failed),
    );
    expect(await story(feed)).toEqual(['CORRECTION x FAILED', 'CORRECTION x SUCCEEDED left', 'TOMBSTONE x']);
  });

  it('only the kind and the providers that were asked for', async () => {
    const { live, open } = rig();
    const feed = await open({ filter: { providers: ['a'] } });
    const other = job('o', { provider: 'b' });
    await live.happen(changed(null, computeNode('n', 'READY')), begins);
    await live.happen(changed(null, other));
    const told = await messages(feed);
    expect(told.map((one) => one.type)).toEqual(['BOOKMARK', 'CHANGE']);
    expect([...decodeCursor(told[1]?.cursor ?? '').keys()]).toEqual(['a']);
  });

  it('the entry of the log itself, and the same message to all, unless something is this reader’s own', async () => {
    const { live, open } = rig({ limits: { maxMessages: 1, maxBytes: 1e6 } });
    const feeds = await Promise.all([open({ filter: { states: ['RUNNING', 'QUEUED'] } }), open({ filter: { states: ['QUEUED', 'RUNNING'] } })]); // prettier-ignore
    const slow = await open();
    for (const feed of feeds) expect(feed.take(10)).toHaveLength(1);
    const entries = await live.log.append(provider('a'), [begins]);
    const [one, two] = feeds.map((feed) => feed.take(10));
    expect(one).toEqual([expect.objectContaining({ entry: entries[0] })]);
    expect(one?.[0]).toBe(two?.[0]);
    await live.happen(starts);
    expect((await takeAll(slow)).at(-1)).toMatchObject({ entry: null, message: { coalesced: 1 } });
  });

  it('the same message and the same entry to those who catch up with one provider', async () => {
    const { live, open } = rig({ providers: ['a'] });
    const reader = await open();
    const [bookmark] = await messages(reader);
    await live.happen(begins, starts);
    const direct = await takeAll(reader);
    const later = await takeAll(await open({ start: 'AFTER', after: bookmark!.cursor }));
    expect(later).toEqual(direct);
    expect(later.every((item) => item.entry !== null)).toBe(true);
  });
});

describe('positions that cannot be served', () => {
  it('a position behind the window: a gap, a snapshot, deltas', async () => {
    const { live, open } = rig({ events: 3 });
    const [bookmark] = await messages(await open());
    await live.happen(begins, starts, fails, changed(null, job('y')), changed(null, job('z')));
    const feed = await open({ start: 'AFTER', after: bookmark!.cursor });
    const all = await messages(feed);
    expect(all.map(told)).toEqual([
      'GAP POSITION a',
      'SNAPSHOT x FAILED',
      'SNAPSHOT y QUEUED',
      'SNAPSHOT z QUEUED',
      'SNAPSHOT_END',
    ]);
    expect(all[0]).toMatchObject({ from: bookmark!.cursor });
    await live.happen(gone(job('y')));
    expect(await story(feed)).toEqual(['TOMBSTONE y']);
    expect(feed.stats.gaps).toBe(1);
  });

  it('a position of another epoch, one that nobody gave out, and a provider that the cursor does not know', async () => {
    const { live, open } = rig();
    const [bookmark] = await messages(await open());
    const at = decodeCursor(bookmark!.cursor!);
    const ahead = encodeCursor(new Map(at).set(provider('b'), { ...at.get(provider('b'))!, seq: 7 }));
    const partly = encodeCursor(new Map([...at].slice(0, 1)));
    const more = encodeCursor(new Map(at).set(provider('gone-since'), { epoch: 'e', seq: 3 }));
    const first = async (after: string) => (await story(await open({ start: 'AFTER', after })))[0];
    expect(await first(ahead)).toBe('GAP POSITION b');
    expect(await first(partly)).toBe('GAP EPOCH b');
    // Nobody tells what became of the objects of a provider that is configured no more.
    expect(await first(more)).toBe('GAP EPOCH gone-since');
    await live.log.breakEpoch(provider('a'));
    expect(await first(bookmark!.cursor!)).toBe('GAP EPOCH a');
    expect(await first(ahead)).toBe('GAP EPOCH a,b');
  });

  it('FAIL: the gap is the last message, and leads on behind it without losing what others have', async () => {
    const { live, feeds, open } = rig();
    const [bookmark] = await messages(await open({ filter: { namePrefix: '' } }));
    await live.happenUnseen(provider('a'), begins);
    await live.happen(changed(null, job('kept', { provider: 'b' })));
    const feed = await open({ start: 'AFTER', after: bookmark!.cursor, onGap: 'FAIL' });
    await live.happen(starts);
    const all = await messages(feed);
    expect(all.map(told)).toEqual(['GAP EPOCH a']);
    expect([feed.ended, feed.failure, await feed.next(5)]).toEqual([true, null, []]);
    expect(feeds.openFeeds).toBe(1);
    const after = await open({ start: 'AFTER', after: all[0]!.cursor });
    expect(await story(after)).toEqual(['CHANGE x RUNNING', 'CHANGE kept QUEUED']);
  });

  it('an epoch that ends while the feed lives: what waits, the gap, a snapshot', async () => {
    const { live, open } = rig();
    const feed = await open({ start: 'SNAPSHOT' });
    await messages(feed);
    await live.happen(begins, starts, fails);
    await live.happenUnseen(provider('a'), gone(failed), changed(null, job('new')));
    await live.happen(changed(null, job('newer')));
    const all = await messages(feed);
    expect(all.map(told)).toEqual([
      'CHANGE x QUEUED',
      'CHANGE x RUNNING',
      'CHANGE x FAILED',
      'GAP EPOCH a',
      'SNAPSHOT new QUEUED',
      'SNAPSHOT newer QUEUED',
      'SNAPSHOT_END',
    ]);
    // Going away after the gap and before the snapshot has ended, the gap is told again.
    const again = await open({ start: 'AFTER', after: all[3]!.cursor });
    expect((await story(again))[0]).toBe('GAP EPOCH a');
  });

  it('FAIL: an epoch that ends while the feed lives ends it', async () => {
    const { live, open } = rig();
    const feed = await open({ onGap: 'FAIL' });
    await live.happenUnseen(provider('b'));
    expect(await story(feed)).toEqual(['BOOKMARK', 'GAP EPOCH b']);
    expect([feed.ended, live.listening]).toEqual([true, 0]);
  });

  it('an epoch that ends while a reader catches up', async () => {
    const { live, open } = rig();
    const [bookmark] = await messages(await open());
    for (let i = 0; i < 400; i++) await live.happen(changed(null, job(`j${String(i)}`)));
    const feed = await open({ start: 'AFTER', after: bookmark!.cursor });
    await settled();
    feed.take(10);
    await live.happenUnseen(provider('a'));
    const all = await story(feed);
    expect(all.filter((one) => one.startsWith('GAP'))).toEqual(['GAP EPOCH a']);
    expect(all.slice(-402).filter((one) => one.startsWith('SNAPSHOT '))).toHaveLength(400);
    expect(all.at(-1)).toBe('SNAPSHOT_END');
  });

  it('a past that leaves the window while a reader catches up', async () => {
    const { live, open } = rig({ events: 600 });
    const [bookmark] = await messages(await open());
    for (let i = 0; i < 600; i++) await live.happen(changed(null, job(`j${String(i)}`)));
    const feed = await open({ start: 'AFTER', after: bookmark!.cursor });
    await settled();
    feed.take(10);
    for (let i = 0; i < 600; i++) await live.happen(changed(null, job(`k${String(i)}`)));
    const all = await story(feed);
    expect(all.filter((one) => one.startsWith('GAP'))).toEqual(['GAP POSITION a']);
    expect(all.filter((one) => one.startsWith('SNAPSHOT '))).toHaveLength(1200);
  });
});
