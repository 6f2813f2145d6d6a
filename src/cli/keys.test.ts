import { describe, expect, it } from 'vitest';
import { API_KEY_PATTERN, parseKeyHash } from '../config/key-hash.ts';
import { isKeyOf } from '../server/auth/key-secret.ts';
import { keys, type KeysStreams } from './keys.ts';

async function run(
  action: string,
  id?: string | number,
  typed: readonly string[] = [],
  isTTY = false,
): Promise<{ written: string; told: string }> {
  const said = { written: '', told: '' };
  const input = (async function* input() {
    for (const chunk of typed) yield await Promise.resolve(Buffer.from(chunk));
  })();
  const streams: KeysStreams = {
    input: Object.assign(input, { isTTY }),
    write: (text) => void (said.written += text),
    tell: (text) => void (said.told += text),
  };
  await keys(action, { id }, streams);
  return said;
}

const hashIn = (text: string) => parseKeyHash(/hash: (\S+)/.exec(text)?.[1] ?? '');

describe('keys create', () => {
  it('shows a key once, and the hash that belongs to it', async () => {
    const { written, told } = await run('create', 'ci-main');
    const key = /gw_\S+/.exec(written)?.[0] ?? '';
    expect(API_KEY_PATTERN.exec(key)?.[1]).toBe('ci-main');
    expect(written.split(key)).toHaveLength(2);
    expect(written).toContain('- id: "ci-main"');
    expect(await isKeyOf(key, hashIn(written)!)).toBe(true);
    expect(told).toBe('');
  });

  it('makes another one every time, with another salt', async () => {
    const [a, b] = await Promise.all([run('create', 12), run('create', 12)]);
    expect(/gw_12_\S+/.exec(a.written)?.[0]).not.toBe(/gw_12_\S+/.exec(b.written)?.[0]);
    expect(hashIn(a.written)?.salt).not.toEqual(hashIn(b.written)?.salt);
  });

  it.each([undefined, '', 'a_b', 'Ci', '-a', 'x'.repeat(41)])('refuses the id %j', async (id) => {
    await expect(run('create', id)).rejects.toThrow('--id must be');
  });
});

describe('keys hash', () => {
  const key = `gw_ci_${'k'.repeat(43)}`;

  it.each([[[key]], [[`${key}\n`]], [[` ${key}\r\nmore`]], [[key.slice(0, 9), key.slice(9), '\n']]])(
    'reads a key from %j',
    async (typed) => {
      const { written } = await run('hash', undefined, typed);
      expect(await isKeyOf(key, hashIn(written)!)).toBe(true);
      expect(written).not.toContain('kkkk');
    },
  );

  it('asks for it on a terminal, beside the answer', async () => {
    const { told } = await run('hash', undefined, [`${key}\n`], true);
    expect(told).toContain('Paste the key');
  });

  it.each([[[]], [['hunter2hunter2\n']], [[`${key}k`]], [['x'.repeat(5_000)]]])(
    'refuses %.40j',
    async (typed) => {
      const refused = run('hash', undefined, typed);
      await expect(refused).rejects.toThrow('What was read is no key');
      await expect(refused).rejects.not.toThrow('hunter2');
    },
  );
});

it('there is nothing else', async () => {
  await expect(run('delete')).rejects.toThrow('keys create');
});
