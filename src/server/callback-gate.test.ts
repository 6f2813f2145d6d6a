import { expect, it } from 'vitest';
import { epochMs } from '../model/time.ts';
import { CallbackGate, type GateLimits } from './callback-gate.ts';

const right = () => true;
const wrong = () => false;

function gateAt(limits: Partial<GateLimits>) {
  let now = epochMs(1_000_000);
  const gate = new CallbackGate(
    { perMinute: 9, concurrent: 9, failuresPerMinute: 9, ...limits },
    { now: () => now },
  );
  return {
    gate,
    known: () => gate.enter('a', right).waitMs,
    advance: (ms: number) => (now = epochMs(now + ms)),
  };
}

it('lets so many through in any minute, also across the turn of one', () => {
  const { known, advance } = gateAt({ perMinute: 2 });
  expect(known()).toBe(0);
  advance(50_000);
  expect(known()).toBe(0);
  expect(known()).toBe(10_000);
  advance(10_000);
  expect(known()).toBe(0);
  expect(known()).toBe(50_000);
});

it('is not shut for longer than a minute by a clock that is set back', () => {
  const { known, advance } = gateAt({ perMinute: 1 });
  expect(known()).toBe(0);
  advance(-3_600_000);
  expect(known()).toBe(0);
  advance(-30_000);
  expect(known()).toBe(60_000);
  advance(60_000);
  expect(known()).toBeLessThanOrEqual(30_000);
});

it('takes a few at the same time, and counts strangers apart', () => {
  const { gate, known } = gateAt({ concurrent: 1, failuresPerMinute: 3 });
  expect(known()).toBe(0);
  expect(known()).toBe(1_000);
  expect([1, 2, 3, 4].map(() => gate.enter('b', wrong).waitMs)).toEqual([0, 0, 0, 20_000]);
  gate.leave();
  expect(known()).toBe(0);
});

it('does not look at what a network presents that failed too often, and looks at all others', () => {
  const { gate, advance } = gateAt({ failuresPerMinute: 2 });
  const looked: string[] = [];
  const enter = (network: string, isRight: boolean) =>
    gate.enter(network, () => {
      looked.push(network);
      return isRight;
    });
  enter('a', false);
  enter('a', false);
  expect(enter('a', true)).toEqual({ isKnown: false, waitMs: 30_000 });
  expect(looked).toEqual(['a', 'a']);
  expect(enter('b', true)).toEqual({ isKnown: true, waitMs: 0 });
  advance(30_000);
  expect(enter('a', true)).toEqual({ isKnown: true, waitMs: 0 });
});

it('hears whoever knows the password from a network that has shown it, whoever else is there', () => {
  const { gate } = gateAt({ failuresPerMinute: 1 });
  expect(gate.enter('a', right)).toEqual({ isKnown: true, waitMs: 0 });
  expect(gate.enter('a', wrong)).toEqual({ isKnown: false, waitMs: 0 });
  expect(gate.enter('a', wrong)).toEqual({ isKnown: false, waitMs: 60_000 });
  expect(gate.enter('a', right)).toEqual({ isKnown: true, waitMs: 0 });
});
