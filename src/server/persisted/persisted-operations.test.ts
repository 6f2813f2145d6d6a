import { buildSchema } from 'graphql';
import { describe, expect, it } from 'vitest';
import type { OperationsConfig } from '../../config/config.ts';
import { documentHash } from '../../config/manifest.ts';
import { PersistedOperations } from './persisted-operations.ts';

const schema = buildSchema('type Query { a: Int b(n: Int): Int }');
const APQ = { enabled: true, maxDocuments: 1_000, maxBytes: 65_536 };

const configured = (change: Partial<OperationsConfig> = {}, ...texts: string[]) => ({
  source: { kind: 'none' } as const,
  operations: {
    mode: 'any' as const,
    apq: APQ,
    manifests: [{ file: 'm.json', documents: texts.map((text) => ({ id: documentHash(text), text })) }],
    ...change,
  },
});

const named = (text: string) => ({
  extensions: { persistedQuery: { version: 1, sha256Hash: documentHash(text) } },
});

function register(persisted: PersistedOperations, text: string): void {
  persisted.register({ query: text, ...named(text) });
}

describe('persisted operations', () => {
  it('leave what names no document as it is', () => {
    const params = { query: '{ a }', variables: { x: 1 } };
    expect(new PersistedOperations({ schema }).resolve(params)).toBe(params);
  });

  it('remember no more than there is room for, whatever comes', () => {
    const persisted = new PersistedOperations({ schema });
    persisted.prepare(configured())();
    for (let i = 0; i < 500; i++) {
      register(persisted, `{ a } # ${String(i)} ${'é'.repeat(1_000)}`);
      expect(persisted.stats.registeredBytes).toBeLessThanOrEqual(APQ.maxBytes);
    }
    expect(persisted.stats.registered).toBeGreaterThan(10);
    // One that takes much does not push out the others.
    const before = persisted.stats;
    register(persisted, `{ a } # ${'x'.repeat(10_000)}`);
    expect(persisted.stats).toEqual(before);
  });

  it('remember nothing but the document of a hash', () => {
    const persisted = new PersistedOperations({ schema });
    persisted.register({ query: '{ a }', ...named('{ b }') });
    persisted.register({ query: 7, ...named('{ b }') });
    persisted.register({ query: '{ a }' });
    expect(persisted.stats.registered).toBe(0);
  });

  it('keep what was registered over a reload that is not about it', () => {
    const persisted = new PersistedOperations({ schema });
    persisted.prepare(configured())();
    register(persisted, '{ a }');
    persisted.prepare(configured({}, '{ b }'))();
    expect(persisted.stats).toMatchObject({ trusted: 1, registered: 1 });
    persisted.prepare(configured({ mode: 'only' }, '{ b }'))();
    expect(persisted.stats).toMatchObject({ trusted: 1, registered: 0 });
    register(persisted, '{ a }');
    expect(persisted.stats.registered).toBe(0);
    persisted.prepare(configured({}, '{ b }'))();
    expect(() => persisted.resolve(named('{ a }'))).toThrow('PersistedQueryNotFound');
  });

  it('tell of every refusal, by its code', () => {
    const codes: string[] = [];
    const persisted = new PersistedOperations({ schema, onRefused: (code) => codes.push(code) });
    persisted.prepare(configured({ mode: 'only' }, '{ a }'))();
    expect(persisted.resolve({ documentId: documentHash('{ a }') })).toMatchObject({ query: '{ a }' });
    expect(() => persisted.resolve({ query: '{ b }' })).toThrow('in none of them');
    expect(() => persisted.resolve({ documentId: 1 })).toThrow('must be a text');
    expect(codes).toEqual(['OPERATION_NOT_TRUSTED', 'BAD_REQUEST']);
    expect([persisted.allows('{ a }'), persisted.allows('{ b }')]).toEqual([true, false]);
  });

  it('refuse a manifest whose documents cannot be run, all of them at once, and keep the one before', () => {
    const persisted = new PersistedOperations({ schema });
    persisted.prepare(configured({}, '{ a }'))();
    const deep = `${'{ a '.repeat(50_000)}${'}'.repeat(50_000)}`;
    const wrong = configured({}, '{ a }', '{ c }', '{', 'fragment F on Query { a }', deep);
    let problems: readonly { readonly path: string; readonly message: string }[] = [];
    try {
      persisted.prepare(wrong);
    } catch (error) {
      problems = (error as { problems: typeof problems }).problems;
    }
    expect(problems.map(({ path }) => path)).toEqual(Array(4).fill('operations.manifests[0]'));
    expect(problems.map(({ message }) => message.replace(/.*cannot be run: /, ''))).toEqual([
      expect.stringContaining('Cannot query field "c" on type "Query".'),
      'Syntax Error: Expected Name, found <EOF>.',
      'It has no operation.',
      'It cannot be read.',
    ]);
    expect(persisted.stats.trusted).toBe(1);
  });
});
