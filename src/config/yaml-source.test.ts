import { describe, expect, it } from 'vitest';
import { refusalOf } from '../../test/config/refusal.ts';
import { sampleKinds } from '../../test/config/sample-kinds.ts';
import { loadConfig } from './load.ts';
import { ConfigError } from './problem.ts';
import { parseYaml } from './yaml-source.ts';

const told = (text: string): string[] =>
  parseYaml(text).problems.map(({ line, column, message }) => `${line}:${column} ${message}`);

describe('text that is not a configuration', () => {
  it.each([
    ['a: 1\nb: 2\na: 3', '3:1 This key stands here a second time.'],
    ['a:\n\t- b', '2:1 A tab is used for indentation.'],
    ['a: [1\nb: 2', '2:1 The indentation does not fit, or a bracket is not closed.'],
    ['a: "x\n', '2:1 A quote, a comma, a colon or a space after a colon is missing.'],
    ['a: 1\n---\nb: 2', '2:1 The file holds more than one YAML document.'],
    ['a: b: c', '1:4 A second "key:" stands on the same line.'],
    ['a: @b', '1:4 A value begins with a character that YAML reserves.'],
    ['a: "\\q"', '1:5 A double-quoted text holds an unknown escape.'],
    ['? { a: 1 }\n: 2', '1:3 A key is not a text.'],
    ['a: !env KEY', '1:4 Tags (words that begin with "!") are not known here.'],
    ['a: !!binary aGk=', '1:4 Tags (words that begin with "!") are not known here.'],
    ['a: &x 1\nb: *x', '2:4 Aliases (words that begin with "*") are not supported.'],
    ['a: *nowhere', '1:4 Aliases (words that begin with "*") are not supported.'],
    ['a: &x { b: *x }', '1:12 Aliases (words that begin with "*") are not supported.'],
    ['%NEW 1\n---\na: 1', '1:1 This YAML directive is not known.'],
  ])('is told apart: %j', (text, expected) => {
    expect(told(text)[0]).toBe(expected);
  });

  it('keeps "__proto__" a key like any other', () => {
    const { value } = parseYaml('__proto__: { polluted: true }');
    expect(Object.keys(value as object)).toEqual(['__proto__']);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  });

  it('gives undefined for a file without content', () => {
    for (const text of ['', '\n\n', '# a comment\n', '---\n']) {
      expect(parseYaml(text).problems).toEqual([]);
      expect(parseYaml(text).value ?? undefined).toBeUndefined();
    }
  });
});

describe('text made to hurt', () => {
  const bomb = [
    'k0: &k0 [x, x]',
    ...Array.from({ length: 8 }, (_, i) => `k${i + 1}: &k${i + 1} [*k${i}, *k${i}]`),
  ];
  const big = 250 * 1024;
  it.each([
    ['an alias bomb', bomb.join('\n')],
    ['flow brackets', '['.repeat(big)],
    ['flow maps', '{a: '.repeat(big / 4)],
    ['block lists', '- '.repeat(big / 2)],
    ['explicit keys', '? '.repeat(big / 2)],
    ['indentation', Array.from({ length: 600 }, (_, i) => `${' '.repeat(i)}a:`).join('\n')],
    ['closing brackets', '}'.repeat(big / 8)],
    ['commas', `[${','.repeat(big / 8)}`],
    ['anchors', '&a '.repeat(big / 12)],
    ['tags', '!!a '.repeat(big / 16)],
    ['many keys', Array.from({ length: 10_000 }, (_, i) => `k${i}:`).join('\n')],
    ['one key many times', 'a:\n'.repeat(big / 12)],
    ['control characters', '\u0000\u0001\u001b[31m: x'],
  ])(
    '%s ends in a ConfigError, soon',
    (_, text) => {
      expect(() => loadConfig({ text, env: {}, kinds: sampleKinds })).toThrow(ConfigError);
    },
    10_000,
  );

  it('refuses more than 256 KiB', () => {
    const text = `#${'x'.repeat(256 * 1024)}`;
    expect(() => loadConfig({ text, env: {}, kinds: sampleKinds })).toThrow('larger than 256 KiB');
  });

  it('shows no terminal escape and no overlong line', () => {
    const text = `"\u001b[31mserver": 1\nserver: { port: "${'9'.repeat(500)}" }`;
    const shown = refusalOf(() => loadConfig({ text, env: {}, kinds: sampleKinds }));
    expect(shown).not.toContain('\u001b');
    for (const line of shown.split('\n')) expect(line.length).toBeLessThan(200);
  });
});
