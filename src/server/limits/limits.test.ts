import { parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { schema } from '../../graph/schema.ts';
import { fakeContext, FakeProvider } from '../../../test/support/fake-provider.ts';
import { costOf } from './cost.ts';
import { SHAPE_LIMITS, shapeOf, tooLarge } from './shape.ts';

describe('shape', () => {
  it('counts fragments wherever they are spread, and a circle of them once', () => {
    const shape = shapeOf(
      parse(
        `{ a: jobs { ...F } b: jobs { ...F } } fragment F on JobConnection { nodes { id ...G } } fragment G on Job { x: name ...G }`,
      ),
    );
    expect(shape).toMatchObject({ depth: 3, aliases: 4, rootFields: 2, fields: 8 });
  });

  it('measures doubling fragments without doubling the work', () => {
    const levels = Array.from(
      { length: 60 },
      (_, i) => `fragment F${String(i)} on Query { ...F${String(i + 1)} ...F${String(i + 1)} }`,
    );
    const shape = shapeOf(parse(`{ ...F0 } ${levels.join(' ')} fragment F60 on Query { providers { key } }`));
    expect(tooLarge(shape, SHAPE_LIMITS).length).toBeGreaterThan(0);
  });

  it('says what is too large, and what to do', () => {
    const aliases = Array.from({ length: 60 }, (_, i) => `a${String(i)}: __typename`).join(' ');
    expect(tooLarge(shapeOf(parse(`{ ${aliases} }`)), SHAPE_LIMITS)).toEqual([
      { limit: 'maxAliases', message: expect.stringMatching(/60, and at most 50, aliases/) as string },
      { limit: 'maxRootFields', message: expect.stringMatching(/60, and at most 20, root fields/) as string },
    ]);
  });
});

describe('cost', () => {
  const { providers } = fakeContext([new FakeProvider('one'), new FakeProvider('two')]);
  const cost = (document: string, variables = {}) =>
    costOf(schema, parse(document), null, variables, providers);

  it('counts a list of every provider, and the rows it may give', () => {
    expect(cost('{ jobs(first: 50) { nodes { id } } }')).toMatchObject({ objects: 50, upstreamCalls: 2 });
    expect(cost('query ($n: Int) { jobs(first: $n) { nodes { id } } }', { n: 7 }).objects).toBe(7);
  });

  it('multiplies what is nested', () => {
    const { objects } = cost('{ jobs(first: 10) { nodes { tasks(first: 5) { nodes { executions(first: 4) { nodes { id } } } } } } }'); // prettier-ignore
    expect(objects).toBe(10 + 50 + 200);
  });

  it('never overflows', () => {
    const nested = (level: number): string => (level === 0 ? 'id' : `executions(first: 500) { nodes { task { ${nested(level - 1)} } } }`); // prettier-ignore
    expect(cost(`{ jobs(first: 500) { nodes { ${nested(6)} } } }`).total).toBeLessThanOrEqual(1e9);
  });
});
