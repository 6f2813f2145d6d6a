import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { headersIn } from './connection-members.ts';

describe('members of connection_init that stand for headers', () => {
  it('are those with names that headers of ours may have, in lower case', () => {
    expect(headersIn({ 'X-Lab-Token': 'abc', authorization: 'Bearer x', apiKey: 'y', 'x-n': 5, 'x-o': {}, 'x-empty': '' })).toEqual({ 'x-lab-token': 'abc' }); // prettier-ignore
    expect(headersIn(undefined)).toEqual({});
  });

  it.each(['a\r\nx-other: 1', 'a\n', 'a\u0000', 'ü', 'x'.repeat(8_193)])('never hold what ends a header (%#)', (value) => {
    expect(headersIn({ 'x-lab-token': value })).toEqual({});
  }); // prettier-ignore

  it('are no more than anybody needs', () => {
    const many = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`x-${String(i)}`, 'v']));
    expect(Object.keys(headersIn(many)).length).toBeLessThanOrEqual(50);
  });

  it('make a Headers of whatever is sent', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (params) => {
        const found = headersIn(params);
        for (const [name, value] of new Headers(found)) expect(name.startsWith('x-') && value.length > 0 ? '' : name).toBe(''); // prettier-ignore
        expect(Object.getPrototypeOf(found)).toBe(Object.prototype);
      }),
    );
  });
});
