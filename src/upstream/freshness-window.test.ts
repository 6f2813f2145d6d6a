import { expect, it } from 'vitest';
import { testAnswer } from '../../test/support/upstream-calls.ts';
import { epochMs } from '../model/time.ts';
import { FreshnessWindow } from './freshness-window.ts';

const answer = (at: number, sizeBytes = 100) => ({ ...testAnswer(), receivedAt: epochMs(at), sizeBytes });

it('the window is bounded by count and by bytes, the oldest going first', () => {
  const byCount = new FreshnessWindow(10, 1e6);
  for (let i = 0; i < 50; i++) byCount.set(`k${i}`, answer(i), 1e9);
  expect(byCount.size).toBe(10);
  expect(byCount.get('k39', 1e9, epochMs(50))).toBeUndefined();
  expect(byCount.get('k40', 1e9, epochMs(50))).toBeDefined();

  const byBytes = new FreshnessWindow(1_000, 100_000);
  for (let i = 0; i < 50; i++) byBytes.set(`k${i}`, answer(i, 20_000), 1e9);
  expect(byBytes.size).toBe(4);
  expect(byBytes.bytes).toBeLessThanOrEqual(100_000);
});

it('an answer larger than the whole window is not kept, and costs nothing that is', () => {
  const window = new FreshnessWindow(10, 10_000);
  window.set('small', answer(1), 1e9);
  window.set('large', answer(2, 20_000), 1e9);
  expect(window.size).toBe(1);
});

it('what has grown too old leaves memory when the next answer comes', () => {
  const window = new FreshnessWindow(10, 1e6);
  window.set('a', answer(0), 1_000);
  window.set('b', answer(600), 1_000);
  window.set('c', answer(1_200), 1_000);
  expect(window.size).toBe(2);
});
