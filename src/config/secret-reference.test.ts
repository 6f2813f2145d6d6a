import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Findings } from './problem.ts';
import { readFileBounded } from './read-file.ts';
import { resolveSecret } from './secret-reference.ts';
import { Secret } from './secret.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gridweave-'));
  mkdirSync(join(folder, 'dir'));
  const files: Record<string, string | Buffer> = {
    unix: 'tok-1\n',
    windows: 'tok-1\r\n',
    bare: 'tok-1',
    twice: 'tok-1\n\n',
    spaces: ' tok-1\n',
    empty: '',
    newline: '\n',
    binary: Buffer.from([0xff, 0xfe, 0x00]),
    large: 'x'.repeat(64 * 1024 + 1),
  };
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function read(from: { env: string } | { file: string }, env: Record<string, string> = {}): string {
  const findings = new Findings();
  const secret = resolveSecret(from, ['c'], { env, readFile: readFileBounded, folder }, findings);
  return secret?.reveal() ?? findings.all.map(({ message }) => message).join();
}

describe('a secret in a file', () => {
  it.each(['unix', 'windows', 'bare'])('is read without one last line break: %s', (name) => {
    expect(read({ file: name })).toBe('tok-1');
    expect(read({ file: join(folder, name) })).toBe('tok-1');
  });

  it.each([
    ['./absent', 'File ./absent does not exist.'],
    ['./dir', 'File ./dir is a directory.'],
    ['./empty', 'File ./empty is empty.'],
    ['./newline', 'File ./newline is empty.'],
    ['./binary', 'File ./binary is not UTF-8 text.'],
    ['./large', 'File ./large is larger than 64 KiB.'],
    ['./twice', expect.stringContaining('holds a line break')],
    ['./spaces', expect.stringContaining('spaces around')],
    ['absent', 'The file named here does not exist.'],
  ])('is refused: %s', (name, message) => {
    expect(read({ file: name })).toEqual(message);
  });
});

describe('a secret in the environment', () => {
  it('must be set, not empty, and printable', () => {
    expect(read({ env: 'A' }, { A: 'tok' })).toBe('tok');
    expect(read({ env: 'A' })).toBe('Environment variable A is not set.');
    expect(read({ env: 'A' }, { A: '' })).toBe('Environment variable A is empty.');
    expect(read({ env: 'A' }, { A: 'a\nb' })).toContain('holds a line break');
    expect(read({ env: 'toString' })).toBe('The environment variable named here is not set.');
  });

  it('is not named when its name looks like a secret itself', () => {
    expect(read({ env: '3f0d-Secret' })).toBe('The environment variable named here is not set.');
  });
});

it('a Secret prints as a mask, however it is printed', () => {
  const secret = new Secret('tok-1');
  const printed = [
    String(secret),
    JSON.stringify({ secret }),
    inspect(secret, { showHidden: true, depth: 9 }),
  ];
  for (const text of printed) {
    expect(text).toContain('***');
    expect(text).not.toContain('tok-1');
  }
  expect(Object.getOwnPropertyNames(secret)).toEqual([]);
});
