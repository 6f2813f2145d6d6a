import { describe, expect, it } from 'vitest';
import { refusalOf } from '../../test/config/refusal.ts';
import { sampleKinds } from '../../test/config/sample-kinds.ts';
import type { LoadedConfig } from './config.ts';
import { loadConfig } from './load.ts';
import { documentHash } from './manifest.ts';
import { printConfig } from './print.ts';

const TEXT = '{ providers { key } }';
const FILES: Readonly<Record<string, string>> = {
  '/etc/gridweave/a.json': JSON.stringify({ [documentHash(TEXT)]: TEXT }),
  '/etc/gridweave/text.json': 'cAnary7Qx93Zt',
  '/etc/gridweave/hash.json': JSON.stringify({ [documentHash(TEXT)]: 'cAnary7Qx93Zt' }),
};

function load(operations: unknown, server: object = {}): LoadedConfig {
  return loadConfig({
    text: JSON.stringify({ server, sandbox: {}, operations }),
    path: '/etc/gridweave/gridweave.yaml',
    env: {},
    readFile: (path) => {
      const text = FILES[path];
      if (text === undefined) throw Object.assign(new Error('absent'), { code: 'ENOENT' });
      return Buffer.from(text);
    },
    kinds: sampleKinds,
  });
}

describe('operations', () => {
  it('runs any document and remembers some when nothing is said', () => {
    const expected = { mode: 'any', manifests: [], apq: { enabled: true, maxDocuments: 1000, maxBytes: 4_194_304 } }; // prettier-ignore
    expect(load(undefined).operations).toEqual(expected);
    expect(load(null).operations).toEqual(expected);
    expect(load({ apq: null }).operations).toEqual(expected);
  });

  it('reads manifests beside the file, and prints their names alone', () => {
    const config = load({ mode: 'only', manifests: ['a.json'] });
    expect(config.operations.manifests).toEqual([
      { file: 'a.json', documents: [{ id: documentHash(TEXT), text: TEXT }] },
    ]);
    expect(printConfig(config)).toContain('operations:\n  mode: only\n  manifests:\n    - a.json\n  apq:\n');
  });

  it('warns of a GraphiQL that is asked for and cannot be', () => {
    const only = { mode: 'only', manifests: ['a.json'] };
    expect(load(only).warnings).toEqual([]);
    expect(load(only, { graphiql: true }).warnings).toEqual([expect.stringContaining('GraphiQL is not served')]); // prettier-ignore
  });

  it.each<[string, unknown, string]>([
    ['only, and nothing to run', { mode: 'only' }, 'nothing could be asked'],
    ['a file that is not there', { manifests: ['b.json'] }, 'File b.json does not exist'],
    ['a file that is not JSON', { manifests: ['a.json', 'text.json'] }, 'operations.manifests[1]\n  File text.json is not JSON'], // prettier-ignore
    ['a document that was changed', { manifests: ['hash.json'] }, `not the one of its id, ${documentHash(TEXT)}`], // prettier-ignore
    [
      'a secret for a file',
      { manifests: ['cAnary7Qx93Zt'] },
      'The file at operations.manifests[0] does not exist',
    ],
    ['a mode that is none', { mode: 'trusted' }, 'must be one of any, only'],
    ['a manifest that is none', { manifests: 'a.json' }, 'must be a list'],
    ['files that are numbers', { manifests: [5] }, 'must be a text'],
    ['an empty name', { manifests: [''] }, 'manifests[0]'],
    ['too little room', { apq: { maxBytes: 1 } }, 'maxBytes'],
    ['a list', [], 'operations must be a section'],
  ])('refuses %s', (_, operations, message) => {
    const refusal = refusalOf(() => load(operations));
    expect(refusal).toContain(message);
    expect(refusal).not.toContain('cAnary7Qx93Zt');
  });
});
