import { expect, it } from 'vitest';
import { createManualClock, createScaledClock } from './clock.ts';

it('stands still until it is moved', () => {
  const clock = createManualClock(1000);
  expect(clock.now()).toBe(1000);
  clock.advance(250.9);
  expect(clock.now()).toBe(1250);
  clock.set(7);
  expect(clock.now()).toBe(7);
});

it('runs at its own speed from its own start', () => {
  const base = createManualClock(5000);
  const clock = createScaledClock({ speed: 60, start: 1_000_000, base });
  expect(clock.now()).toBe(1_000_000);
  base.advance(1000);
  expect(clock.now()).toBe(1_060_000);
  expect(createScaledClock({ speed: 1, base }).now()).toBe(6000);
});
