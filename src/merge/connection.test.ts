import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FakeProvider, fakeContext } from '../../test/support/fake-provider.ts';
import { GridweaveError } from '../model/errors.ts';
import type { Direction } from '../model/order.ts';
import type { JobRecord } from '../model/records.ts';
import { mergeConnection, type MergedPage } from './connection.ts';
import type { MergedFilter } from './filter.ts';

const down = new GridweaveError('PROVIDER_UNAVAILABLE', 'down');

function read(
  providers: readonly FakeProvider[],
  first: number,
  after: string | null = null,
  filter: MergedFilter = {},
  direction: Direction = 'DESC',
): Promise<MergedPage<JobRecord>> {
  return mergeConnection(
    { kind: 'job', first, after, filter, order: { field: 'CREATED_AT', direction } },
    fakeContext(providers),
  );
}

function two(): [FakeProvider, FakeProvider] {
  const a = new FakeProvider('a');
  const b = new FakeProvider('b');
  for (let i = 0; i < 10; i++) (i % 2 === 0 ? a : b).add(`j${String(i)}`, 1000 + i);
  return [a, b];
}

const keys = (page: MergedPage<JobRecord>) => page.edges.map((edge) => edge.node.key);

describe('a merged list', () => {
  it('puts the rows of all providers into one order', async () => {
    const page = await read(two(), 4);
    expect(keys(page)).toEqual(['j9', 'j8', 'j7', 'j6']);
    expect(page.hasNextPage).toBe(true);
    expect(page.sources.map((source) => [source.outcome, source.rows])).toEqual([
      ['OK', 2],
      ['OK', 2],
    ]);
  });

  it('asks each provider once for a page', async () => {
    const providers = two();
    await read(providers, 4);
    expect(providers.map((provider) => provider.calls)).toEqual([1, 1]);
  });

  it('goes on behind any edge, not only the last', async () => {
    const providers = two();
    const page = await read(providers, 6);
    const rest = await read(providers, 10, page.edges[2]?.cursor());
    expect(keys(rest)).toEqual(['j6', 'j5', 'j4', 'j3', 'j2', 'j1', 'j0']);
    expect(rest.hasNextPage).toBe(false);
  });

  it('does not ask a source again that was read to its end', async () => {
    const [a, b] = two();
    b.jobs.clear();
    const page = await read([a, b], 2);
    await read([a, b], 2, page.endCursor());
    expect(b.calls).toBe(1);
  });

  it('gives the rows of the others when one fails, and freezes the one that failed', async () => {
    const [a, b] = two();
    b.failure = down;
    const first = await read([a, b], 3);
    expect(keys(first)).toEqual(['j8', 'j6', 'j4']);
    expect(first.sources[1]).toMatchObject({
      outcome: 'UNAVAILABLE',
      rows: 0,
      error: { code: 'PROVIDER_UNAVAILABLE' },
    });
    b.failure = null;
    const second = await read([a, b], 10, first.endCursor());
    expect(keys(second)).toEqual(['j9', 'j7', 'j5', 'j3', 'j2', 'j1', 'j0']);
  });

  it('promises more while a source is away that may come back, and not when it cannot', async () => {
    const [a, b] = two();
    b.failure = down;
    const page = await read([a, b], 10);
    expect(page.hasNextPage).toBe(true);
    b.failure = new GridweaveError('UNAUTHENTICATED', 'no');
    const again = await read([a, b], 10);
    expect(again.hasNextPage).toBe(false);
    expect(again.sources[1]?.outcome).toBe('UNAUTHORIZED');
  });

  it('filters what the provider could not, reads on until the page is full, and says so', async () => {
    const a = new FakeProvider('a');
    a.pageSize = 5;
    for (let i = 0; i < 30; i++) a.add(`j${String(i)}`, 1000 + i, i % 10 === 0 ? 'wanted' : 'other');
    const page = await read([a], 3, null, { namePrefix: 'want' });
    expect(keys(page)).toEqual(['j20', 'j10', 'j0']);
    expect(page.sources[0]).toMatchObject({ outcome: 'OK', filteredHere: ['namePrefix'], pushedDown: [] });
  });

  it('stops a search that finds nothing after some pages, keeps its place, and can be asked on', async () => {
    const a = new FakeProvider('a');
    a.pageSize = 2;
    for (let i = 0; i < 40; i++)
      a.add(`j${String(i).padStart(2, '0')}`, 1000 + i, i === 0 ? 'wanted' : 'other');
    let after: string | null = null;
    let found: readonly string[] = [];
    let pages = 0;
    for (;;) {
      const page: MergedPage<JobRecord> = await read([a], 5, after, { namePrefix: 'want' });
      found = [...found, ...keys(page)];
      pages += 1;
      if (!page.hasNextPage) break;
      expect(page.sources[0]?.outcome).toBe('PARTIAL');
      after = page.endCursor();
    }
    expect(found).toEqual(['j00']);
    expect(pages).toBe(3);
  });

  it('refuses a cursor of another filter, and garbage', async () => {
    const providers = two();
    const page = await read(providers, 2);
    await expect(read(providers, 2, page.endCursor(), { namePrefix: 'x' })).rejects.toMatchObject({
      code: 'INVALID_CURSOR',
    });
    await expect(read(providers, 2, 'garbage')).rejects.toMatchObject({ code: 'INVALID_CURSOR' });
  });

  it('skips providers that the filter leaves out, without a call', async () => {
    const [a, b] = two();
    const page = await read([a, b], 2, null, { providers: ['a'] });
    expect(page.sources[1]?.outcome).toBe('SKIPPED');
    expect(b.calls).toBe(0);
  });
});

describe('walking through a changing world', () => {
  it('never misses and never repeats a row that was there throughout', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          stable: fc.array(fc.tuple(fc.nat(2), fc.nat(60)), { maxLength: 80 }),
          pageSize: fc.integer({ min: 1, max: 100 }),
          nativePage: fc.integer({ min: 1, max: 30 }),
          direction: fc.constantFrom<Direction>('ASC', 'DESC'),
          outage: fc.record({ provider: fc.nat(2), from: fc.nat(6), pages: fc.integer({ min: 1, max: 3 }) }),
          noise: fc.array(fc.tuple(fc.nat(2), fc.nat(90), fc.boolean()), { maxLength: 60 }),
        }),
        async ({ stable, pageSize, nativePage, direction, outage, noise }) => {
          const providers = ['a', 'b', 'c'].map((key) => new FakeProvider(key));
          for (const provider of providers) provider.pageSize = nativePage;
          stable.forEach(([at, time], i) => providers[at]!.add(`s${String(i)}`, 1000 + time));
          const seen: string[] = [];
          let after: string | null = null;
          for (let pageNumber = 0; ; pageNumber++) {
            const away = pageNumber >= outage.from && pageNumber < outage.from + outage.pages;
            providers[outage.provider]!.failure = away ? down : null;
            const change = noise[pageNumber % Math.max(1, noise.length)];
            if (change !== undefined && pageNumber < 200) {
              const [at, time, remove] = change;
              if (remove) providers[at]!.jobs.delete(`n${String(pageNumber - 1)}`);
              else providers[at]!.add(`n${String(pageNumber)}`, 990 + time);
            }
            const page: MergedPage<JobRecord> = await read(providers, pageSize, after, {}, direction);
            seen.push(...keys(page));
            if (!page.hasNextPage) break;
            after = page.endCursor();
            expect(pageNumber).toBeLessThan(1000);
          }
          const stableSeen = seen.filter((key) => key.startsWith('s'));
          expect(new Set(stableSeen).size).toBe(stableSeen.length);
          expect(stableSeen.length).toBe(stable.length);
          expect(new Set(seen).size).toBe(seen.length);
        },
      ),
      { numRuns: 1000 },
    );
  }, 120_000);
});
