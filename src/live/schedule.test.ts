import { expect, test } from 'vitest';
import { GridweaveError } from '../model/errors.ts';
import { epochMs } from '../model/time.ts';
import { DEFAULT_LIVE_OPTIONS } from './options.ts';
import { PollSchedule, SweepSchedule } from './schedule.ts';

const INTERVALS = { hotMs: 2_000, warmMs: 20_000 };

function schedule(random = (): number => 0.5): PollSchedule {
  return new PollSchedule(INTERVALS, DEFAULT_LIVE_OPTIONS, random);
}

/** How long after `at` the next poll is due. */
function wait(of: PollSchedule, at: number, hot: boolean): number {
  return of.nextAt(epochMs(at), hot) - at;
}

test('the first poll is due at once, the next after the interval', () => {
  const polls = schedule();
  expect(wait(polls, 1_000, false)).toBe(0);
  polls.began(epochMs(1_000));
  polls.succeeded(epochMs(1_100));
  expect([wait(polls, 1_100, true), wait(polls, 1_100, false)]).toEqual([2_000, 20_000]);
  polls.hurry();
  expect(wait(polls, 1_200, false)).toBe(0);
});

test('intervals are up to a fifth longer or shorter', () => {
  for (const [random, ms] of [
    [0, 1_600],
    [1, 2_400],
  ] as const) {
    const polls = schedule(() => random);
    polls.succeeded(epochMs(0));
    expect(wait(polls, 0, true)).toBe(ms);
  }
});

test('failures make tries rarer, up to a minute; one success ends that', () => {
  const polls = schedule();
  const waits = [0, 0, 0, 0, 0, 0].map(() => {
    polls.failed(epochMs(0), new GridweaveError('PROVIDER_UNAVAILABLE', 'down'));
    return wait(polls, 0, true);
  });
  expect(waits).toEqual([4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
  polls.succeeded(epochMs(0));
  expect(wait(polls, 0, true)).toBe(2_000);
});

test('a provider that asks for fewer calls is given its time, and longer intervals for a while', () => {
  const polls = schedule();
  polls.failed(epochMs(0), new GridweaveError('RATE_LIMITED', 'slow down', { retryAfterMs: 90_000 }));
  expect(wait(polls, 0, true)).toBe(90_000);
  polls.nudge(epochMs(0));
  expect(wait(polls, 0, true)).toBe(90_000);
  polls.hurry();
  expect(wait(polls, 0, true)).toBe(90_000);
  polls.began(epochMs(90_000));
  polls.failed(epochMs(90_000), new GridweaveError('RATE_LIMITED', 'slow down'));
  polls.succeeded(epochMs(100_000));
  expect(wait(polls, 100_000, true)).toBeGreaterThan(2_000);
  for (let i = 0; i < 6; i++) polls.succeeded(epochMs(110_000));
  expect(wait(polls, 110_000, true)).toBe(2_000);
});

test('a pause of absurd length is cut', () => {
  const polls = schedule();
  polls.failed(epochMs(0), new GridweaveError('RATE_LIMITED', 'go away', { retryAfterMs: 1e12 }));
  expect(wait(polls, 0, true)).toBe(3_600_000);
});

test('a command is looked after twice, and a stream of commands does not make a stream of polls', () => {
  const polls = schedule();
  polls.succeeded(epochMs(0));
  polls.nudge(epochMs(5_000));
  expect(wait(polls, 5_000, false)).toBe(350);
  polls.began(epochMs(5_350));
  polls.succeeded(epochMs(5_400));
  expect(wait(polls, 5_400, false)).toBe(1_950);
  polls.began(epochMs(7_350));
  polls.succeeded(epochMs(7_400));
  expect(wait(polls, 7_400, false)).toBe(20_000);
  for (let at = 7_400; at <= 7_900; at += 20) polls.nudge(epochMs(at));
  expect(wait(polls, 7_900, false)).toBe(0);
  polls.began(epochMs(7_900));
  polls.succeeded(epochMs(7_950));
  expect(wait(polls, 7_950, false)).toBeGreaterThanOrEqual(500);
});

test('sweeps come at their interval; one that was cut is repeated sooner, and ever more seldom', () => {
  const sweeps = new SweepSchedule(DEFAULT_LIVE_OPTIONS);
  const at = (ms: number): boolean => sweeps.isDue(epochMs(ms));
  expect(at(0)).toBe(true);
  sweeps.swept(epochMs(0), true);
  expect([at(299_999), at(300_000)]).toEqual([false, true]);
  sweeps.swept(epochMs(300_000), false);
  expect([at(329_999), at(330_000)]).toEqual([false, true]);
  sweeps.swept(epochMs(330_000), false);
  expect([at(389_999), at(390_000)]).toEqual([false, true]);
});

test('a batch that fell short brings a sweep forward, but not every time', () => {
  const sweeps = new SweepSchedule(DEFAULT_LIVE_OPTIONS);
  sweeps.swept(epochMs(0), true);
  sweeps.fellShort(epochMs(100_000));
  expect(sweeps.isDue(epochMs(100_000))).toBe(true);
  sweeps.swept(epochMs(100_000), true);
  sweeps.fellShort(epochMs(102_000));
  expect([sweeps.isDue(epochMs(129_999)), sweeps.isDue(epochMs(130_000))]).toEqual([false, true]);
});
