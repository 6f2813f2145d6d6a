import { describe, expect, test } from 'vitest';
import { START } from '../../test/submit-once/intents.ts';
import {
  ENFORCED,
  failure,
  LOOKUP,
  NONE,
  ScriptedProvider,
} from '../../test/submit-once/scripted-provider.ts';
import { epochMs } from '../model/time.ts';
import type { FindAnswer, SubmissionTraits } from '../providers/acting.ts';
import { createManualClock } from '../sandbox/clock.ts';
import { look } from './look.ts';

const DEADLINE_MS = 20_000;
const ABSENT: FindAnswer = { outcome: 'ABSENT' };

/** Looks with these answers in turn, the last one for ever, and says when it looked. */
async function lookWith(
  traits: SubmissionTraits,
  answers: readonly (FindAnswer | Error)[],
  { sent = true, deadlineMs = DEADLINE_MS, leaving = false } = {},
) {
  const clock = createManualClock(START);
  const calls = new ScriptedProvider(clock, traits).calls();
  const lookedAt: number[] = [];
  const faults: unknown[] = [];
  const find = (): Promise<FindAnswer> => {
    const answer = answers[Math.min(lookedAt.length, answers.length - 1)] ?? ABSENT;
    lookedAt.push(clock.now() - START);
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  };
  const sleep = (ms: number): Promise<void> => {
    if (leaving) return Promise.reject(new Error('leaving'));
    clock.advance(ms);
    return Promise.resolve();
  };
  const target = { ...calls.target, sentAt: clock.now() };
  const deps = { clock, sleep, onFault: (fault: unknown) => faults.push(fault) };
  const answer = await look({ ...calls, find }, target, sent, epochMs(START + deadlineMs), deps);
  return { answer, lookedAt, faults };
}

const found: FindAnswer = { outcome: 'FOUND', records: [], specHash: null };

describe('what was found', () => {
  test('is answered at once', async () => {
    const { answer, lookedAt } = await lookWith(ENFORCED, [found]);
    expect([answer.outcome, lookedAt]).toEqual(['FOUND', [0]]);
  });

  test('later is answered then', async () => {
    const { answer, lookedAt } = await lookWith(LOOKUP, [ABSENT, failure('PROVIDER_TIMEOUT'), found]);
    expect([answer.outcome, lookedAt.length]).toEqual(['FOUND', 3]);
  });
});

describe('what is not there', () => {
  test('is absent at once when nothing was sent', async () => {
    const { answer, lookedAt } = await lookWith(LOOKUP, [ABSENT], { sent: false });
    expect([answer, lookedAt]).toEqual([{ outcome: 'ABSENT', settlesInMs: 0 }, [0]]);
  });

  test('is absent when it would be seen, where the provider keeps a second one away', async () => {
    const { answer, lookedAt } = await lookWith(ENFORCED, [ABSENT]);
    expect(lookedAt).toEqual([0, 2_000]);
    // It may have been made at the last moment of the ten seconds, and be seen two later.
    expect(answer).toEqual({ outcome: 'ABSENT', settlesInMs: 10_000 });
  });

  test('is absent when nothing can come any more, where it can only be looked up', async () => {
    const { answer, lookedAt } = await lookWith(LOOKUP, [ABSENT]);
    expect(answer).toEqual({ outcome: 'ABSENT', settlesInMs: 0 });
    expect(lookedAt.at(-1)).toBeGreaterThanOrEqual(12_000);
  });

  test('is unknown, and not waited for, when that would take too long', async () => {
    const { answer, lookedAt } = await lookWith(LOOKUP, [ABSENT], { deadlineMs: 5_000 });
    expect(lookedAt).toEqual([0, 2_000]);
    expect(answer).toMatchObject({
      outcome: 'UNKNOWN',
      error: { code: 'OUTCOME_UNKNOWN', details: { retryAfterMs: 10_000 } },
    });
  });

  test('is unknown where nothing can be looked up', async () => {
    const { answer, lookedAt } = await lookWith(NONE, [failure('OUTCOME_UNKNOWN')]);
    expect([answer.outcome, lookedAt]).toEqual(['UNKNOWN', [0]]);
  });
});

describe('a provider that cannot be asked', () => {
  test('is asked again, with longer pauses, to the deadline', async () => {
    const { answer, lookedAt } = await lookWith(ENFORCED, [failure('PROVIDER_UNAVAILABLE')]);
    expect(answer).toMatchObject({ outcome: 'UNKNOWN', error: { code: 'PROVIDER_UNAVAILABLE' } });
    expect(lookedAt.slice(0, 7)).toEqual([0, 50, 150, 350, 750, 1_550, 2_550]);
    expect(lookedAt.at(-1)).toBeLessThan(DEADLINE_MS);
    expect(lookedAt.at(-1)).toBeGreaterThan(DEADLINE_MS - 2_000);
  });

  test('is not asked again when that cannot help', async () => {
    const { answer, lookedAt } = await lookWith(ENFORCED, [failure('UNAUTHENTICATED')]);
    expect([answer.outcome, lookedAt]).toEqual(['UNKNOWN', [0]]);
  });

  test('is no fault of ours; an adapter that breaks is', async () => {
    expect((await lookWith(ENFORCED, [failure('PROVIDER_TIMEOUT')])).faults).toHaveLength(0);
    const broken = await lookWith(ENFORCED, [new TypeError('a mistake'), found]);
    expect([broken.answer.outcome, broken.faults.length]).toEqual(['FOUND', 1]);
  });
});

test('who leaves knows what was known: nothing', async () => {
  const { answer, lookedAt } = await lookWith(LOOKUP, [ABSENT], { leaving: true });
  expect(lookedAt).toEqual([0]);
  expect(answer).toMatchObject({ outcome: 'UNKNOWN', error: { code: 'OUTCOME_UNKNOWN' } });
});
