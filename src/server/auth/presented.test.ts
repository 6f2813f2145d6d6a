import { describe, expect, it } from 'vitest';
import { bearerOf, presentedByConnection, presentedByHeaders } from './presented.ts';

const bearer = (headers: Record<string, string | string[]>): string | null =>
  bearerOf(presentedByHeaders(headers, 'x'));

describe('headers', () => {
  it.each<[Record<string, string>, string | null]>([
    [{}, null],
    [{ authorization: 'Bearer abc' }, 'abc'],
    [{ authorization: 'bearer   abc ' }, 'abc'],
    [{ 'x-api-key': 'abc' }, 'abc'],
    [{ 'x-api-key': 'abc', authorization: 'Basic dTpw' }, 'abc'],
    [{ 'x-api-key': '' }, ''],
  ])('%j present %j', (headers, presented) => {
    expect(bearer(headers)).toBe(presented);
  });

  it.each<Record<string, string | string[]>>([
    { authorization: 'Basic dTpw' },
    { authorization: 'Bearer' },
    { authorization: '' },
    { authorization: 'Bearer a b' },
    { authorization: 'abc' },
    { authorization: 'Bearer abc', 'x-api-key': 'abc' },
    { 'x-api-key': ['a', 'b'] },
  ])('%j are refused, and not taken for none', (headers) => {
    expect(() => bearer(headers)).toThrow(expect.objectContaining({ reason: 'WRONG' }));
  });
});

describe('the payload of connection_init', () => {
  const of = (params: Record<string, unknown> | undefined): string | null =>
    bearerOf(presentedByConnection(params, { 'x-api-key': 'header' }, 'x'));

  it.each<[Record<string, unknown> | undefined, string]>([
    [undefined, 'header'],
    [{}, 'header'],
    [{ apiKey: null, authorization: undefined, other: 1 }, 'header'],
    [{ authorization: 'Bearer abc' }, 'abc'],
    [{ Authorization: 'Bearer abc' }, 'abc'],
    [{ apiKey: 'abc' }, 'abc'],
    [{ 'x-api-key': 'abc' }, 'abc'],
  ])('%j presents %s', (params, presented) => {
    expect(of(params)).toBe(presented);
  });

  it.each([{ apiKey: 5 }, { authorization: {} }, { authorization: 'abc' }])('%j is refused', (params) => {
    expect(() => of(params)).toThrow(expect.objectContaining({ reason: 'WRONG' }));
  });
});
