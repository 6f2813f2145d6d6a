import { expect, test } from 'vitest';
import { goDuration } from './go-duration.ts';

test.each([
  [4000, '4s'],
  [90_000, '1m30s'],
  [3_600_000, '1h0m0s'],
  [1500, '1.5s'],
  [-60_000, '-1m0s'],
  [0, '0s'],
])('%i ms is %s', (ms, text) => {
  expect(goDuration(ms)).toBe(text);
});
