import { getOperationAST, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { shareKey, variablesThatMatter } from './share-key.ts';

function mattering(text: string, name?: string): string[] {
  const document = parse(text);
  return [...variablesThatMatter(document, getOperationAST(document, name)!)].sort();
}

function key(
  text: string,
  variables: Record<string, unknown>,
  own: { sourceKey?: string; scope?: string } = {},
) {
  const document = parse(text);
  const operation = getOperationAST(document)!;
  return shareKey({ document, operation, variables, sourceKey: 'jobs', scope: '', ...own });
}

describe('variables that matter to an event', () => {
  it('are all but those of start, after and onGap of a root field', () => {
    const text = `subscription ($f: F, $s: S, $a: String, $g: G, $x: Boolean!, $deep: Int) {
      alias: jobEvents(filter: $f, start: $s, after: $a, onGap: $g) { id @include(if: $x) tasks(after: $deep) { id } }
    }`;
    expect(mattering(text)).toEqual(['deep', 'f', 'x']);
  });

  it('include one that is used in both ways', () => {
    expect(mattering('subscription ($a: String) { e(after: $a) { logs(after: $a) } }')).toEqual(['a']);
  });

  it('are found in fragments, and not in other operations', () => {
    const text = `subscription A($x: Int) { e { ...F } } fragment F on E { n(x: $x) }
      subscription B($y: Int) { e(filter: $y) { id } }`;
    expect(mattering(text, 'A')).toEqual(['x']);
  });
});

describe('the key of what is shared', () => {
  const text = 'subscription ($f: F, $a: String) { e(filter: $f, after: $a) { id } }';

  it('is equal wherever readers begin, and in whatever order variables come', () => {
    expect(key(text, { f: 1, a: 'x' })).toBe(key(text, { a: 'y', f: 1 }));
    expect(key(text, { f: 1 })).toBe(key(text, { f: 1, a: null, unused: 3 }));
  });

  it('differs by filter, source, viewer, text and operation', () => {
    const named = 'subscription N($f: F, $a: String) { e(filter: $f, after: $a) { id } }';
    const keys = [
      key(text, { f: 1 }),
      key(text, { f: 2 }),
      key(text, { f: 1 }, { sourceKey: 'tasks' }),
      key(text, { f: 1 }, { scope: 'somebody' }),
      key(`${text} `, { f: 1 }),
      key(named, { f: 1 }),
    ];
    expect(new Set(keys).size).toBe(keys.length);
  });
});
