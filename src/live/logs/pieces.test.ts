import fc from 'fast-check';
import { expect, it } from 'vitest';
import { piecesOf } from './pieces.ts';

it('cuts a text of any letters into pieces that are texts, and are the text together', () => {
  const letters = fc.constantFrom(
    'a',
    '\n',
    'é',
    '€',
    '𝔊',
    'x'.repeat(5_000),
    '€'.repeat(6_000),
    '𝔊'.repeat(5_000),
  );
  fc.assert(
    fc.property(fc.array(letters, { maxLength: 30 }), (words) => {
      const text = words.join('');
      const pieces = piecesOf(Buffer.from(text));
      for (const piece of pieces) expect(piece.length).toBeLessThanOrEqual(16 * 1024);
      expect(pieces.map((piece) => piece.toString('utf8')).join('')).toBe(text);
    }),
  );
});
