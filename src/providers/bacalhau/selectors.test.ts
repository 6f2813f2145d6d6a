import { describe, expect, it } from 'vitest';
import type { NativeKey } from '../../model/ids.ts';
import { labelSelector, namespaceOfFilter } from './selectors.ts';

describe('labelSelector', () => {
  it.each([
    [[{ key: 'team', values: ['nlp'] }], 'team=nlp'],
    [[{ key: 'team', values: ['nlp', 'cv'] }, { key: 'gpu' }], 'team in (nlp,cv),gpu'],
    [[{ key: 'example.org/run.id', values: ['4_1'] }], 'example.org/run.id=4_1'],
  ])('says %j', (labels, selector) => {
    expect(labelSelector(labels)).toBe(selector);
  });

  it.each([
    [undefined],
    [[]],
    [[{ key: 'team', values: [] }]],
    [[{ key: 'team', values: [''] }]],
    [[{ key: 'team', values: ['a,b'] }]],
    [[{ key: 'team', values: ['a)'] }]],
    [[{ key: 'team name' }]],
    [[{ key: 'in' }]],
    [[{ key: 'a/b/c' }]],
    [[{ key: '!gpu' }]],
    [[{ key: 'x'.repeat(64) }]],
    // All or nothing.
    [[{ key: 'ok' }, { key: 'not ok' }]],
  ])('leaves %j to the gateway', (labels) => {
    expect(labelSelector(labels)).toBeNull();
  });
});

describe('namespaceOfFilter', () => {
  it.each([
    [['research'], 'research'],
    [['a b/ü'], 'a b/ü'],
    [['*'], null],
    [[], null],
    [['a', 'b'], null],
    [undefined, null],
  ])('of %j is %s', (projects, namespace) => {
    const filter = projects === undefined ? {} : { projects: projects as NativeKey[] };
    expect(namespaceOfFilter(filter)).toBe(namespace);
  });
});
