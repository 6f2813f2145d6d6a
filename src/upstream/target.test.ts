import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeTarget } from './target.ts';

describe('encodeTarget', () => {
  it('leaves out undefined and null, and repeats the name for arrays', () => {
    const query = { limit: 10, deep: false, label: ['a=1', 'b&c'], none: undefined, nil: null, empty: [] };
    expect(encodeTarget('/jobs', query)).toBe('/jobs?limit=10&deep=false&label=a%3D1&label=b%26c');
  });

  it('adds no question mark when nothing is left', () => {
    expect(encodeTarget('/jobs', { a: null })).toBe('/jobs');
    expect(encodeTarget('/jobs', undefined)).toBe('/jobs');
  });

  it('survives any text, and servers read back what was meant', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => {
        const { searchParams } = new URL(`http://host${encodeTarget('/x', { q: value })}`);
        expect(searchParams.get('q')).toBe(value.replace(/\p{Surrogate}/gu, '\uFFFD'));
      }),
    );
  });
});
