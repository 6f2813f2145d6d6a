import { getIntrospectionQuery, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { schema } from '../../graph/schema.ts';
import { tooRepetitive } from './comparisons.ts';
import { createDocumentCache, createErrorCache } from './document-cache.ts';
import { tooMuchIntrospection } from './introspection-size.ts';
import { isNestedDeeper, isTooMuchJson } from './nesting.ts';
import { SHAPE_LIMITS } from './shape.ts';
import { validateBriefly } from './validate-briefly.ts';

const times = (count: number, each: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => each(i)).join(' ');

describe('how deep brackets stand in each other', () => {
  it.each([
    ['{ a { b { c } } }', 3],
    ['query($a: [[Int!]!]) { a(b: [{ c: [1] }]) }', 5],
    ['{ a(b: "{{{{", c: """ [[[[ \\""" (((( """) } # {{{{\n', 2],
    ['{ a(b: "\\"{{{{") }', 2],
    // Not GraphQL: a string ends where its line does.
    ['{ a(b: "\n{{) }', 4],
    ['{ a """ {{{', 1],
    ['', 0],
  ])('%s', (text, depth) => {
    expect([isNestedDeeper(text, depth - 1), isNestedDeeper(text, depth)]).toEqual([depth > 0, false]);
  });
});

describe('how much is in a text that may be JSON', () => {
  const bounds = { maxValues: 5, maxNesting: 3 };
  it.each([
    ['{"a":[1,2,3]}', false],
    ['[1,2,3,4,5]', false],
    ['[1,2,3,4,5,6]', true],
    ['[[[1]]]', false],
    ['[[[[1]]]]', true],
    ['{"a":"[[[[[[,,,,,,\\"[[[["}', false],
    ['no JSON at all', false],
    ['"', false],
  ])('%s', (text, tooMuch) => {
    expect(isTooMuchJson(text, bounds)).toBe(tooMuch);
  });
});

describe('documents that repeat themselves', () => {
  const isRepetitive = (text: string): boolean => tooRepetitive(parse(text), SHAPE_LIMITS).length > 0;

  it('finds fields and fragments that a validator would compare for long', () => {
    expect(isRepetitive(`{ jobs { nodes { ${times(200, () => 'id')} } } }`)).toBe(true);
    expect(isRepetitive(`{ ${times(30, () => `jobs { nodes { ${times(30, () => 'id')} } }`)} }`)).toBe(true);
    const fragments = times(200, (i) => `fragment F${String(i)} on Job { id }`);
    const spreads = times(200, (i) => `...F${String(i)}`);
    expect(isRepetitive(`{ jobs { nodes { ${spreads} } } } ${fragments}`)).toBe(true);
  });

  it('leaves alone what apps are made of', () => {
    const fragments = times(40, (i) => `fragment F${String(i)} on Job { id name status { state } }`);
    const spreads = times(40, (i) => `...F${String(i)}`);
    expect(isRepetitive(`{ jobs { nodes { ${spreads} } } } ${fragments}`)).toBe(false);
  });

  it('comes to an end with circles of fragments, also through fields', () => {
    const circle =
      'fragment A on Job { task { job { ...B } } } fragment B on Job { ...A executions { nodes { job { ...A ...B } } } }';
    expect(isRepetitive(`{ jobs { nodes { ...A ...B } } } ${circle}`)).toBe(false);
  });
});

describe('questions about the schema', () => {
  const refused = (text: string): string | null => tooMuchIntrospection(schema, parse(text), null);

  it('lets the tools ask theirs', () => {
    expect(refused(getIntrospectionQuery())).toBeNull();
    expect(
      refused(
        getIntrospectionQuery({
          specifiedByUrl: true,
          directiveIsRepeatable: true,
          schemaDescription: true,
          inputValueDeprecation: true,
          oneOf: true,
        }),
      ),
    ).toBeNull();
  });

  it('refuses what multiplies them', () => {
    const whole =
      '__schema { types { name fields { name type { name fields { name args { name type { name } } type { name } } } } } }';
    expect(refused(`{ ${times(20, (i) => `a${String(i)}: ${whole}`)} }`)).toMatch(/values of the schema/);
    expect(refused(`query { ...A } fragment A on Query { ${times(20, (i) => `a${String(i)}: ${whole}`)} }`)).toMatch(/once/); // prettier-ignore
  });
});

describe('documents that are kept parsed', () => {
  it('fit into the memory that is set aside', () => {
    const cache = createDocumentCache(1_000_000);
    const large = (i: number): string =>
      `query q${String(i)} { jobs { nodes { ${times(400, () => 'id')} } } }`;
    for (let i = 0; i < 10; i++) cache.set(large(i), parse(large(i)));
    const kept = Array.from({ length: 10 }, (_, i) => cache.get(large(i)) !== undefined);
    expect(kept).toEqual([...Array<boolean>(6).fill(false), ...Array<boolean>(4).fill(true)]);
  });

  it('are not errors of any length', () => {
    const cache = createErrorCache(100_000);
    const long = 'x'.repeat(200_000);
    cache.set(long, new Error('no'));
    cache.set('{', new Error('no'));
    expect([cache.get(long), cache.get('{')]).toEqual([undefined, expect.any(Error)]);
  });
});

it('validation tells of a few errors and gives up', () => {
  const errors = validateBriefly(schema, parse(`{ ${times(500, (i) => `x${String(i)}`)} }`));
  expect(errors.length).toBeLessThan(30);
  expect(errors.at(-1)?.message).toMatch(/limit reached/);
});
