import { expect, it } from 'vitest';
import { createManualClock } from './clock.ts';

it('stands still until it is moved', () => {
  const clock = createManualClock(1000);
  expect(clock.now()).toBe(1000);
  clock.advance(250.9);
  expect(clock.now()).toBe(1250);
  clock.set(7);
  expect(clock.now()).toBe(7);
});
