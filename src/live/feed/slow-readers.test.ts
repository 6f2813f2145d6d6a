import { describe, expect, it } from 'vitest';
import { changed, gone, job, provider } from '../../../test/live-model/records.ts';
import { messages, rig, story, takeAll, told } from '../../../test/live-model/rig.ts';
import type { State } from '../../model/state.ts';
import type { LiveEvent } from '../event.ts';

const limits = { maxMessages: 5, maxBytes: 1e6 };

function moves(key: string, ...states: State[]): LiveEvent[] {
  return states.map((state, i) =>
    changed(i === 0 ? null : job(key, { state: states[i - 1]! }), job(key, { state })),
  );
}

describe('a slow reader', () => {
  it('gets the newest change of each object, and every end', async () => {
    const { live, open } = rig({ limits });
    const feed = await open({ start: 'SNAPSHOT' });
    await messages(feed);
    await live.happen(...moves('x', 'QUEUED', 'PREPARING', 'RUNNING', 'SUCCEEDED'));
    await live.happen(...moves('y', 'QUEUED', 'PREPARING', 'RUNNING'));
    await live.happen(...moves('z', 'RUNNING', 'FAILED'), gone(job('z', { state: 'FAILED' })));
    const all = await messages(feed);
    expect(all.map(told)).toEqual([
      'CHANGE x SUCCEEDED',
      'CHANGE y RUNNING',
      'CHANGE z FAILED',
      'TOMBSTONE z',
    ]);
    expect(all.map((one) => ('coalesced' in one ? one.coalesced : null))).toEqual([3, 2, 1, null]);
    expect(feed.stats).toEqual({ waiting: 0, coalesced: 6, gaps: 0 });
  });

  it('whose ends are too many gets a gap, and a snapshot that is taken only when it comes back', async () => {
    const { live, open } = rig({ limits });
    const feed = await open({ start: 'SNAPSHOT' });
    const [end] = await messages(feed);
    for (let i = 0; i < 9; i++) await live.happen(...moves(`j${String(i)}`, 'FAILED'));
    expect(feed.stats.waiting).toBe(0);
    const snapshots = live.snapshots;
    const [gap, ...none] = feed.take(100);
    expect(gap?.message).toMatchObject({
      type: 'GAP',
      reason: 'OVERFLOW',
      from: null,
      partitions: ['a', 'b'],
    });
    expect(none).toEqual([]);
    expect(live.snapshots).toBe(snapshots);
    await live.happen(gone(job('j0', { state: 'FAILED' })));
    expect(await story(feed)).toEqual([
      ...Array.from({ length: 8 }, (_, i) => `SNAPSHOT j${String(i + 1)} FAILED`),
      'SNAPSHOT_END',
    ]);
    // The gap's own cursor is where the reader had come: from there, nothing is missing.
    expect(gap?.message.cursor).toBe(end?.cursor);
    expect(await story(await open({ start: 'AFTER', after: gap?.message.cursor ?? '' }))).toHaveLength(10);
  });

  it('with FAIL is ended by the gap, with the cursor it had come to', async () => {
    const { live, feeds, open } = rig({ limits });
    const feed = await open({ onGap: 'FAIL' });
    const [bookmark] = await messages(feed);
    for (let i = 0; i < 9; i++) await live.happen(...moves(`j${String(i)}`, 'FAILED'));
    expect((await messages(feed)).map((one) => [told(one), one.cursor])).toEqual([
      ['GAP OVERFLOW a,b', bookmark?.cursor],
    ]);
    expect([feed.ended, feeds.openFeeds]).toEqual([true, 0]);
  });

  it('that is in the middle of a snapshot starts it over', async () => {
    const { live, open } = rig({ limits });
    await live.happen(...['p', 'q', 'r'].map((key) => changed(null, job(key))));
    const feed = await open({ start: 'SNAPSHOT' });
    feed.take(1);
    for (let i = 0; i < 9; i++) await live.happen(...moves(`j${String(i)}`, 'FAILED'));
    const all = await story(feed);
    expect(all[0]).toBe('GAP OVERFLOW a,b');
    expect(all).toHaveLength(1 + 12 + 1);
  });

  it('costs the others nothing: they get everything', async () => {
    const { live, open } = rig({ limits });
    const stalled = await open();
    const quick = await open();
    await messages(quick);
    const seen: string[] = [];
    for (let i = 0; i < 40; i++) {
      await live.happen(...moves(`j${String(i)}`, 'RUNNING', 'FAILED'));
      seen.push(...quick.take(10).map((item) => told(item.message)));
      expect(stalled.stats.waiting).toBeLessThanOrEqual(limits.maxMessages);
    }
    expect(seen).toHaveLength(80);
  });

  it('resumes after whatever it got without losing an end, however it was conflated', async () => {
    for (let stall = 0; stall < 12; stall++) {
      const { live, open } = rig({ limits });
      const feed = await open();
      const got = await takeAll(feed);
      const script: LiveEvent[][] = [
        moves('x', 'QUEUED', 'PREPARING'),
        moves('y', 'RUNNING', 'SUCCEEDED'),
        moves('o', 'QUEUED').map((event) => ({ ...event, provider: provider('b') })),
        moves('x', 'RUNNING', 'FINALIZING'),
        moves('z', 'QUEUED'),
        moves('x', 'FAILED'),
        moves('z', 'RUNNING', 'CANCELLED'),
        moves('o', 'RUNNING', 'FAILED').map((event) => ({ ...event, provider: provider('b') })),
        [gone(job('y', { state: 'SUCCEEDED' }))],
      ];
      for (const [i, events] of script.entries()) {
        await live.happen(...events);
        if (i === stall) got.push(...feed.take(2));
      }
      got.push(...(await takeAll(feed)));
      const whole = got.map((item) => told(item.message));
      const mustReach = ['CHANGE y SUCCEEDED', 'CHANGE x FAILED', 'CHANGE z CANCELLED', 'CHANGE o FAILED', 'TOMBSTONE y']; // prettier-ignore
      for (let cut = 1; cut <= got.length; cut++) {
        const after = got[cut - 1]!.message.cursor;
        const rest = await story(await open({ start: 'AFTER', after }));
        const reached = [...whole.slice(0, cut), ...rest];
        if (reached.some((one) => one.startsWith('GAP'))) continue;
        expect(reached.filter((one) => mustReach.includes(one)).sort()).toEqual([...mustReach].sort());
        // Nothing that was delivered comes a second time.
        for (const one of rest) expect(whole.slice(0, cut)).not.toContain(one);
      }
    }
  });
});
