import { describe, expect, it } from 'vitest';
import { compareOrderKeys } from './order.ts';
import { parseTimestamp } from './time.ts';
import { bytes, millis, parseByteSize, parseCpuQuantity, parseQuantity } from './units.ts';

describe('units', () => {
  it.each([
    ['512mb', 512_000_000],
    ['512mib', 536_870_912],
    ['4 GiB', 4_294_967_296],
    ['1.5gb', 1_500_000_000],
    ['1048576', 1_048_576],
    ['10k', 10_000],
    ['10ki', 10_240],
    ['1b', 1],
    ['', null],
    ['lots', null],
    ['-1mb', null],
    ['10i', null],
  ])('%s is %s bytes', (text, expected) => {
    expect(parseByteSize(text)).toBe(expected);
  });

  it.each([
    ['500m', 500],
    ['2', 2000],
    ['0.1', 100],
    ['2.5', 2500],
    ['x', null],
    ['', null],
  ])('%s of a core is %s thousandths', (text, expected) => {
    expect(parseCpuQuantity(text)).toBe(expected);
  });

  it.each([
    ['64G', 64_000_000_000],
    ['152Gi', 163_208_757_248],
    ['512Mi', 536_870_912],
    ['1Ki', 1024],
    ['0B', 0],
    ['2GB', 2_000_000_000],
    ['1500m', 1.5],
    ['2', 2],
    ['.5', 0.5],
    ['1e3', 1000],
    ['12E', 12e18],
    ['1E2', 100],
    ['2g', null],
    ['1ki', null],
    ['-1Gi', null],
    ['Gi', null],
    ['', null],
    ['1e999', null],
  ])('the quantity %s is %s', (text, expected) => {
    expect(parseQuantity(text)).toBe(expected);
  });

  it('refuse what is no amount', () => {
    expect([bytes(-1), bytes(Number.NaN), bytes('1'), bytes(2 ** 60), millis(-1), millis(null)]).toEqual(
      Array(6).fill(null),
    );
    expect([bytes(1.6), millis(0.25)]).toEqual([2, 250]);
  });
});

describe('time', () => {
  it('reads zones and fractions, and knows what is not set', () => {
    expect(parseTimestamp('2026-03-02T10:15:04.123456789+01:00')).toBe(
      Date.parse('2026-03-02T09:15:04.123Z'),
    );
    expect([parseTimestamp('0001-01-01T00:00:00Z'), parseTimestamp(null), parseTimestamp('soon')]).toEqual([
      null,
      null,
      null,
    ]);
  });
});

describe('order', () => {
  it('turns only its first part around', () => {
    expect(compareOrderKeys([2, 'a'], [1, 'b'], 'DESC')).toBe(-1);
    expect(compareOrderKeys([1, 'a'], [1, 'b'], 'DESC')).toBe(-1);
    expect(compareOrderKeys([1, 'a'], [1, 'b'], 'ASC')).toBe(-1);
    expect(compareOrderKeys([1], [1, 'b'], 'ASC')).toBe(-1);
  });
});
