import { describe, expect, it } from 'vitest';
import { epochMs } from '../model/time.ts';
import { retryAfterMs } from './retry-after.ts';

const NOW = epochMs(Date.parse('2026-03-01T12:00:00Z'));

describe('retryAfterMs', () => {
  it.each<[string, Record<string, string>, number | null]>([
    ['seconds', { 'retry-after': '3' }, 3_000],
    ['zero', { 'retry-after': '0' }, 0],
    ['a date', { 'retry-after': 'Sun, 01 Mar 2026 12:00:05 GMT' }, 5_000],
    ['a date in the past', { 'retry-after': 'Sun, 01 Mar 2026 11:00:00 GMT' }, 0],
    [
      'a date against the provider’s own clock',
      { 'retry-after': 'Sun, 01 Mar 2026 10:00:07 GMT', date: 'Sun, 01 Mar 2026 10:00:00 GMT' },
      7_000,
    ],
    ['more than a day, cut to one', { 'retry-after': '999999999' }, 86_400_000],
    ['nothing', {}, null],
    ['an empty value', { 'retry-after': ' ' }, null],
    ['a negative number', { 'retry-after': '-5' }, null],
    ['a fraction', { 'retry-after': '1.5' }, null],
    ['words', { 'retry-after': 'soon please' }, null],
  ])('reads %s', (_, headers, expected) => {
    expect(retryAfterMs(headers, NOW)).toBe(expected);
  });
});
