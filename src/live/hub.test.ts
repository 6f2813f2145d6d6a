import { describe, expect, test } from 'vitest';
import { jobNow as now, liveBenches } from '../../test/support/live-bench.ts';
import { batchOf, keyOf, LAB, node } from '../../test/support/live-records.ts';
import { KnownInMemory } from '../../test/support/known-in-memory.ts';
import { ScriptedProvider } from '../../test/support/scripted-provider.ts';
import { GridweaveError } from '../model/errors.ts';
import type { Interest } from './live.ts';
import { RingLog } from './log/ring.ts';

const JOBS: Interest = { kind: 'job', filter: {} };
const { start, pass, faults } = liveBenches();

describe('what watchers are given', () => {
  test('ready: when every provider was read once, or failed, or patience ended', async () => {
    const [lab, down, slow] = [
      new ScriptedProvider('lab'),
      new ScriptedProvider('down'),
      new ScriptedProvider('slow'),
    ];
    down.answer = () => Promise.reject(new GridweaveError('PROVIDER_UNAVAILABLE', 'down'));
    slow.answer = () => new Promise((resolve) => setTimeout(() => resolve(batchOf([])), 30_000));
    const { hub } = start([lab, down, slow]);
    const states: string[] = [];
    const note = async (name: string, filter: Interest['filter']): Promise<void> => {
      await hub.watch({ kind: 'job', filter }).ready;
      states.push(name);
    };
    void note('none', { providers: [] });
    void note('lab', { providers: ['lab'] });
    void note('down', { providers: ['down'] });
    void note('all', {});
    await pass(500);
    expect(states.toSorted()).toEqual(['down', 'lab', 'none']);
    await pass(9_000);
    expect(states).not.toContain('all');
    await pass(600);
    expect(states).toContain('all');
    expect(hub.sources(JOBS)).toMatchObject([
      { provider: 'lab', completeness: 'COMPLETE', errorCode: null },
      { provider: 'down', completeness: 'NONE', readAt: null, errorCode: 'PROVIDER_UNAVAILABLE' },
      { provider: 'slow', completeness: 'NONE', errorCode: null },
    ]);
    void hub.close();
    await pass(30_000);
  });

  test('a first look that comes after somebody was answered is told', async () => {
    const lab = new ScriptedProvider('lab');
    const usual = lab.answer;
    lab.answer = () => Promise.reject(new GridweaveError('PROVIDER_TIMEOUT', 'late'));
    const { hub, words } = start([lab]);
    const watching = hub.watch(JOBS);
    await pass(100);
    await watching.ready;
    expect(hub.snapshot(JOBS)).toEqual([]);
    lab.rows = [now('a', 'RUNNING')];
    lab.answer = usual;
    await pass(40_000);
    expect(words()).toEqual(['CHANGE lab/a RUNNING']);
  });

  test('snapshots hold what passes the filter, from memory', async () => {
    const [lab, other] = [new ScriptedProvider('lab'), new ScriptedProvider('other')];
    lab.rows = [now('a', 'RUNNING'), now('b', 'FAILED'), node('n', 'READY', Date.now())];
    other.rows = [now('c', 'RUNNING', other.key)];
    const { hub, words } = start([lab, other]);
    hub.watch(JOBS);
    await pass(100);
    const keys = (interest: Interest): string[] => hub.snapshot(interest).map(({ key }) => key);
    expect(keys(JOBS)).toEqual(['a', 'b', 'c']);
    expect(keys({ kind: 'job', filter: { states: ['RUNNING'], providers: ['lab'] } })).toEqual(['a']);
    expect(keys({ kind: 'computeNode', filter: {} })).toEqual(['n']);
    expect(hub.providersOf({ kind: 'job', filter: { providers: ['other'] } })).toEqual(['other']);
    expect(words()).toEqual([]);
    expect(lab.polls).toHaveLength(1);
  });

  test('kinds that a provider does not have are not polled for', async () => {
    const [lab, silent] = [new ScriptedProvider('lab', { kinds: ['job'] }), new ScriptedProvider('silent', { changes: 'NONE' })]; // prettier-ignore
    const { hub } = start([lab, silent]);
    await hub.watch({ kind: 'computeNode', filter: {} }).ready;
    hub.watch({ kind: 'job', filter: { providers: ['silent'] } });
    await pass(60_000);
    expect([lab.polls, silent.polls]).toEqual([[], []]);
    expect(hub.sources({ kind: 'computeNode', filter: {} })[0]).toMatchObject({ completeness: 'NONE', errorCode: 'UNSUPPORTED_OPERATION' }); // prettier-ignore
  });
});

describe('what is told by others', () => {
  test('is appended at once, and looked after soon and once more', async () => {
    const lab = new ScriptedProvider('lab');
    lab.rows = [now('a', 'SUCCEEDED')];
    const { hub, words, entries } = start([lab], { warmMs: 60_000, hotMs: 60_000 });
    hub.watch(JOBS);
    await pass(16_000);
    lab.polls.length = 0;
    await hub.tell(LAB, { type: 'RECORD', record: now('new', 'SUBMITTING'), sourceMode: 'COMMAND' });
    expect(words()).toEqual(['CHANGE lab/new SUBMITTING']);
    expect(entries[0]?.event.sourceMode).toBe('COMMAND');
    await pass(600);
    expect(lab.polls).toHaveLength(1);
    await pass(2_000);
    expect(lab.polls).toHaveLength(2);
    await pass(20_000);
    expect(lab.polls).toHaveLength(2);
    await hub.tell(LAB, { type: 'GONE', kind: 'job', key: keyOf('a'), sourceMode: 'COMMAND' });
    expect(words()).toEqual(['TOMBSTONE lab/a']);
  });

  test('does not wake a provider that nobody watches, and is known when it is looked at', async () => {
    const lab = new ScriptedProvider('lab');
    const { hub, words } = start([lab]);
    await hub.tell(LAB, { type: 'RECORD', record: now('new', 'SUBMITTING'), sourceMode: 'COMMAND' });
    await pass(60_000);
    expect(lab.polls).toEqual([]);
    expect(hub.snapshot(JOBS)).toHaveLength(1);
    words();
    lab.rows = [now('new', 'RUNNING'), now('old', 'RUNNING')];
    hub.watch(JOBS);
    await pass(100);
    expect(words()).toEqual(['CHANGE lab/new RUNNING']);
  });

  test('about a provider that is not configured is a fault, and nothing else', async () => {
    const { hub } = start([]);
    await hub.tell(LAB, { type: 'GONE', kind: 'job', key: keyOf('a'), sourceMode: 'COMMAND' });
    expect(faults()).toHaveLength(1);
  });
});

describe('a log that was kept', () => {
  test('is taken up: what happened in between is told, and what it does not know, too', async () => {
    const log = new RingLog();
    const known = new KnownInMemory();
    const lab = new ScriptedProvider('lab');
    lab.rows = [now('silent', 'RUNNING')];
    const first = start([lab], {}, log, known.process());
    first.hub.watch(JOBS);
    await pass(100);
    lab.rows = [...lab.rows, now('a', 'RUNNING'), now('b', 'RUNNING')];
    await pass(20_000);
    expect(first.words()).toEqual(['CHANGE lab/a RUNNING', 'CHANGE lab/b RUNNING']);
    await first.hub.close();

    lab.rows = [now('b', 'SUCCEEDED'), now('c', 'RUNNING'), now('d', 'FAILED')];
    const second = start([lab], {}, log, known.process());
    second.hub.watch(JOBS);
    await pass(100);
    expect(second.words()).toEqual(['CHANGE lab/b SUCCEEDED', 'CHANGE lab/c RUNNING', 'CHANGE lab/d FAILED', 'TOMBSTONE lab/silent', 'TOMBSTONE lab/a']); // prettier-ignore
    expect(second.entries.map(({ position }) => position.seq)).toEqual([3, 4, 5, 6, 7]);
    expect(second.broken).toEqual([]);
  });

  test('after a crash: the last picture and what the log says since are what was told last', async () => {
    const log = new RingLog();
    const known = new KnownInMemory();
    const lab = new ScriptedProvider('lab');
    lab.rows = [now('silent', 'RUNNING')];
    const first = start([lab], {}, log, known.process());
    first.hub.watch(JOBS);
    await pass(100);
    await known.settled();
    lab.rows = [now('silent', 'RUNNING'), now('a', 'RUNNING')];
    await pass(20_000);
    known.crash();
    await first.hub.close();
    expect(known.kept.get(LAB)).toMatchObject({ position: { seq: 0 }, picture: { objects: [{}] } });

    lab.rows = [];
    const second = start([lab], {}, log, known.process());
    second.hub.watch(JOBS);
    await pass(100);
    expect([second.words(), second.broken]).toEqual([['TOMBSTONE lab/silent', 'TOMBSTONE lab/a'], []]);
  });

  test.each(['none', 'of another epoch', 'of before the window'])(
    'cannot be vouched for with a picture that is %s: a new epoch begins',
    async (what) => {
      const log = new RingLog({ retention: { events: 3 } });
      const known = new KnownInMemory();
      const lab = new ScriptedProvider('lab');
      const first = start([lab], {}, log, known.process());
      first.hub.watch(JOBS);
      await pass(100);
      await known.settled();
      const early = known.kept.get(LAB)!;
      lab.rows = ['a', 'b', 'c', 'd'].map((key) => now(key, 'RUNNING'));
      await pass(20_000);
      await first.hub.close();
      if (what === 'none') known.kept.clear();
      else if (what === 'of before the window') known.kept.set(LAB, early);
      else known.kept.set(LAB, { ...early, position: { epoch: 'other', seq: 4 } });

      const second = start([lab], {}, log, known.process());
      second.hub.watch(JOBS);
      await pass(100);
      expect([second.broken, second.words()]).toEqual([['lab'], []]);
      expect(second.hub.snapshot(JOBS)).toHaveLength(4);
    },
  );

  test('cannot be vouched for when nobody can read what was known', async () => {
    const log = new RingLog();
    const known = new KnownInMemory();
    const lab = new ScriptedProvider('lab');
    lab.rows = [now('a', 'RUNNING')];
    const store = { ...known.process(), load: () => Promise.reject(new Error('EACCES')) };
    const { hub, broken } = start([lab], {}, log, store);
    await log.open(LAB);
    hub.watch(JOBS);
    await pass(100);
    expect([broken, hub.snapshot(JOBS).length, faults().length]).toEqual([['lab'], 1, 1]);
  });

  test('without a store for what is known, it cannot be vouched for either', async () => {
    const log = new RingLog();
    const lab = new ScriptedProvider('lab');
    const first = start([lab], {}, log);
    first.hub.watch(JOBS);
    await pass(100);
    lab.rows = [now('a', 'RUNNING')];
    await pass(20_000);
    await first.hub.close();
    const second = start([lab], {}, log);
    second.hub.watch(JOBS);
    await pass(100);
    expect(second.broken).toEqual(['lab']);
  });
});
