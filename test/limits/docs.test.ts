import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { limitsSchema } from '../../src/config/limits-schema.ts';
import { ERROR_CODES } from '../../src/model/errors.ts';
import { LIMIT_NAMES } from '../../src/server/limits/refusals.ts';

const text = readFileSync(new URL('../../docs/limits.md', import.meta.url), 'utf8');
const words = new Set(Array.from(text.matchAll(/`(?:live\.)?(\w+)`/g), ([, word]) => word));

it('docs/limits.md names every limit that can be configured, and every name that is counted', () => {
  const names = [...Object.keys(limitsSchema.shape), ...LIMIT_NAMES];
  expect(names.filter((name) => !words.has(name))).toEqual([]);
});

it('docs/limits.md names only codes that there are', () => {
  const codes = [...words].filter((word) => /^[A-Z]+_[A-Z_]+$/.test(word ?? ''));
  expect(codes.length).toBeGreaterThan(8);
  expect(codes.filter((code) => !Object.hasOwn(ERROR_CODES, code ?? ''))).toEqual([]);
});
