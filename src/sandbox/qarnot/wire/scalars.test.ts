import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseRanges, parseTimeSpan, rangeText, timeSpan, UNSET_DATE, wireDate } from './scalars.ts';

describe('scalars of the wire', () => {
  it('writes dates with whole seconds and Z, and .NET’s minimum for none', () => {
    expect(wireDate(Date.parse('2026-03-02T09:15:04.999Z'))).toBe('2026-03-02T09:15:04Z');
    expect(wireDate(null)).toBe(UNSET_DATE);
  });

  it('writes TimeSpans with days only where there are any', () => {
    expect(timeSpan(239_000)).toBe('00:03:59');
    expect(timeSpan(98_210_500)).toBe('1.03:16:50');
    expect(parseTimeSpan('1.03:16:50.5000000')).toBe(98_210_500);
    expect(parseTimeSpan('30:00:00')).toBe(108_000_000);
    expect(parseTimeSpan('soon')).toBeNull();
  });

  it('reads every TimeSpan that it writes', () => {
    fc.assert(
      fc.property(fc.nat(1_000_000_000), (seconds) => {
        expect(parseTimeSpan(timeSpan(seconds * 1000))).toBe(seconds * 1000);
      }),
    );
  });

  it('reads every range text that it writes', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(500), { minLength: 1 }), (ids) => {
        expect(parseRanges(rangeText(ids))).toEqual([...ids].sort((a, b) => a - b));
      }),
    );
  });

  it('writes neighbours together and nothing for none', () => {
    expect(rangeText([4, 0, 1, 2, 5, 17])).toBe('0-2,4-5,17');
    expect(rangeText([])).toBe('');
  });

  it.each(['', 'a', '3-1', '1,,2', '0-999999999'])('refuses the range text %j', (text) => {
    expect(parseRanges(text)).toBeNull();
  });
});
