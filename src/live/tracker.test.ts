import { describe, expect, test } from 'vitest';
import { batchOf, execution, job, keyOf, LAB, node, task } from '../../test/support/live-records.ts';
import { epochMs } from '../model/time.ts';
import type { ChangeBatch } from '../providers/provider.ts';
import type { LiveEvent } from './event.ts';
import { DEFAULT_LIVE_OPTIONS, type TrackerOptions } from './options.ts';
import { Tracker } from './tracker.ts';

const HOUR = 3_600_000;

/** A tracker that looks at a time, and tells what it found in few words. */
function start(options: Partial<TrackerOptions> = {}) {
  const tracker = new Tracker(LAB, { ...DEFAULT_LIVE_OPTIONS, ...options });
  const look = (
    at: number,
    records: Parameters<typeof batchOf>[0],
    over: Partial<ChangeBatch> & { silent?: boolean; startedAt?: number } = {},
  ): LiveEvent[] => {
    const { silent = false, startedAt = at, ...rest } = over;
    return tracker.take(batchOf(records, rest), { now: epochMs(at), startedAt: epochMs(startedAt), silent });
  };
  const tell = (at: number, record: ReturnType<typeof job>): LiveEvent[] =>
    tracker.tell({ type: 'RECORD', record, sourceMode: 'COMMAND' }, epochMs(at));
  return { tracker, look, tell };
}

function words(events: readonly LiveEvent[]): string[] {
  return events.map((event) => {
    const state = event.type === 'TOMBSTONE' ? '' : ` ${event.record.status.state}`;
    const flags = event.type === 'CHANGE' ? [event.skipped ? ' skipped' : '', event.reopened ? ' reopened' : ''].join('') : ''; // prettier-ignore
    return `${event.type} ${event.key}${state}${flags}`;
  });
}

describe('what is an event', () => {
  test('a first look that nobody waits for is silent; what is new afterwards is not', () => {
    const { look } = start();
    expect(look(1_000, [job('a', 'RUNNING')], { silent: true })).toEqual([]);
    const [event, ...others] = look(2_000, [job('a', 'RUNNING', { at: 2_000 }), job('b', 'QUEUED', { at: 2_000 })]); // prettier-ignore
    expect(others).toEqual([]);
    expect(event).toMatchObject({
      type: 'CHANGE',
      key: 'b',
      before: null,
      sourceMode: 'POLL',
      observedAt: 2_000,
    });
  });

  test('another observation, another revision alone, and labels in another order are none', () => {
    const { look } = start();
    const labels = [
      { key: 'x', value: '1' },
      { key: 'y', value: null },
    ];
    look(1_000, [{ ...job('a', 'RUNNING'), labels }]);
    expect(look(2_000, [{ ...job('a', 'RUNNING', { at: 2_000, revision: 7 }), labels: labels.toReversed() }])).toEqual([]); // prettier-ignore
  });

  test('a fact, a raw word or a count is one, with what was told before', () => {
    const { look } = start();
    const first = job('a', 'RUNNING');
    look(1_000, [first]);
    const named = { ...first, name: 'renamed' };
    expect(look(2_000, [named])).toMatchObject([{ type: 'CHANGE', before: { name: 'a' }, occurredAt: null }]);
    const worded = { ...named, status: { ...first.status, raw: { ...first.status.raw, value: 'Running (2)' } } }; // prettier-ignore
    expect(look(3_000, [worded])).toHaveLength(1);
    expect(look(4_000, [{ ...worded, status: { ...worded.status, counts: { RUNNING: 2 } } }])).toHaveLength(1); // prettier-ignore
  });

  test('records are told without what is nested in them', () => {
    const { look } = start();
    const nested = { ...task('t', 'a', 'RUNNING'), executions: [execution('e', 'a', 'RUNNING')] };
    const events = look(1_000, [{ ...job('a', 'RUNNING'), tasks: [nested] }, nested]);
    expect(events).toMatchObject([{ record: { tasks: null } }, { record: { executions: null } }]);
  });

  test('steps, skipped steps, corrections and reruns are told apart', () => {
    const { look } = start();
    look(1_000, [job('a', 'QUEUED')]);
    expect(words(look(2_000, [job('a', 'RUNNING', { at: 2_000 })]))).toEqual(['CHANGE a RUNNING skipped']);
    expect(words(look(3_000, [job('a', 'FAILED', { at: 3_000 })]))).toEqual(['CHANGE a FAILED']);
    const [correction] = look(4_000, [job('a', 'CANCELLED', { at: 4_000 })]);
    expect(correction).toMatchObject({ type: 'CORRECTION', before: { status: { state: 'FAILED' } } });
    const again = look(5_000, [job('a', 'QUEUED', { at: 5_000 })]);
    expect(words(again)).toEqual(['CHANGE a QUEUED reopened']);
    expect(again[0]?.generation).toBe(2);
    expect(look(6_000, [job('a', 'RUNNING', { at: 6_000 })])[0]?.generation).toBe(2);
  });

  test('what cannot follow is not told, and what is known stands', () => {
    const { tracker, look } = start();
    look(1_000, [execution('e', 'a', 'SUCCEEDED'), job('a', 'RUNNING', { generation: 2 })]);
    const late = [execution('e', 'a', 'RUNNING', { at: 2_000 }), job('a', 'FAILED', { at: 2_000, generation: 1 })]; // prettier-ignore
    expect(look(2_000, late)).toEqual([]);
    expect([...tracker.matching('execution', {})]).toMatchObject([{ status: { state: 'SUCCEEDED' } }]);
    expect([...tracker.matching('job', {})]).toMatchObject([{ status: { state: 'RUNNING' } }]);
  });

  test('an answer that arrived before the one that is known reopens nothing', () => {
    const { look } = start();
    look(3_000, [job('a', 'SUCCEEDED', { at: 3_000 })]);
    expect(look(3_500, [job('a', 'RUNNING', { at: 2_900 })])).toEqual([]);
  });

  test('a count of generations that fell is doubted, and believed when it stays', () => {
    const { look } = start();
    look(1_000, [job('a', 'RUNNING', { generation: 4 })]);
    expect(look(2_000, [job('a', 'SUCCEEDED', { at: 2_000, generation: 3 })])).toEqual([]);
    expect(look(4_000, [job('a', 'RUNNING', { at: 4_000, generation: 4 })])).toEqual([]);
    expect(look(5_000, [job('a', 'SUCCEEDED', { at: 5_000, generation: 3 })])).toEqual([]);
    const [end, ...others] = look(20_000, []);
    expect([others, end?.generation, words([end!])]).toEqual([[], 4, ['CHANGE a SUCCEEDED']]);
    expect(look(21_000, [job('a', 'QUEUED', { at: 21_000, generation: 4 })])).toMatchObject([
      { reopened: true, generation: 5 },
    ]);
  });

  test('machines have no state machine: any difference is told', () => {
    const { look } = start();
    look(1_000, [node('n', 'READY')]);
    expect(look(2_000, [node('n', 'READY', 2_000)])).toEqual([]);
    expect(words(look(3_000, [node('n', 'OFFLINE', 3_000)]))).toEqual(['CHANGE n OFFLINE']);
    expect(words(look(4_000, [{ ...node('n', 'OFFLINE', 4_000), runningExecutions: 3 }]))).toEqual(['CHANGE n OFFLINE']); // prettier-ignore
  });
});

describe('what is gone', () => {
  test('only a complete batch says so, and parts go before the whole', () => {
    const { tracker, look } = start();
    look(1_000, [job('a', 'RUNNING'), task('a-task', 'a', 'RUNNING'), execution('e', 'a', 'RUNNING'), job('b', 'RUNNING')]); // prettier-ignore
    expect(look(2_000, [job('b', 'RUNNING', { at: 2_000 })])).toEqual([]);
    const events = look(3_000, [job('b', 'RUNNING', { at: 3_000 })], { complete: true });
    expect(words(events)).toEqual(['TOMBSTONE e', 'TOMBSTONE a-task', 'TOMBSTONE a']);
    expect([...tracker.matching('job', {})].map(({ key }) => key)).toEqual(['b']);
  });

  test('jobs that a look-up did not find, with their parts', () => {
    const { tracker, look } = start();
    look(1_000, [
      job('a', 'RUNNING'),
      execution('e', 'a', 'RUNNING'),
      job('b', 'SUCCEEDED'),
      job('c', 'RUNNING', { at: 900 }),
    ]);
    const cut = batchOf([job('d', 'RUNNING', { at: 2_000 })]);
    const at = { startedAt: epochMs(2_000), now: epochMs(2_000) };
    expect(tracker.unheardOf(cut, at, 10)).toEqual(['c', 'a', 'b']);
    expect(tracker.unheardOf(cut, at, 1)).toEqual(['c']);
    const events = tracker.take(cut, { ...at, silent: false, gone: [keyOf('a'), keyOf('unknown')] });
    expect(words(events)).toEqual(['CHANGE d RUNNING', 'TOMBSTONE e', 'TOMBSTONE a']);
  });

  test('what is back is told as new, in a generation that did not fall', () => {
    const { look } = start();
    look(1_000, [job('a', 'SUCCEEDED')]);
    look(2_000, [job('a', 'RUNNING', { at: 2_000 })]);
    expect(look(3_000, [], { complete: true })).toMatchObject([{ type: 'TOMBSTONE', generation: 2 }]);
    expect(look(4_000, [job('a', 'RUNNING', { at: 4_000 })])).toMatchObject([{ type: 'CHANGE', before: null, generation: 2 }]); // prettier-ignore
  });

  test('a provider that goes on telling of what was deleted is not told again', () => {
    const { look } = start();
    look(1_000, [job('a', 'RUNNING')]);
    look(2_000, [], { complete: true });
    const ghost = job('a', 'CANCELLED', { at: 3_000 });
    expect(look(3_000, [{ ...ghost, status: { ...ghost.status, reason: 'DELETED_UPSTREAM' } }])).toEqual([]);
  });
});

describe('what was forgotten', () => {
  test('ends are forgotten at the horizon without a word, and not told again while they are unchanged', () => {
    const { tracker, look } = start();
    look(1_000, [job('a', 'RUNNING'), job('b', 'RUNNING')]);
    look(2_000, [job('a', 'SUCCEEDED', { at: 2_000 })]);
    expect(look(3 * HOUR, [job('b', 'RUNNING', { at: 3 * HOUR })])).toEqual([]);
    expect([...tracker.matching('job', {})].map(({ key }) => key)).toEqual(['b']);
    expect(look(3 * HOUR + 1, [job('a', 'SUCCEEDED', { at: 3 * HOUR, endedAt: 2_000 })])).toEqual([]);
    const failed = job('a', 'FAILED', { at: 3 * HOUR + 2, endedAt: 2_000 });
    expect(words(look(3 * HOUR + 2, [failed]))).toEqual(['CHANGE a FAILED']);
    const rerun = job('a', 'QUEUED', { at: 3 * HOUR + 3 });
    expect(look(3 * HOUR + 3, [rerun])).toMatchObject([{ type: 'CHANGE', reopened: true, generation: 2 }]);
  });

  test('a forgotten end that is gone has no tombstone', () => {
    const { look } = start();
    look(1_000, [job('a', 'SUCCEEDED')]);
    look(3 * HOUR, []);
    expect(look(3 * HOUR + 1, [], { complete: true })).toEqual([]);
  });

  test('of too many ends the oldest go first, and are not told again', () => {
    const { tracker, look } = start({ maxEnded: 100 });
    const at = (i: number): ReturnType<typeof job> => job(`j${String(i)}`, 'SUCCEEDED', { at: 1_000 + i });
    for (let i = 0; i < 150; i++) look(1_000 + i, [at(i)]);
    expect(tracker.size).toBeLessThanOrEqual(100);
    expect(tracker.size).toBeGreaterThan(80);
    expect(look(2_000, [at(0), at(1), at(149)])).toEqual([]);
  });

  test('history that is read after a silent first look is no news; an end since then is', () => {
    const { look } = start();
    look(10 * HOUR, [job('a', 'RUNNING', { createdAt: 10 * HOUR })], { silent: true });
    const old = execution('old', 'x', 'SUCCEEDED', { at: 10 * HOUR + 1, endedAt: 9.5 * HOUR });
    const fresh = execution('fresh', 'a', 'SUCCEEDED', { at: 10 * HOUR + 1, endedAt: 10 * HOUR });
    expect(words(look(10 * HOUR + 1, [old, fresh]))).toEqual(['CHANGE fresh SUCCEEDED']);
  });

  test('a provider whose clock is hours behind has news all the same', () => {
    const { look } = start();
    look(10 * HOUR, [job('a', 'RUNNING', { createdAt: 5 * HOUR })], { silent: true });
    const ended = job('b', 'SUCCEEDED', {
      at: 10 * HOUR + 9_000,
      createdAt: 5 * HOUR + 2_000,
      endedAt: 5 * HOUR + 8_000,
    });
    expect(words(look(10 * HOUR + 9_000, [ended]))).toEqual(['CHANGE b SUCCEEDED']);
  });
});

describe('commands', () => {
  const before = job('a', 'RUNNING');
  const stopping = job('a', 'CANCELLING', { at: 10_000 });

  test('are told at once, and once', () => {
    const { look, tell } = start();
    look(1_000, [before]);
    expect(tell(10_000, stopping)).toMatchObject([{ type: 'CHANGE', sourceMode: 'COMMAND', before: { status: { state: 'RUNNING' } } }]); // prettier-ignore
    expect(tell(10_001, { ...stopping, observedAt: epochMs(10_001) })).toEqual([]);
    expect(look(12_000, [{ ...stopping, observedAt: epochMs(12_000) }])).toEqual([]);
    expect(words(look(13_000, [job('a', 'CANCELLED', { at: 13_000 })]))).toEqual(['CHANGE a CANCELLED']);
  });

  test('are not undone by a read that began before them, nor by a provider that needs a moment', () => {
    const { look, tell } = start();
    look(1_000, [before]);
    tell(10_000, job('a', 'SUSPENDED', { at: 10_000 }));
    expect(look(10_500, [job('a', 'RUNNING', { at: 10_200 })], { startedAt: 9_900 })).toEqual([]);
    expect(look(12_000, [job('a', 'RUNNING', { at: 12_000 })])).toEqual([]);
    expect(look(14_000, [job('a', 'SUSPENDED', { at: 14_000 })])).toEqual([]);
    expect(words(look(30_000, [job('a', 'RUNNING', { at: 30_000 })]))).toEqual(['CHANGE a RUNNING']);
  });

  test('without effect are undone when their moment has passed, even where a change is told once', () => {
    const { look, tell } = start();
    look(1_000, [before]);
    tell(10_000, job('a', 'SUSPENDED', { at: 10_000 }));
    look(12_000, [job('a', 'RUNNING', { at: 12_000 })]);
    expect(look(20_000, [])).toEqual([]);
    expect(words(look(26_000, []))).toEqual(['CHANGE a RUNNING']);
  });

  test('do not hide an end that a read from before them shows', () => {
    const { look, tell } = start();
    look(1_000, [before]);
    tell(10_000, stopping);
    expect(words(look(10_500, [job('a', 'FAILED', { at: 9_950 })], { startedAt: 9_900 }))).toEqual(['CHANGE a FAILED']); // prettier-ignore
  });

  test('that come too late bring nothing back to life; a rerun does', () => {
    const { look, tell } = start();
    look(1_000, [job('a', 'SUCCEEDED')]);
    expect(tell(2_000, job('a', 'CANCELLING', { at: 2_000 }))).toEqual([]);
    expect(tell(2_500, job('a', 'SUBMITTING', { at: 2_500 }))).toEqual([]);
    const rerun = tell(3_000, job('a', 'QUEUED', { at: 3_000, generation: 2 }));
    expect(rerun).toMatchObject([{ reopened: true, generation: 2 }]);
    expect(look(3_500, [job('a', 'SUCCEEDED', { at: 3_400 })])).toEqual([]);
    expect(look(5_000, [job('a', 'RUNNING', { at: 5_000, generation: 2 })])).toMatchObject([
      { generation: 2 },
    ]);
  });

  test('make objects that need not be listed at once', () => {
    const { look, tell } = start();
    look(1_000, [], { complete: true, silent: true });
    expect(words(tell(10_000, job('new', 'SUBMITTING', { at: 10_000 })))).toEqual(['CHANGE new SUBMITTING']);
    expect(look(12_000, [], { complete: true })).toEqual([]);
    expect(words(look(15_000, [job('new', 'QUEUED', { at: 15_000 })]))).toEqual(['CHANGE new QUEUED']);
    expect(words(look(16_000, [], { complete: true }))).toEqual(['TOMBSTONE new']);
  });

  test('that made something nobody ever shows are taken back by a complete batch', () => {
    const { look, tell } = start();
    tell(10_000, job('new', 'SUBMITTING', { at: 10_000 }));
    expect(words(look(50_000, [], { complete: true }))).toEqual(['TOMBSTONE new']);
  });

  test('that deleted something are believed for a while, parts included', () => {
    const { tracker, look } = start();
    const rows = (at: number) => [job('a', 'SUCCEEDED', { at, endedAt: 900 }), execution('e', 'a', 'SUCCEEDED', { at, endedAt: 900 })]; // prettier-ignore
    look(1_000, rows(1_000));
    const gone = { type: 'GONE', kind: 'job', key: keyOf('a'), sourceMode: 'COMMAND' } as const;
    expect(words(tracker.tell(gone, epochMs(10_000)))).toEqual(['TOMBSTONE e', 'TOMBSTONE a']);
    expect(look(11_000, rows(11_000), { complete: true })).toEqual([]);
    expect(look(60_000, rows(60_000), { complete: true })).toHaveLength(2);
  });

  test('on what nobody knows delete nothing', () => {
    const { tracker } = start();
    const gone = { type: 'GONE', kind: 'job', key: keyOf('a'), sourceMode: 'COMMAND' } as const;
    expect(tracker.tell(gone, epochMs(1_000))).toEqual([]);
  });
});

describe('after a restart', () => {
  test('what was told before is known: the difference is told, and what it does not hold, too', () => {
    const earlier = start();
    const told = [
      ...earlier.look(1_000, [job('a', 'RUNNING'), job('b', 'RUNNING'), job('c', 'RUNNING')]),
      ...earlier.look(2_000, [job('a', 'FAILED', { at: 2_000 })]),
      ...earlier.look(3_000, [job('a', 'QUEUED', { at: 3_000 })]),
    ];
    const { tracker, look } = start();
    for (const [i, event] of told.entries()) {
      tracker.replay({
        partition: LAB,
        position: { epoch: 'e', seq: i + 1 },
        event,
        at: event.observedAt,
      });
    }
    const at = 5_000;
    const rows = [
      job('a', 'RUNNING', { at }),
      job('b', 'RUNNING', { at }),
      job('d', 'QUEUED', { at }),
      job('e', 'SUCCEEDED', { at, endedAt: 4_000 }),
    ];
    const events = look(at, rows, { complete: true });
    expect(words(events)).toEqual(['CHANGE a RUNNING skipped', 'CHANGE d QUEUED', 'CHANGE e SUCCEEDED', 'TOMBSTONE c']); // prettier-ignore
    expect(events[0]?.generation).toBe(2);
  });
});
