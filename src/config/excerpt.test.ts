import { describe, expect, it } from 'vitest';
import { excerptLine } from './excerpt.ts';

function shownParts(text: string, parts: readonly string[]) {
  return parts.map((part) => ({ start: text.indexOf(part), end: text.indexOf(part) + part.length }));
}

describe('excerptLine', () => {
  it('keeps structure and known pieces, masks the rest, and moves the caret with them', () => {
    const text = 'a: 1\n  token: { abc-def: "gh ij" } # klm\nb: 2';
    const excerpt = excerptLine(text, 5, text.indexOf('abc'), shownParts(text, ['token']));
    expect(excerpt).toEqual({ text: '  token: { ***-***: "*** ***" }', caret: 11 });
  });

  it('puts the caret at the start of a masked run, inside a shown piece, or after the end', () => {
    const text = 'key: secretword';
    const shown = shownParts(text, ['key']);
    expect(excerptLine(text, 0, 9, shown)).toEqual({ text: 'key: ***', caret: 5 });
    expect(excerptLine(text, 0, 1, shown).caret).toBe(1);
    expect(excerptLine(text, 0, text.length, shown).caret).toBe(8);
  });

  it('cuts a window around the caret out of a long line', () => {
    const text = `${'k: '.repeat(100)}here: 1`;
    const { text: line, caret } = excerptLine(text, 0, text.indexOf('here'), shownParts(text, ['here']));
    expect(line.startsWith('…')).toBe(true);
    expect(line.slice(caret)).toBe('here: ***');
    expect(line.length).toBeLessThanOrEqual(102);
  });
});
