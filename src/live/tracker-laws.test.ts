import fc from 'fast-check';
import { expect, test } from 'vitest';
import { batchOf, execution, job, keyOf, LAB, task } from '../../test/support/live-records.ts';
import { isTerminal, STATES, type State } from '../model/state.ts';
import { epochMs } from '../model/time.ts';
import { judgeTransition, type TransitionVerdict } from '../model/transitions.ts';
import type { LiveEvent, WatchedRecord } from './event.ts';
import { DEFAULT_LIVE_OPTIONS } from './options.ts';
import { digestOf } from './projection.ts';
import { Tracker } from './tracker.ts';

type Kind = 'job' | 'task' | 'execution';
const KINDS: readonly Kind[] = ['job', 'task', 'execution'];
const OPTIONS = { ...DEFAULT_LIVE_OPTIONS, horizonMs: 60_000, maxEnded: 1_000 };

function recordOf(kind: Kind, index: number, state: State, at: number, generation: number): WatchedRecord {
  const options = { at, generation, endedAt: at };
  const key = `${kind}${String(index)}`;
  if (kind === 'job') return job(key, state, options);
  return (kind === 'task' ? task : execution)(key, `job${String(index)}`, state, options);
}

/** A reader that holds every event to the laws, and knows what it was told. */
class Reader {
  readonly told = new Map<string, { readonly record: WatchedRecord; readonly generation: number; readonly gone: boolean }>(); // prettier-ignore
  /** Ends told of each generation of each object. */
  readonly ends = new Map<string, number>();

  read(events: readonly LiveEvent[]): void {
    for (const event of events) this.#readOne(event);
  }

  #readOne(event: LiveEvent): void {
    const name = `${event.kind} ${event.key}`;
    const last = this.told.get(name);
    expect(event.generation, `${name}: generations never fall`).toBeGreaterThanOrEqual(last?.generation ?? 1);
    if (event.before !== null) {
      expect(digestOf(event.before), `${name}: before is what was told`).toBe(last && digestOf(last.record));
    }
    if (event.type === 'TOMBSTONE') {
      expect(last?.gone, `${name}: what is gone was there`).toBe(false);
      this.told.set(name, { record: event.before, generation: event.generation, gone: true });
      return;
    }
    const { record, generation } = event;
    const anew = last === undefined || last.gone;
    if (
      !anew &&
      last.generation === generation &&
      record.kind !== 'computeNode' &&
      last.record.kind !== 'computeNode'
    ) {
      const verdict = judgeTransition(record.kind, last.record.status.state, record.status.state);
      const allowed: TransitionVerdict[] =
        event.type === 'CORRECTION' ? ['CORRECTION'] : event.skipped ? ['LEGAL_SKIPPED'] : ['SAME', 'LEGAL'];
      // Of what was forgotten since, no record is left that a correction could show.
      if (event.before === null) allowed.push('CORRECTION', 'LEGAL_SKIPPED');
      expect(allowed, `${name}: ${last.record.status.state} to ${record.status.state}`).toContain(verdict);
      expect(digestOf(record), `${name}: an event is a change`).not.toBe(digestOf(last.record));
    }
    if (
      isTerminal(record.status.state as State) &&
      (anew || !isTerminal(last.record.status.state as State))
    ) {
      const end = `${name} ${String(generation)} ${anew ? 'anew' : ''}`;
      this.ends.set(end, (this.ends.get(end) ?? 0) + 1);
    }
    this.told.set(name, { record, generation, gone: false });
  }
}

const word = fc.record({
  kind: fc.constantFrom(...KINDS),
  index: fc.nat({ max: 2 }),
  state: fc.constantFrom(...STATES),
  generation: fc.integer({ min: 1, max: 3 }),
  /** How old the answer is. */
  ageMs: fc.constantFrom(0, 0, 0, 700, 5_000),
});

const nonsense = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: fc.record({ what: fc.constant('batch' as const), words: fc.array(word, { maxLength: 5 }), complete: fc.boolean(), tookMs: fc.nat({ max: 3_000 }) }) }, // prettier-ignore
    { weight: 2, arbitrary: fc.record({ what: fc.constant('command' as const), word }) },
    { weight: 1, arbitrary: fc.record({ what: fc.constant('gone' as const), word }) },
    { weight: 1, arbitrary: fc.record({ what: fc.constant('pause' as const), ms: fc.constantFrom(20_000, 100_000) }) }, // prettier-ignore
  ),
  { maxLength: 40 },
);

test('whatever a provider says, in whatever order, the laws hold for every object', () => {
  fc.assert(
    fc.property(nonsense, (steps) => {
      const tracker = new Tracker(LAB, OPTIONS);
      const reader = new Reader();
      let now = 1_000_000;
      for (const step of steps) {
        now += 2_000;
        if (step.what === 'pause') now += step.ms;
        if (step.what === 'batch') {
          const seen = step.words.map(({ kind, index, state, generation, ageMs }) =>
            recordOf(kind, index, state, now - ageMs, generation),
          );
          const look = { now: epochMs(now), startedAt: epochMs(now - step.tookMs), silent: false };
          reader.read(tracker.take(batchOf(seen, { complete: step.complete }), look));
        }
        if (step.what === 'command') {
          const { kind, index, state, generation } = step.word;
          const record = recordOf(kind, index, state, now, generation);
          reader.read(tracker.tell({ type: 'RECORD', record, sourceMode: 'COMMAND' }, epochMs(now)));
        }
        if (step.what === 'gone') {
          const { kind, index } = step.word;
          const key = keyOf(`${kind}${String(index)}`);
          reader.read(tracker.tell({ type: 'GONE', kind, key, sourceMode: 'COMMAND' }, epochMs(now)));
        }
      }
    }),
    { numRuns: 1_500 },
  );
});

/** What may follow a state at an honest provider. */
const NEXT: Readonly<Record<string, readonly State[]>> = {
  SUBMITTING: ['QUEUED', 'CANCELLED'],
  QUEUED: ['PREPARING', 'SUSPENDED', 'CANCELLED'],
  PREPARING: ['RUNNING', 'QUEUED', 'FAILED'],
  RUNNING: ['FINALIZING', 'QUEUED', 'FAILED', 'SUSPENDED', 'CANCELLING'],
  FINALIZING: ['SUCCEEDED', 'FAILED'],
  SUSPENDED: ['QUEUED', 'CANCELLED'],
  CANCELLING: ['CANCELLED'],
};

interface Truth {
  state: State;
  generation: number;
  changedAt: number;
  /** Not read by any batch yet. */
  news: boolean;
  gone: boolean;
}

const life = fc.array(
  fc.record({
    /** Which jobs move on, and which way. */
    moves: fc.array(fc.record({ index: fc.nat({ max: 4 }), way: fc.nat({ max: 9 }) }), { maxLength: 4 }),
    poll: fc.constantFrom('DELTA' as const, 'DELTA' as const, 'SWEEP' as const, 'NONE' as const),
    /** A command whose effect the provider shows only with a later move, if ever. */
    command: fc.option(fc.nat({ max: 4 }), { freq: 6 }),
  }),
  { maxLength: 40 },
);

test('of an honest provider a reader knows the truth after every sweep, and every end was told once', () => {
  fc.assert(
    fc.property(life, (steps) => {
      const tracker = new Tracker(LAB, { ...OPTIONS, horizonMs: 7_200_000 });
      const reader = new Reader();
      const jobs = new Map<number, Truth>();
      let now = 1_000_000;
      const poll = (complete: boolean): void => {
        const told = [...jobs].filter(([, truth]) => !truth.gone && (complete || truth.news));
        const rows = told.map(([index, truth]) => {
          truth.news = false;
          const endedAt = truth.changedAt;
          return job(`job${String(index)}`, truth.state, { at: now, generation: truth.generation, endedAt });
        });
        const look = { now: epochMs(now), startedAt: epochMs(now), silent: false };
        reader.read(tracker.take(batchOf(rows, { complete }), look));
      };
      for (const { moves, poll: kind, command } of steps) {
        now += 2_000;
        for (const { index, way } of moves) move(jobs, index, way, now);
        const target = command === null ? undefined : jobs.get(command);
        if (command !== null && target !== undefined && !target.gone && target.state === 'RUNNING') {
          const record = job(`job${String(command)}`, 'SUSPENDED', {
            at: now,
            generation: target.generation,
          });
          reader.read(tracker.tell({ type: 'RECORD', record, sourceMode: 'COMMAND' }, epochMs(now)));
        }
        if (kind !== 'NONE') poll(kind === 'SWEEP');
      }
      // Whatever was commanded has had its time.
      now += 60_000;
      poll(true);
      for (const [index, truth] of jobs) {
        const told = reader.told.get(`job job${String(index)}`);
        expect(told?.gone ?? true, `job${String(index)} is there`).toBe(truth.gone);
        if (truth.gone) continue;
        expect([told?.record.status.state, told?.generation]).toEqual([truth.state, truth.generation]);
      }
      expect([...reader.ends.values()].every((count) => count === 1)).toBe(true);
    }),
    { numRuns: 1_000 },
  );
});

function move(jobs: Map<number, Truth>, index: number, way: number, now: number): void {
  const truth = jobs.get(index);
  if (truth === undefined) {
    jobs.set(index, { state: 'QUEUED', generation: 1, changedAt: now, news: true, gone: false });
    return;
  }
  if (truth.gone) return;
  Object.assign(truth, { changedAt: now, news: true });
  if (way === 9) {
    truth.gone = true;
  } else if (isTerminal(truth.state)) {
    Object.assign(truth, { state: 'QUEUED', generation: truth.generation + 1 });
  } else {
    const next = NEXT[truth.state] ?? [];
    truth.state = next[way % next.length] ?? truth.state;
  }
}
