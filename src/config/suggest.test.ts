import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { suggest } from './suggest.ts';

const known = ['server', 'providers', 'limits', 'log', 'sandbox', 'apiKey', 'timeoutMs'];

it.each([
  ['provders', 'providers'],
  ['Server', 'server'],
  ['api_key', 'apiKey'],
  ['api-key', 'apiKey'],
  ['timeout', 'timeoutMs'],
  ['limtis', 'limits'],
  ['lgo', 'log'],
  ['database', null],
  ['x', null],
  ['', null],
])('%s → %s', (word, expected) => {
  expect(suggest(word, known)).toBe(expected);
});

it('suggests a known word for itself, and only known words', () => {
  fc.assert(
    fc.property(fc.string(), (word) => {
      const found = suggest(word, known);
      return found === null || known.includes(found);
    }),
  );
  for (const word of known) expect(suggest(word, known)).toBe(word);
});
