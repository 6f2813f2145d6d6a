import { describe, expect, it } from 'vitest';
import { sampleKinds } from '../../test/config/sample-kinds.ts';
import { loadConfig } from './load.ts';
import type { ReadFile } from './read-file.ts';

function disk(files: Record<string, string>): ReadFile {
  return (path) => {
    const name = Object.keys(files).find((end) => path.endsWith(end));
    if (name === undefined) throw Object.assign(new Error('absent'), { code: 'ENOENT' });
    return Buffer.from(files[name] ?? '');
  };
}

function load(files: Record<string, string>, env: Record<string, string> = {}, path?: string) {
  return loadConfig({ path, env, readFile: disk(files), kinds: sampleKinds });
}

const seed = (n: number): string => `sandbox: { seed: ${n} }`;

describe('where the configuration comes from', () => {
  const files = { '/a.yaml': seed(1), '/b.yaml': seed(2), '/gridweave.yaml': seed(3) };

  it('is --config, else GRIDWEAVE_CONFIG, else ./gridweave.yaml, else the sandbox', () => {
    expect(load(files, { GRIDWEAVE_CONFIG: '/b.yaml' }, '/a.yaml').sandbox?.seed).toBe(1);
    expect(load(files, { GRIDWEAVE_CONFIG: '/b.yaml' }).sandbox?.seed).toBe(2);
    expect(load(files, { GRIDWEAVE_CONFIG: '' })).toMatchObject({
      sandbox: { seed: 3 },
      source: { kind: 'file', path: 'gridweave.yaml' },
    });
    expect(load({})).toMatchObject({ sandbox: { seed: 1 }, providers: [], source: { kind: 'none' } });
  });

  it('must exist when it was asked for', () => {
    expect(() => load({}, {}, '/x.yaml')).toThrow('does not exist (its path comes from --config)');
    expect(() => load({}, { GRIDWEAVE_CONFIG: '/x.yaml' })).toThrow('its path comes from GRIDWEAVE_CONFIG');
  });

  it('must be readable when it is there', () => {
    const readFile: ReadFile = () => {
      throw Object.assign(new Error('no'), { code: 'EACCES' });
    };
    expect(() => loadConfig({ env: {}, readFile, kinds: sampleKinds })).toThrow(
      'may not be read by this user',
    );
  });

  it('takes a byte order mark, and reads secrets beside the file', () => {
    const config = '\uFEFFproviders: [{ key: q, kind: qarnot, credential: { token: { file: q.token } } }]';
    const { providers } = load({ '/etc/gw.yaml': config, '/etc/q.token': 'tok\n' }, {}, '/etc/gw.yaml');
    const headers: Record<string, string> = {};
    providers[0]?.upstream.credential?.apply(headers);
    expect(headers).toEqual({ authorization: 'tok' });
  });
});
