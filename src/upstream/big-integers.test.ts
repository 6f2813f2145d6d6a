import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quoteBigIntegers } from './big-integers.ts';

const parse = (json: string, ...names: string[]): unknown => JSON.parse(quoteBigIntegers(json, names));

describe('quoteBigIntegers', () => {
  it('keeps every digit, negative ones and those in arrays of objects too', () => {
    expect(parse('[{"t":1790000000123456789},{"t" : -9007199254740993, "u":1}]', 't')).toEqual([
      { t: '1790000000123456789' },
      { t: '-9007199254740993', u: 1 },
    ]);
  });

  it('leaves fractions, exponents, other types and other members alone', () => {
    const json = '{"t":1.5,"a":{"t":1e3},"b":{"t":"7"},"c":{"t":null},"tt":8,"d":{"t":[1]}}';
    expect(parse(json, 't')).toEqual(JSON.parse(json));
  });

  it('takes several names, even with characters that regular expressions know', () => {
    expect(parse('{"a.b":1,"axb":2,"c":3}', 'a.b', 'c')).toEqual({ 'a.b': '1', axb: 2, c: '3' });
  });

  it('never changes anything inside a string', () => {
    const tricky = { text: '"t": 5, {"t":6}', 't": 7': '\\', end: '\\"t":8', t: 9 };
    expect(parse(JSON.stringify(tricky), 't')).toEqual({ ...tricky, t: '9' });
  });

  it('changes exactly the named integers of any JSON, however it is spaced', () => {
    const key = fc.constantFrom('t', 'u', '"t"', '\\"t\\":1', 't":1,"t');
    const { value } = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.integer(),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.constantFrom('"t":1', 't', '\\', '{"t": 12}', ''),
        fc.dictionary(key, tie('value'), { maxKeys: 4 }),
        fc.array(tie('value'), { maxLength: 4 }),
      ),
    }));
    fc.assert(
      fc.property(value, fc.constantFrom(0, 2), (original, indent) => {
        const expected: unknown = JSON.parse(JSON.stringify(original), (name, member: unknown) =>
          name === 't' && typeof member === 'number' && /^-?\d+$/.test(JSON.stringify(member))
            ? JSON.stringify(member)
            : member,
        );
        expect(parse(JSON.stringify(original, null, indent), 't')).toEqual(expected);
      }),
    );
  });
});
