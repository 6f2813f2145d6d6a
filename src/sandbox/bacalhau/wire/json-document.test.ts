import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { firstDocument } from './json-document.ts';

test('property: a document ends where it ends, whatever follows', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom('', '  ', '{', ']x', ' null', '"'), (value, rest) => {
      const text = JSON.stringify(value);
      // A number goes on as long as there are digits, which the rests do not begin with.
      expect(firstDocument(text + rest)).toEqual({ kind: 'end', at: text.length });
    }),
  );
});

test('property: a document that is cut is not at its end', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.nat(), (value, at) => {
      const text = JSON.stringify([value]);
      expect(firstDocument(text.slice(0, at % text.length)).kind).toBe('eof');
    }),
  );
});

test.each([
  ['{"Job":{"Name":xx}}', 15],
  ['{"a" 1}', 5],
  ['[1 2]', 3],
  [String.raw`{"a":"\q"}`, 5],
  ['{a:1}', 1],
])('%s is wrong at %i', (text, at) => {
  expect(firstDocument(text)).toEqual({ kind: 'syntax', at });
});
