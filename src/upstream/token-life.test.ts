import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { epochMs } from '../model/time.ts';
import { lifeMs, timeClaims, UNTOLD_LIFE_MS } from './token-life.ts';

const NOW = epochMs(Date.UTC(2026, 2, 2, 9));

function jwt(claims: unknown): string {
  const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${encoded({ alg: 'HS256' })}.${encoded(claims)}.c2ln`;
}

const told = (token: string, lifetimeSeconds: number | null = null, date: number | null = null) =>
  lifeMs({ token, lifetimeSeconds, date: date === null ? null : new Date(date).toUTCString() }, NOW);

describe('the life of a token', () => {
  const nowSeconds = NOW / 1000;

  it.each([
    ['of what the answer tells', told('opaque', 3600), 3_600_000],
    ['between issue and end', told(jwt({ iat: 100, exp: 400 })), 300_000],
    ['the shorter of both', told(jwt({ iat: 100, exp: 400 }), 3600), 300_000],
    ['the shorter of both, the other way', told(jwt({ iat: 100, exp: 4000 }), 60), 60_000],
    [
      'between the answer’s date and the end',
      told(jwt({ exp: nowSeconds + 700 }), null, NOW + 600_000),
      100_000,
    ],
    ['by our clock when there is no other', told(jwt({ exp: nowSeconds + 90 })), 90_000],
    ['untold', told('opaque'), UNTOLD_LIFE_MS],
    ['untold by nonsense', told(jwt({ iat: 400, exp: 100 }), -5), UNTOLD_LIFE_MS],
    ['told by the answer where the claims are nonsense', told(jwt({ iat: 400, exp: 100 }), 50, NOW), 50_000],
  ])('is %s', (_, life, expected) => {
    expect(life).toBe(expected);
  });

  it('does not depend on how far the provider’s clock is from ours', () => {
    const skewMs = fc.integer({ min: -86_400_000, max: 86_400_000 });
    fc.assert(
      fc.property(skewMs, fc.integer({ min: 1, max: 86_400 }), fc.boolean(), (skew, life, hasIat) => {
        const theirs = Math.floor((NOW + skew) / 1000);
        const claims = { exp: theirs + life, ...(hasIat ? { iat: theirs } : {}) };
        expect(told(jwt(claims), null, theirs * 1000)).toBe(life * 1000);
      }),
    );
  });

  it('is positive and finite whatever the token is', () => {
    fc.assert(
      fc.property(fc.string(), fc.option(fc.double()), fc.json(), (text, seconds, claims) => {
        const encoded = Buffer.from(claims).toString('base64url');
        for (const token of [text, `a.${encoded}.b`, `.${text}.`]) {
          const usable = seconds === null || Number.isFinite(seconds) ? seconds : null;
          expect(told(token, usable)).toBeGreaterThan(0);
        }
      }),
    );
  });

  it('is read from unpadded and padded base64url', () => {
    const payload = Buffer.from(JSON.stringify({ exp: 12.5, iat: 'x' })).toString('base64');
    expect(timeClaims(`h.${payload}.s`)).toEqual({ exp: 12.5, iat: null });
    expect(timeClaims('h.!!!.s')).toEqual({ exp: null, iat: null });
    expect(timeClaims('a.b.c.d')).toEqual({ exp: null, iat: null });
  });
});
