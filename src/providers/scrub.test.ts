import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scrubValues } from './scrub.ts';

describe('scrubValues', () => {
  it.each([
    ['a value as it stands', 'env FOO=hunter22 is bad', ['hunter22'], 'env FOO=[redacted] is bad'],
    ['every occurrence', 'hunter22, hunter22', ['hunter22'], '[redacted], [redacted]'],
    ['short values stay', 'exit 1, yes', ['1', 'yes', ''], 'exit 1, yes'],
    ['in JSON quotes', String.raw`got "a\"b\\c"`, [String.raw`a"b\c`], 'got "[redacted]"'],
    ["in Go's JSON", String.raw`got a\u0026b\u003cc`, ['a&b<c'], 'got [redacted]'],
    ['URL-encoded', 'at ?x=p%40ss%20word', ['p@ss word'], 'at ?x=[redacted]'],
    ['with its blanks folded', 'got line one line two', ['line one\n  line two'], 'got [redacted]'],
    ['line by line', 'bad: line two', ['line one\nline two'], 'bad: [redacted]'],
    ['overlapping values', 'x abcdefgh y', ['abcdef', 'defgh'], 'x [redacted] y'],
    ['values side by side', 'abcdefgh', ['abcd', 'efgh'], '[redacted]'],
    ['at the beginning and at the end', 'abcd middle abcd', ['abcd'], '[redacted] middle [redacted]'],
    ['where the text was cut', 'refused: hunter2…', ['hunter22-and-more'], 'refused: [redacted]…'],
    ['nothing to hide', 'refused', [], 'refused'],
  ])('%s', (_, text, values, expected) => {
    expect(scrubValues(text, values)).toBe(expected);
  });

  it('leaves no value in any text, and any other text alone', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '…', '\n', ' '), maxLength: 12 });
    fc.assert(
      fc.property(fc.array(fc.oneof(letters, fc.string()), { maxLength: 8 }), fc.nat(), (parts, pick) => {
        const values = parts.filter((_, i) => (pick >> i) % 2 === 1);
        const text = parts.join('-');
        const scrubbed = scrubValues(text, values);
        for (const value of values) {
          // The mask itself is made of letters that a value could hold.
          if (value.length >= 4) expect(scrubbed.replaceAll('[redacted]', '\0')).not.toContain(value);
        }
        if (!values.some((value) => value.length >= 4)) expect(scrubbed).toBe(text);
      }),
    );
  });
});

it.each([
  ['that stand in each other', Array.from({ length: 1_400 }, (_, n) => 'a'.repeat(n + 4))],
  ['that are as long as all of it', ['a'.repeat(1_000_000)]],
  ['that begin alike', Array.from({ length: 10_000 }, (_, n) => 'a'.repeat(13) + n.toString(36))],
])('does not look for ever for values %s', { timeout: 15_000 }, (_, values) => {
  expect(scrubValues(`said: ${'a'.repeat(100_000)}`, values)).toBe('said: [redacted]…');
});
