import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { STATES, isTerminal } from '../../model/state.ts';
import { epochMs } from '../../model/time.ts';
import { judgeTransition } from '../../model/transitions.ts';
import { submitted } from '../../../test/support/fake-charity-engine.ts';
import type { KnownJob } from './known-jobs.ts';
import { settle } from './settle.ts';
import { afterMiss, type Sighting } from './sighting.ts';
import { jobAnswerOf } from './wire.ts';
import { WORDS } from './words.ts';

const T = 1_770_000_000_000;
const MINUTE = 60_000;

type Row = Readonly<Record<string, unknown>>;

/** Answers about one job, one after the other, some minutes apart. */
class Story {
  last: Sighting | null = null;
  at = T;
  readonly #known: KnownJob | null;

  constructor(known: KnownJob | null = null) {
    this.#known = known;
  }

  hears(row: Row, afterMs = MINUTE): string {
    this.at += afterMs;
    const moment = { observedAt: epochMs(this.at), now: epochMs(this.at) };
    this.last = settle('j', this.last, jobAnswerOf(row), moment, this.#known);
    return this.last.whole.state;
  }

  says(...words: string[]): string {
    return words.map((word) => this.hears(part(word))).at(-1)!;
  }

  misses(afterMs = MINUTE): string {
    this.at += afterMs;
    this.last = this.last && afterMiss(this.last, epochMs(this.at), epochMs(this.at));
    return this.last?.whole.state ?? 'gone';
  }
}

function part(status: string, vmStatus?: string): Row {
  return { states: { default: { status } }, ...(vmStatus === undefined ? {} : { vmStatus }) };
}

function parts(...words: string[]): Row {
  return { states: Object.fromEntries(words.map((status, i) => [`p${String(i)}`, { status }])) };
}

describe('the state of a job', () => {
  it.each([
    [['running', 'completed'], 'RUNNING'],
    [['downloading', 'provisioning'], 'PREPARING'],
    [['provisioning', 'running', 'downloading'], 'RUNNING'],
    [['completed', 'failed', 'aborted'], 'FAILED'],
    [['completed', 'cancelled'], 'CANCELLED'],
    [['completed', 'completed'], 'SUCCEEDED'],
    [['completed', 'whatever'], 'UNKNOWN'],
    [['provisioning', 'whatever'], 'QUEUED'],
  ])('follows its parts: %j is %s', (words, state) => {
    expect(new Story().hears(parts(...words))).toBe(state);
  });

  it('is the machine’s where there are no parts, and else the job’s own word', () => {
    expect(new Story().hears({ vmStatus: 'running', states: {} })).toBe('RUNNING');
    expect(new Story().hears({ status: 'done' })).toBe('SUCCEEDED');
    expect(new Story().hears({ state: 'queued', states: { default: { log: 'x' } } })).toBe('QUEUED');
    expect(new Story().hears({})).toBe('UNKNOWN');
  });

  it('tells where its word stood, and how sure it is', () => {
    const one = new Story();
    one.hears(part('Running', 'BUSY'));
    expect(one.last?.whole).toMatchObject({
      raw: { value: 'Running', detail: 'BUSY', field: 'states.default.status' },
      confidence: 'REPORTED',
    });
    one.hears(parts('running', 'running'));
    expect(one.last?.whole.confidence).toBe('DERIVED');
    one.hears({ vmStatus: 'running' });
    expect(one.last).toMatchObject({
      whole: { confidence: 'REPORTED', raw: { field: 'vmStatus' } },
      parts: [{ name: 'default', verdict: { state: 'RUNNING', confidence: 'INFERRED' } }],
    });
    one.says('in progress');
    expect(one.last?.whole.confidence).toBe('INFERRED');
  });

  it('survives a word that nobody knows, which is kept', () => {
    const story = new Story();
    expect(story.says('running', 'daydreaming')).toBe('RUNNING');
    expect(story.last?.whole).toMatchObject({ raw: { value: 'daydreaming' }, confidence: 'INFERRED' });
    expect(story.says('completed')).toBe('SUCCEEDED');
    expect(new Story().says('daydreaming')).toBe('UNKNOWN');
  });

  it('is final once it has ended, except that the service may say which end it was', () => {
    const story = new Story();
    expect(story.says('completed', 'running', 'provisioning', '???')).toBe('SUCCEEDED');
    expect(story.last?.whole.raw.value).toBe('completed');
    expect(story.says('failed')).toBe('FAILED');
  });

  it('goes back to the queue when a host vanishes: that is another attempt, and no failure', () => {
    const story = new Story();
    story.says('provisioning', 'downloading', 'running');
    expect(story.last?.parts[0]?.attempt).toBe(1);
    expect(story.says('provisioning')).toBe('QUEUED');
    expect(story.last?.parts[0]?.attempt).toBe(2);
    story.says('downloading', 'running', 'downloading', 'running', 'completed');
    expect(story.last?.parts[0]).toMatchObject({ attempt: 3, verdict: { state: 'SUCCEEDED' } });
  });

  it('does not follow an ended machine at once: outputs may still be on their way', () => {
    const story = new Story();
    story.hears(part('running', 'running'));
    for (let poll = 0; poll < 3; poll++) {
      expect(story.hears(part('running', 'completed'))).toBe('RUNNING');
      // Many readers at the same time are one poll.
      for (let i = 0; i < 20; i++) story.hears(part('running', 'completed'), 10);
    }
    expect(story.hears(part('running', 'completed'))).toBe('SUCCEEDED');
    expect(story.last?.parts[0]?.verdict).toMatchObject({ state: 'SUCCEEDED', confidence: 'INFERRED' });
  });

  it('forgives a machine that ended when it runs again', () => {
    const story = new Story();
    for (let i = 0; i < 10; i++) {
      expect(story.hears(part('running', i % 2 === 0 ? 'failed' : 'running'))).toBe('RUNNING');
    }
  });

  it('is unknown for two polls when the machine stopped and nothing else is told', () => {
    const story = new Story();
    expect(story.hears({ vmStatus: 'stopped' })).toBe('UNKNOWN');
    expect(story.hears({ vmStatus: 'stopped' })).toBe('UNKNOWN');
    expect(story.hears({ vmStatus: 'stopped' })).toBe('FAILED');
    const running = new Story();
    running.hears({ vmStatus: 'running' });
    expect(running.hears({ vmStatus: 'terminated' })).toBe('RUNNING');
  });

  it('of an abortion depends on who wanted it', () => {
    const story = new Story();
    expect(story.says('running', 'aborted')).toBe('FAILED');
    expect(story.last?.whole).toMatchObject({ reason: null, confidence: 'INFERRED', message: expect.stringContaining('aborted') as string }); // prettier-ignore
    const cancelled = new Story(submitted('j', T, { cancelRequestedAt: epochMs(T + 1) }));
    expect(cancelled.says('running', 'aborted')).toBe('CANCELLED');
    expect(cancelled.last?.whole.reason).toBe('USER_REQUEST');
    const spec = {
      app: 'docker:a/b',
      commandLine: 'x',
      resources: { cpuMillis: null, memoryBytes: null, diskBytes: null, gpuMillis: null },
      timeoutMs: 60 * MINUTE,
    };
    const limited = new Story(submitted('j', T, { spec }));
    limited.says('running');
    limited.hears(part('aborted'), 61 * MINUTE);
    expect(limited.last?.whole).toMatchObject({ state: 'FAILED', reason: 'TIME_LIMIT' });
  });

  it('is not taken from an answer that was overtaken', () => {
    const story = new Story();
    story.says('completed');
    const { last } = story;
    story.hears(part('failed'), -30_000);
    expect(story.last).toBe(last);
  });
});

describe('a job that is left out of an answer', () => {
  it('keeps its state for ten minutes and five polls, and is unknown then, never failed', () => {
    const story = new Story();
    story.says('running');
    for (let i = 0; i < 10; i++) expect(story.misses()).toBe('RUNNING');
    expect(story.misses()).toBe('UNKNOWN');
    const { revision } = story.last!;
    story.misses();
    expect(story.last?.revision).toBe(revision);
    expect(story.says('running')).toBe('RUNNING');
    expect(story.last?.missed).toBeNull();
  });

  it('is not lost by many readers in a short time, nor by a few over a long one', () => {
    const story = new Story();
    story.says('running');
    for (let i = 0; i < 500; i++) story.misses(100);
    expect(story.last?.whole.state).toBe('RUNNING');
    const rare = new Story();
    rare.says('running');
    for (let i = 0; i < 4; i++) expect(rare.misses(30 * MINUTE)).toBe('RUNNING');
  });

  it('is gone when it had ended', () => {
    const story = new Story();
    story.says('completed');
    expect(story.misses()).toBe('gone');
  });
});

describe('whatever is reported', () => {
  const word = fc.oneof(fc.constantFrom(...WORDS.keys()), fc.constantFrom('daydreaming', '', 'over'));
  const row = fc.record(
    {
      vmStatus: word,
      states: fc.dictionary(fc.constantFrom('default', 'b', 'c'), fc.record({ status: word })),
    },
    { requiredKeys: [] },
  );
  const step = fc.tuple(fc.oneof({ weight: 6, arbitrary: row }, { weight: 1, arbitrary: fc.constant(null) }), fc.nat(20 * MINUTE)); // prettier-ignore

  it('every change is one that the model allows', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
        const story = new Story();
        for (const [told, afterMs] of steps) {
          const before = story.last;
          if (told === null) story.misses(afterMs);
          else story.hears(told, afterMs);
          const { last } = story;
          if (last === null) continue;
          expect(STATES).toContain(last.whole.state);
          expect(last.parts.length).toBeGreaterThan(0);
          expect(last.whole.raw.value !== '' || last.whole.state === 'UNKNOWN').toBe(true);
          for (const { verdict } of last.parts)
            expect(verdict.raw.value !== '' || verdict.state === 'UNKNOWN').toBe(true);
          if (before === null) continue;
          const same =
            JSON.stringify([before.whole, before.parts]) === JSON.stringify([last.whole, last.parts]);
          expect(last.revision - before.revision > 0).toBe(!same);
          expect(judgeTransition('job', before.whole.state, last.whole.state)).not.toBe('ILLEGAL');
          if (isTerminal(before.whole.state)) expect(isTerminal(last.whole.state)).toBe(true);
          for (const part of last.parts) {
            const old = before.parts.find(({ name }) => name === part.name);
            if (old === undefined || old.attempt < part.attempt) continue;
            expect(old.attempt).toBe(part.attempt);
            expect(judgeTransition('execution', old.verdict.state, part.verdict.state)).not.toBe('ILLEGAL');
          }
        }
      }),
      { numRuns: 500 },
    );
  });
});
