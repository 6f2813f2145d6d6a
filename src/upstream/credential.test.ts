import { inspect } from 'node:util';
import { serialize } from 'node:v8';
import { describe, expect, it } from 'vitest';
import { errorOf } from '../../test/support/upstream-calls.ts';
import { basicCredential, bearerCredential, headerCredential, noCredential } from './credential.ts';
import type { Credential } from './types.ts';

const CANARY = 'c4n4ry-s3cret';

function headersOf(credential: Credential): Record<string, string> {
  const headers: Record<string, string> = {};
  credential.apply(headers);
  return headers;
}

describe('credentials', () => {
  it('are applied as the wire wants them', () => {
    expect(headersOf(bearerCredential('abc'))).toEqual({ authorization: 'Bearer abc' });
    expect(headersOf(basicCredential('ann', 'pä:ss'))).toEqual({
      authorization: `Basic ${Buffer.from('ann:pä:ss').toString('base64')}`,
    });
    expect(headersOf(headerCredential('Authorization', 'abc'))).toEqual({ authorization: 'abc' });
    expect(headersOf(noCredential)).toEqual({});
  });

  it.each([
    ['bearer', bearerCredential(CANARY)],
    ['basic', basicCredential('ann', CANARY)],
    ['header', headerCredential('x-api-key', CANARY)],
  ])('keep the secret out of every way to look at them (%s)', (_, credential) => {
    const { fingerprint } = credential;
    const views = [
      String(Object.getOwnPropertyDescriptor(credential, 'apply')?.value),
      inspect(credential, { showHidden: true, depth: null, getters: true }),
      JSON.stringify(credential),
      Object.entries(credential).join(),
      serialize({ ...credential, apply: null, applyToBody: null }).toString('latin1'),
      fingerprint,
    ];
    expect(views.join('\n')).not.toContain(CANARY);
    expect(views.join('\n')).not.toContain(Buffer.from(`ann:${CANARY}`).toString('base64'));
    expect(fingerprint).toMatch(/^[0-9a-f]{16}$/);
  });

  it('differ in fingerprint by secret and by header, and agree across instances', () => {
    const prints = [
      bearerCredential('a'),
      bearerCredential('b'),
      headerCredential('authorization', 'a'),
      headerCredential('x-key', 'a'),
      basicCredential('a', 'a'),
      bearerCredential('a', 'b'),
      bearerCredential('ab', 'b'),
      bearerCredential('ab'),
      noCredential,
    ].map((credential) => credential.fingerprint);
    expect(new Set(prints).size).toBe(prints.length);
    expect(bearerCredential('a').fingerprint).toBe(prints[0]);
  });

  it.each(['', 'a\nb', 'a\r\nx-injected: 1', ' a', 'a ', 'a\u0000', 'ü', 'a\n'])(
    'refuse the value %j',
    (value) => {
      expect(() => bearerCredential(value)).toThrow(/credential/i);
      expect(() => headerCredential('authorization', value)).toThrow(/credential/i);
    },
  );

  it('do not repeat a refused secret', async () => {
    const error = await errorOf(Promise.resolve().then(() => bearerCredential(`${CANARY}\n`)));
    expect(inspect(error, { depth: null })).not.toContain(CANARY);
  });

  it('give a body the bare secret, or one of its own', () => {
    const members: Record<string, unknown> = {};
    bearerCredential('abc').applyToBody?.(members, 'one');
    bearerCredential('abc', 'def').applyToBody?.(members, 'two');
    headerCredential('x-key', 'ghi').applyToBody?.(members, 'three');
    expect(members).toEqual({ one: 'abc', two: 'def', three: 'ghi' });
    expect(basicCredential('ann', 'abc')).not.toHaveProperty('applyToBody');
    expect(() => bearerCredential('abc', '')).toThrow(/credential/i);
  });

  it('refuse a colon in a Basic user, and a header name that is none', () => {
    expect(() => basicCredential('a:b', 'c')).toThrow(/colon/);
    expect(() => headerCredential('x y', 'c')).toThrow(/header name/);
  });
});
