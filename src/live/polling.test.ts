import { describe, expect, test } from 'vitest';
import { jobNow as now, liveBenches } from '../../test/support/live-bench.ts';
import { batchOf, LAB, node } from '../../test/support/live-records.ts';
import { ScriptedProvider } from '../../test/support/scripted-provider.ts';
import { GridweaveError } from '../model/errors.ts';
import { systemClock } from '../model/time.ts';
import { createFeeds } from './feed/feeds.ts';
import type { Interest } from './live.ts';
import { RingLog } from './log/ring.ts';

const JOBS: Interest = { kind: 'job', filter: {} };
const { start, pass, faults } = liveBenches();

describe('who is asked, and when', () => {
  test('nobody before somebody watches; frequently while watched work lives, seldom when all has ended', async () => {
    const lab = new ScriptedProvider('lab');
    const { hub } = start([lab]);
    await pass(60_000);
    expect(lab.polls).toEqual([]);
    lab.rows = [now('a', 'RUNNING')];
    hub.watch(JOBS);
    await pass(10_050);
    expect(lab.polls).toEqual([null, 'mark', 'mark', 'mark', 'mark', 'mark']);
    lab.rows = [now('a', 'SUCCEEDED')];
    await pass(15_000);
    lab.polls.length = 0;
    await pass(60_000);
    expect(lab.polls).toHaveLength(3);
  });

  test('work that no watcher is interested in, and machines, do not make it frequent', async () => {
    const lab = new ScriptedProvider('lab');
    lab.rows = [now('a', 'RUNNING'), node('n', 'READY', Date.now())];
    const { hub } = start([lab]);
    hub.watch({ kind: 'job', filter: { namePrefix: 'z' } });
    hub.watch({ kind: 'computeNode', filter: {} });
    await pass(60_050);
    expect(lab.polls).toHaveLength(4);
    // A state is nothing that lasts: what runs may fail next.
    hub.watch({ kind: 'job', filter: { states: ['FAILED'], namePrefix: 'a' } });
    await pass(20_000);
    expect(lab.polls.length).toBeGreaterThan(12);
  });

  test('a thousand watchers cost what one costs', async () => {
    const [one, many] = [new ScriptedProvider('lab'), new ScriptedProvider('lab')];
    const worlds = [start([one]), start([many])] as const;
    one.rows = many.rows = [now('a', 'RUNNING')];
    worlds[0].hub.watch(JOBS);
    for (let i = 0; i < 1_000; i++) {
      worlds[1].hub.watch({ kind: 'job', filter: { namePrefix: i % 2 === 0 ? 'a' : String(i) } });
      if (i % 100 === 0) await pass(1_000);
    }
    await pass(30_000);
    expect(many.polls.length).toBe(one.polls.length);
    expect(many.polls.length).toBeGreaterThan(10);
  });

  test('ten thousand open feeds cost what a hundred cost, and one', async () => {
    const counts = [1, 100, 10_000];
    const labs = counts.map(() => new ScriptedProvider('lab'));
    const opened = await Promise.all(
      counts.map(async (count, i) => {
        const lab = labs[i]!;
        lab.rows = [now('a', 'RUNNING')];
        const { hub } = start([lab]);
        const feeds = createFeeds({ live: hub, clock: systemClock });
        const request = { kind: 'job', filter: {}, start: 'SNAPSHOT', after: null, onGap: 'FAIL' } as const;
        const readers = Array.from({ length: count }, () => feeds.open(request));
        await pass(1_000);
        return Promise.all(readers);
      }),
    );
    await pass(60_000);
    expect(opened.map((feeds) => feeds.length)).toEqual(counts);
    expect(new Set(labs.map((lab) => lab.polls.length)).size).toBe(1);
    expect(labs[0]!.polls.length).toBeGreaterThan(20);
    for (const feed of opened.flat()) feed.close();
  });

  test('until some time after the last watcher left; what is known then outlives the pause', async () => {
    const lab = new ScriptedProvider('lab');
    const { hub, words } = start([lab]);
    lab.rows = [now('a', 'RUNNING'), now('b', 'RUNNING')];
    const first = hub.watch(JOBS);
    await pass(5_000);
    first.release();
    first.release();
    await pass(20_000);
    const second = hub.watch(JOBS);
    await pass(15_000);
    second.release();
    await pass(30_050);
    lab.polls.length = 0;
    await pass(900_000);
    expect(lab.polls).toEqual([]);
    lab.rows = [now('a', 'FAILED')];
    hub.watch(JOBS);
    await pass(100);
    expect(words()).toEqual(['CHANGE lab/a FAILED', 'TOMBSTONE lab/b']);
    expect(lab.polls).toEqual([null]);
  });

  test('one poll at a time, with a budget, a deadline and a back seat of its own', async () => {
    const lab = new ScriptedProvider('lab');
    lab.answer = () => new Promise((resolve) => setTimeout(() => resolve(batchOf([])), 5_000));
    const { hub } = start([lab]);
    hub.watch(JOBS);
    await pass(1_000);
    void hub.tell(LAB, { type: 'RECORD', record: now('a', 'RUNNING'), sourceMode: 'COMMAND' });
    await pass(60_000);
    expect(lab.polls.length).toBeGreaterThan(3);
    expect(lab.mostOpen).toBe(1);
    expect(lab.contexts[0]).toMatchObject({ priority: 'background', budget: { limit: 1_000 } });
    expect(lab.contexts[1]).toMatchObject({ budget: { limit: 200 } });
    expect(lab.contexts[0]).not.toHaveProperty('credential');
  });

  test('everything is read now and then, without losing the place among the changes', async () => {
    const lab = new ScriptedProvider('lab');
    let mark = 0;
    lab.answer = (since) => batchOf(lab.rows, { complete: since === null, watermark: String((mark += 1)) });
    const { hub, words } = start([lab], { warmMs: 50_000 });
    hub.watch(JOBS);
    await pass(290_000);
    expect(lab.polls).toEqual([null, '1', '2', '3', '4', '5']);
    await pass(50_000);
    expect(lab.polls.slice(6)).toEqual([null]);
    await pass(50_000);
    expect(lab.polls.slice(7)).toEqual(['6']);
    expect(words()).toEqual([]);
  });

  test('a sweep that cannot be made does not keep the changes from being read', async () => {
    const lab = new ScriptedProvider('lab');
    const { hub, words } = start([lab], { fullSweepMs: 20_000, warmMs: 4_000 });
    hub.watch(JOBS);
    await pass(1_000);
    lab.answer = (since) => {
      if (since === null) throw new GridweaveError('CALL_BUDGET_EXCEEDED', 'too much');
      return batchOf([now('a', 'RUNNING')]);
    };
    await pass(30_000);
    expect(lab.polls.filter((since) => since === null)).toHaveLength(2);
    expect(words()[0]).toBe('CHANGE lab/a RUNNING');
  });

  test('a delta that fell short brings a sweep; one that lost the thread begins a new epoch unless the sweep holds all', async () => {
    const lab = new ScriptedProvider('lab');
    const { hub, broken, words } = start([lab], { sweepRetryMs: 1_000 });
    lab.rows = [now('a', 'RUNNING')];
    hub.watch(JOBS);
    await pass(1_000);
    const usual = lab.answer;
    lab.answer = () => batchOf([], { dropped: { count: 1, reasons: ['a row'] } });
    await pass(2_000);
    lab.answer = usual;
    lab.rows = [];
    await pass(2_000);
    expect(lab.polls).toEqual([null, 'mark', null]);
    expect(words()).toEqual(['TOMBSTONE lab/a']);

    lab.rows = [now('a', 'RUNNING')];
    lab.answer = (since) =>
      since === null ? batchOf(lab.rows, { complete: true }) : batchOf([], { lost: true });
    await pass(4_000);
    expect([words(), broken]).toEqual([['CHANGE lab/a RUNNING'], []]);
    lab.answer = (since) => batchOf(lab.rows, { lost: since !== null });
    await pass(4_000);
    expect(broken).toEqual(['lab']);
    expect(hub.sources(JOBS)).toMatchObject([{ completeness: 'PARTIAL' }]);
  });

  test('what a sweep that was cut off leaves out is looked up; only what is not found is gone', async () => {
    const lab = new ScriptedProvider('lab');
    const a = now('a', 'RUNNING');
    lab.rows = [a, now('b', 'RUNNING'), now('c', 'RUNNING')];
    const { hub, words } = start([lab], { fullSweepMs: 10_000 });
    hub.watch(JOBS);
    await pass(1_000);
    lab.rows = [a, now('c', 'FAILED')];
    lab.answer = (since) => batchOf(since === null ? [a] : []);
    lab.lookUpFailure = new GridweaveError('PROVIDER_UNAVAILABLE', 'down');
    await pass(10_000);
    expect([lab.lookedUp.splice(0), words()]).toEqual([['b', 'c'], []]);
    expect(hub.sources(JOBS)).toMatchObject([{ errorCode: null }]);
    lab.lookUpFailure = null;
    await pass(10_000);
    expect([lab.lookedUp, words()]).toEqual([
      ['b', 'c'],
      ['CHANGE lab/c FAILED', 'TOMBSTONE lab/b'],
    ]);
  });

  test('a watermark that is refused is given up for a sweep', async () => {
    const lab = new ScriptedProvider('lab');
    const { hub, broken } = start([lab]);
    hub.watch(JOBS);
    await pass(1_000);
    const usual = lab.answer;
    lab.answer = (since) => {
      if (since !== null) throw new GridweaveError('INVALID_CURSOR', 'no such watermark');
      return usual(since, lab.contexts[0]!);
    };
    await pass(61_000);
    expect(lab.polls.slice(0, 3)).toEqual([null, 'mark', null]);
    expect(broken).toEqual([]);
  });
});

describe('trouble', () => {
  test('of one provider makes its own polls rarer, shows in its state, and disturbs no other', async () => {
    const [lab, down] = [new ScriptedProvider('lab'), new ScriptedProvider('down')];
    lab.rows = [now('a', 'RUNNING')];
    down.rows = [now('b', 'RUNNING', down.key)];
    const { hub } = start([lab, down]);
    hub.watch(JOBS);
    await pass(3_000);
    const usual = down.answer;
    down.answer = () => Promise.reject(new GridweaveError('PROVIDER_UNAVAILABLE', 'down'));
    [lab.polls.length, down.polls.length] = [0, 0];
    await pass(120_000);
    expect(lab.polls.length).toBeGreaterThan(55);
    expect(down.polls.length).toBeLessThan(8);
    expect(hub.sources(JOBS)).toMatchObject([{ errorCode: null }, { completeness: 'COMPLETE', errorCode: 'PROVIDER_UNAVAILABLE' }]); // prettier-ignore
    expect(hub.snapshot(JOBS)).toHaveLength(2);
    down.answer = usual;
    await pass(60_000);
    expect(hub.sources(JOBS)[1]).toMatchObject({ errorCode: null });
  });

  test('that is a fault of an adapter is reported, and polling goes on', async () => {
    const lab = new ScriptedProvider('lab');
    lab.answer = () => {
      throw new TypeError('a bug');
    };
    const { hub } = start([lab]);
    await pass(1);
    hub.watch(JOBS);
    await pass(100);
    expect(hub.sources(JOBS)).toMatchObject([{ errorCode: 'INTERNAL' }]);
    await pass(60_000);
    expect(lab.polls.length).toBeGreaterThan(1);
    expect(faults().length).toBe(lab.polls.length);
  });

  test('an adapter that never answers is given up on, and is not heard when it answers late', async () => {
    const lab = new ScriptedProvider('lab');
    const answers: ((batch: ReturnType<typeof batchOf>) => void)[] = [];
    lab.answer = () => new Promise((resolve) => answers.push(resolve));
    const { hub, words } = start([lab]);
    hub.watch(JOBS);
    await pass(61_100);
    expect(hub.sources(JOBS)).toMatchObject([{ errorCode: 'PROVIDER_TIMEOUT' }]);
    expect(lab.contexts[0]?.signal.aborted).toBe(true);
    answers[0]?.(batchOf([now('late', 'RUNNING')]));
    await pass(10);
    expect([hub.snapshot(JOBS), words()]).toEqual([[], []]);
  });

  test('of the log: what could not be appended is lost to its readers, so they are made to start over', async () => {
    class Full extends RingLog {
      full = false;
      override append(...args: Parameters<RingLog['append']>): ReturnType<RingLog['append']> {
        return this.full ? Promise.reject(new Error('no space left')) : super.append(...args);
      }
    }
    const lab = new ScriptedProvider('lab');
    const log = new Full();
    const { hub, broken, words } = start([lab], {}, log);
    hub.watch(JOBS);
    await pass(100);
    log.full = true;
    lab.rows = [now('a', 'RUNNING')];
    await pass(20_000);
    expect(faults()).toHaveLength(1);
    expect(broken).toEqual(['lab']);
    log.full = false;
    lab.rows = [now('a', 'SUCCEEDED')];
    await pass(3_000);
    expect(words()).toEqual(['CHANGE lab/a SUCCEEDED']);
  });

  test('closing ends the poll that is under way, lets nobody wait, and tells nothing more', async () => {
    const lab = new ScriptedProvider('lab');
    lab.answer = (_, ctx) =>
      new Promise((_resolve, reject) => {
        ctx.signal.addEventListener('abort', () => reject(new GridweaveError('CANCELLED', 'gone')));
      });
    const { hub, words } = start([lab]);
    const watching = hub.watch(JOBS);
    await pass(1_000);
    const closing = hub.close();
    await watching.ready;
    await closing;
    watching.release();
    await hub.tell(LAB, { type: 'RECORD', record: now('a', 'RUNNING'), sourceMode: 'COMMAND' });
    hub.watch(JOBS);
    await pass(60_000);
    expect([lab.polls.length, lab.open, words()]).toEqual([1, 0, []]);
  });
});
