import { expect, it } from 'vitest';
import { epochMs } from '../model/time.ts';
import { CallbackGate } from './callback-gate.ts';

function gateAt(limits: { perMinute: number; concurrent: number }) {
  let now = epochMs(1_000_000);
  const gate = new CallbackGate(limits, { now: () => now });
  return { gate, advance: (ms: number) => (now = epochMs(now + ms)) };
}

it('lets so many through in any minute, also across the turn of one', () => {
  const { gate, advance } = gateAt({ perMinute: 2, concurrent: 9 });
  expect(gate.enter(true)).toBe(0);
  advance(50_000);
  expect(gate.enter(true)).toBe(0);
  expect(gate.enter(true)).toBe(10_000);
  advance(10_000);
  expect(gate.enter(true)).toBe(0);
  expect(gate.enter(true)).toBe(50_000);
});

it('is not shut for longer than a minute by a clock that is set back', () => {
  const { gate, advance } = gateAt({ perMinute: 1, concurrent: 9 });
  expect(gate.enter(true)).toBe(0);
  advance(-3_600_000);
  expect(gate.enter(true)).toBe(0);
  advance(-30_000);
  expect(gate.enter(true)).toBe(60_000);
  advance(60_000);
  expect(gate.enter(true)).toBeLessThanOrEqual(30_000);
});

it('takes a few at the same time, and counts strangers apart', () => {
  const { gate } = gateAt({ perMinute: 3, concurrent: 1 });
  expect(gate.enter(true)).toBe(0);
  expect(gate.enter(true)).toBe(1_000);
  expect([1, 2, 3].map(() => gate.enter(false))).toEqual([0, 0, 0]);
  expect(gate.enter(false)).toBe(60_000);
  gate.leave();
  expect(gate.enter(true)).toBe(0);
});
