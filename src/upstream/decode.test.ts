import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { errorOf, PROVIDER, testCall } from '../../test/support/upstream-calls.ts';
import { decodeBody } from './decode.ts';

const decode = (status: number, text: string, as: 'json' | 'text' = 'json') =>
  decodeBody(testCall({ decode: as }), status, text, PROVIDER);

describe('decodeBody', () => {
  it('decides by status, never by the look of the body', () => {
    expect(decode(200, '{"error":"no"}')).toEqual({ error: 'no' });
    expect(decode(500, '{"ok":true}')).toBe('{"ok":true}');
    expect(decode(302, '[]')).toBe('[]');
  });

  it('reads text when text was asked for', () => {
    expect(decode(200, '{"a":1}', 'text')).toBe('{"a":1}');
    expect(decode(204, '', 'text')).toBe('');
  });

  it('reads an empty success as null, and skips a byte order mark', () => {
    expect(decode(204, '')).toBeNull();
    expect(decode(200, '')).toBeNull();
    expect(decode(200, '\ufeff{"a":1}')).toEqual({ a: 1 });
  });

  it('refuses a success that is not JSON, without repeating it', async () => {
    const error = await errorOf(Promise.resolve().then(() => decode(200, '<html>c4n4ry</html>')));
    expect(error).toMatchObject({ code: 'PROVIDER_PROTOCOL', details: { upstream: { status: 200 } } });
    expect(inspect(error, { depth: null })).not.toContain('c4n4ry');
  });
});
