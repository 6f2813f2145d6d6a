import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LOCAL_VIEWER, Viewer } from '../model/access.ts';
import type { ProviderKey } from '../model/ids.ts';
import { stampedName } from '../providers/stamped.ts';
import { canonical, scopeOf, stampOf } from './stamp.ts';

const LAB = 'lab' as ProviderKey;
const scope = scopeOf(LOCAL_VIEWER);
const idOf = (key: string, provider = LAB, who = scope): string => stampOf(who, provider, key, null).id;

describe('a stamp', () => {
  test('has the form that every provider takes', () => {
    fc.assert(
      fc.property(fc.string(), fc.jsonValue(), (key, asked) => {
        const stamp = stampOf(scope, LAB, key, asked);
        expect(stamp.id).toMatch(/^[a-z2-7]{26}$/);
        expect(stamp.specHash).toMatch(/^[0-9a-f]{16}$/);
      }),
    );
  });

  test('is the same for the same, always', () => {
    // Objects at providers carry it: another one would lose them.
    expect(stampOf(scope, LAB, 'nightly-2026-05-11', ['x', { b: 1, a: [2] }])).toEqual({
      id: 'i2vmxbnpi77ix5g6vnjvpaliwc',
      specHash: '4878c18265c51f94',
    });
  });

  test('is another for another key, provider or caller', () => {
    const ada = scopeOf(new Viewer('key:ada', []));
    const ids = [idOf('a'), idOf('b'), idOf('a', 'cloud' as ProviderKey), idOf('a', LAB, ada)];
    expect(new Set(ids).size).toBe(ids.length);
    // Nothing of one part can pass for another.
    expect(idOf('a","b')).not.toBe(idOf('b'));
  });

  test('of two keys differs in the part that names have', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (one, two) => {
        fc.pre(one !== two);
        expect(idOf(one).slice(0, 16)).not.toBe(idOf(two).slice(0, 16));
      }),
    );
  });

  test('tells what was asked for apart, not how it was written', () => {
    const hash = (asked: unknown): string => stampOf(scope, LAB, 'a', asked).specHash;
    expect(hash({ a: 1, b: { c: 2, d: [1, 2] } })).toBe(hash({ b: { d: [1, 2], c: 2 }, a: 1 }));
    expect(hash({ a: 1, b: undefined, c: null })).toBe(hash({ a: 1 }));
    expect(hash({ list: [1, 2] })).not.toBe(hash({ list: [2, 1] }));
    expect(hash({ list: [null, 1] })).not.toBe(hash({ list: [1] }));
    expect(hash({ a: '1' })).not.toBe(hash({ a: 1 }));
    expect(hash({ a: '' })).not.toBe(hash({}));
  });

  test('is the same whatever the order of members', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (object) => {
        const reversed = Object.fromEntries(Object.entries(object).reverse());
        expect(canonical(reversed)).toBe(canonical(object));
      }),
    );
  });
});

describe('a name with a stamp', () => {
  test('is a DNS label of the wanted length that ends with it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 20, max: 63 }), (name, most) => {
        const stamp = stampOf(scope, LAB, name, null);
        const label = stampedName(name, stamp, most);
        expect(label).toMatch(/^[a-z]([a-z0-9-]*[a-z0-9])?$/);
        expect(label.length).toBeLessThanOrEqual(most);
        expect(label.endsWith(`-${stamp.id.slice(0, 16)}`)).toBe(true);
        expect(label).not.toContain('--');
      }),
    );
  });
});
