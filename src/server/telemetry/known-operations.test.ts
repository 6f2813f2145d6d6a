import fc from 'fast-check';
import { parse } from 'graphql';
import { expect, it } from 'vitest';
import { KnownOperations, OTHER } from './known-operations.ts';

const MINE = 'query Mine($a: Int) { a(b: $a) }';
const known = new KnownOperations(['Theirs'], () => [MINE]);
const label = (text: string, name: string | null = null): string => known.label(parse(text), name);

it('knows its own documents however they are written, and chosen names whatever they ask', () => {
  expect(label('# comment\nquery Mine($a: Int)\n{\n  a(b: $a)\n}')).toBe('Mine');
  expect(label('query Theirs { anything }')).toBe('Theirs');
});

it('does not go by the name alone, nor by a document that holds more', () => {
  expect(label('query Mine { a }')).toBe(OTHER);
  expect(label(`${MINE} query Another { a }`, 'Mine')).toBe(OTHER);
  expect(label('{ a }')).toBe(OTHER);
  expect(label('query Constructor { a }')).toBe(OTHER);
});

it('gives no label that it was not told of', () => {
  const name = fc.stringMatching(/^[_A-Za-z][_0-9A-Za-z]{0,30}$/);
  fc.assert(
    fc.property(name, (given) => {
      expect(['Mine', 'Theirs', OTHER]).toContain(label(`query ${given} { a }`));
    }),
  );
});
