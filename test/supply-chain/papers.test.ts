import { existsSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadExample } from './with-secrets.ts';

const ROOT = new URL('../../', import.meta.url);
const read = (file: string): string => readFileSync(new URL(file, ROOT), 'utf8');
const PAPERS = ['SECURITY.md', 'docs/security.md'];

/** Paths of this repository that a text names in code: folders and files, without anchors. */
function pathsIn(text: string): string[] {
  const words = [...text.matchAll(/`([^`\n]+)`/g)].map(([, word = '']) => word);
  return words.filter((word) => /^(?:src|test|docs|examples|schema|bench|\.ci)\/[\w./-]*$/.test(word));
}

/** Relative links, seen from the root. */
function linksIn(file: string): string[] {
  return [...read(file).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target.replace(/#.*$/, ''))
    .filter((target) => target !== '' && !/^[a-z]+:/.test(target))
    .map((target) => posix.join(posix.dirname(file), target));
}

describe.each(PAPERS)('%s', (file) => {
  it('names nothing that is not there', () => {
    const named = [...pathsIn(read(file)), ...linksIn(file)];
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((path) => !existsSync(new URL(path, ROOT)))).toEqual([]);
  });
});

describe('the threat model', () => {
  const text = read('SECURITY.md');
  const borders = [...text.matchAll(/^#### (?:(B\d+): )?.*\n\n((?:\|.*\n)+)/gm)];

  it('describes every border of its picture, and no other', () => {
    const picture = /```mermaid\n([\s\S]*?)```/.exec(text)?.[1] ?? '';
    const drawn = new Set([...picture.matchAll(/\|(B\d+)/g)].map(([, name]) => name));
    expect(borders.flatMap(([, name]) => name ?? [])).toEqual(
      [...drawn].toSorted((a = '', b = '') => a.localeCompare(b)),
    );
  });

  it('names code and a test for each promise', () => {
    const rows = borders.flatMap(([, , table = '']) => table.trim().split('\n').slice(2));
    expect(rows.length).toBeGreaterThan(30);
    for (const row of rows) {
      const [threat = '', , by = '', keptBy = ''] = row.split('|').slice(1, -1);
      expect([by.includes('`'), pathsIn(keptBy).every((path) => path.startsWith('test/') || path.endsWith('.test.ts')), pathsIn(keptBy).length > 0], threat).toEqual([true, true, true]); // prettier-ignore
    }
  });
});

describe('the configuration in docs/security.md', () => {
  it('loads without a warning, and is closed', () => {
    const [, text = ''] = /```yaml\n(server:[\s\S]*?)```/.exec(read('docs/security.md')) ?? [];
    const { config, files } = loadExample(text, '/etc/gridweave/secrets');
    expect(config.warnings).toEqual([]);
    expect(config.auth?.anonymous).toBeNull();
    expect(config.server).toMatchObject({ graphiql: false, introspection: false });
    expect(config.metrics.port).toBeDefined();
    expect(config.providers.every(({ upstream }) => upstream.baseUrl.protocol === 'https:')).toBe(true);
    expect(files.length).toBe(3);
  });
});

it('the README leads to them', () => {
  const text = read('README.md');
  for (const page of [
    ...PAPERS,
    'docs/authentication.md',
    'docs/limits.md',
    'docs/persisted-operations.md',
  ]) {
    expect(text).toContain(`](${page})`);
  }
});
