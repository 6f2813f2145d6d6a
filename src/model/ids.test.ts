import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeId, encodeId, expectId, RECORD_KINDS, type NativeKey, type ProviderKey } from './ids.ts';

const providerKey = fc
  .stringMatching(/^[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?$/)
  .map((key) => key as ProviderKey);
const nativeKey = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 200 })
  .map((key) => key as NativeKey);

describe('ids', () => {
  it('come back as they went, and are URL-safe', () => {
    fc.assert(
      fc.property(fc.constantFrom(...RECORD_KINDS), providerKey, nativeKey, (kind, provider, key) => {
        const id = encodeId(kind, provider, key);
        expect(id).toMatch(/^[A-Za-z0-9_-]+$/);
        expect(decodeId(id)).toEqual({ kind, provider, key });
      }),
    );
  });

  it('are different for different objects', () => {
    fc.assert(
      fc.property(fc.tuple(providerKey, nativeKey), fc.tuple(providerKey, nativeKey), (a, b) => {
        fc.pre(a[0] !== b[0] || a[1] !== b[1]);
        expect(encodeId('job', ...a)).not.toBe(encodeId('job', ...b));
      }),
    );
  });

  it('never crash on anything else', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.base64String(), fc.string({ unit: 'binary' })), (text) => {
        const ref = decodeId(text);
        if (ref !== null) expect(encodeId(ref.kind, ref.provider, ref.key)).toBe(text);
      }),
    );
  });

  it('say what they name when another type is asked for', () => {
    const id = encodeId('task', 'lab' as ProviderKey, 't1' as NativeKey);
    expect(() => expectId(id, 'job')).toThrow('is the id of a Task, and a Job is asked for');
  });

  it('are refused when they are too long', () => {
    expect(decodeId(encodeId('job', 'lab' as ProviderKey, 'x'.repeat(5000) as NativeKey))).toBeNull();
  });
});
