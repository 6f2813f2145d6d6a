import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CHECK_BYTES, checkOf, fits, NOTHING, placesOf } from './check.ts';

describe('a check', () => {
  it('fits where it was taken, and finds that place in any text that holds it', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: CHECK_BYTES, maxLength: 900 }),
        fc.uint8Array({ maxLength: 500 }),
        fc.uint8Array({ maxLength: 500 }),
        (before, front, behind) => {
          const check = checkOf(Buffer.from(before));
          const kept = Buffer.from(before).subarray(before.length - CHECK_BYTES);
          const text = Buffer.concat([front, kept, behind]);
          const wanted: number[] = [];
          for (let end = CHECK_BYTES; end <= text.length && wanted.length < 2; end++)
            if (text.subarray(end - CHECK_BYTES, end).equals(kept)) wanted.push(end);
          expect(placesOf(text, check)).toEqual(wanted);
          expect(fits(text, front.length + CHECK_BYTES, check)).toBe(true);
        },
      ),
    );
  });

  it('does not fit another text, nor beyond one', () => {
    const check = checkOf(Buffer.from('one\n'));
    expect(fits(Buffer.from('one\ntwo\n'), 4, check)).toBe(true);
    expect(fits(Buffer.from('two\none\n'), 4, check)).toBe(false);
    expect(fits(Buffer.from('one'), 4, check)).toBe(false);
    expect(fits(Buffer.from('e\n'), 2, check)).toBe(false);
    expect(fits(Buffer.alloc(0), 0, NOTHING)).toBe(true);
  });

  it('of less than its size says nothing about other places', () => {
    expect(placesOf(Buffer.from('boot\none\n'), checkOf(Buffer.from('one\n')))).toEqual([]);
  });

  it('finds that a text which repeats itself does not tell', () => {
    const text = Buffer.from('tick\n'.repeat(200));
    expect(placesOf(text, checkOf(text))).toHaveLength(2);
  });
});
