import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SANDBOX_KINDS, type SandboxKind } from '../../src/sandbox/sandbox.ts';
import { DEFAULT_UPSTREAM_OPTIONS } from '../../src/upstream/options.ts';
import { emulatorOf } from '../support/emulator-of.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { simSpec } from '../support/sim-spec.ts';

interface Page {
  readonly nodes: readonly { readonly id: string }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

const QUERY = `query ($first: Int!, $after: String, $direction: Direction!) {
  jobs(first: $first, after: $after, orderBy: { direction: $direction }) {
    nodes { id }
    pageInfo { hasNextPage endCursor }
  }
}`;

/** `GRIDWEAVE_WALKS=1000` for the long way. */
const WALKS = Number(process.env['GRIDWEAVE_WALKS'] ?? 250);

// Real adapters over real sockets: what the merge promises must hold for every provider's own way of paging.
describe('walking through all jobs of all providers while they change', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startTestGateway({
      sandbox: { jobsPerSite: 25, arrivalMs: 0 },
      // Nothing is shared between pages, and a few failures on purpose must not cut a provider off.
      upstream: {
        freshnessMs: 0,
        rate: { perSecond: 1e6, burst: 1e6 },
        breaker: { ...DEFAULT_UPSTREAM_OPTIONS.breaker, failureRatio: 1 },
      },
    });
  });
  afterAll(() => gateway.close());

  async function read(variables: object): Promise<Page> {
    const response = await gateway.post(JSON.stringify({ query: QUERY, variables }));
    const { data, errors } = (await response.json()) as { data: { jobs: Page }; errors?: unknown };
    expect(errors).toBeUndefined();
    return data.jobs;
  }

  async function allOf(direction: string): Promise<string[]> {
    return (await read({ first: 500, direction })).nodes.map((node) => node.id);
  }

  it(`never misses and never repeats a job that was there throughout, ${String(WALKS)} times`, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          first: fc.integer({ min: 1, max: 100 }),
          direction: fc.constantFrom('ASC', 'DESC'),
          failing: fc.constantFrom(...SANDBOX_KINDS),
          failsFrom: fc.nat(4),
          failsFor: fc.integer({ min: 1, max: 2 }),
          changes: fc.array(fc.constantFrom(...SANDBOX_KINDS), { maxLength: 3 }),
        }),
        async ({ first, direction, failing, failsFrom, failsFor, changes }) => {
          const before = await allOf(direction);
          const added: [SandboxKind, string][] = [];
          const seen: string[] = [];
          let after: string | null = null;
          for (let pageNumber = 0; ; pageNumber++) {
            const faults = emulatorOf(gateway, failing).faults;
            const fails = pageNumber >= failsFrom && pageNumber < failsFrom + failsFor;
            if (fails) faults.set('walk', { effect: { kind: 'status', status: 500 } });
            const site = changes[pageNumber];
            if (site !== undefined) {
              added.push([
                site,
                gateway.sandbox.world.site(site).submit(simSpec(`walk-${String(pageNumber)}`)).id,
              ]);
            }
            const page: Page = await read({ first, after, direction });
            faults.clear('walk');
            seen.push(...page.nodes.map((node) => node.id));
            if (!page.pageInfo.hasNextPage) break;
            after = page.pageInfo.endCursor;
            expect(pageNumber).toBeLessThan(500);
          }
          for (const [site, id] of added) gateway.sandbox.world.site(site).remove(id);
          expect(seen.length).toBe(new Set(seen).size);
          // Providers forget jobs on their own, too: only what is still there had to be seen.
          const afterwards = await allOf(direction);
          const missed = before.filter((id) => afterwards.includes(id) && !seen.includes(id));
          expect(missed).toEqual([]);
        },
      ),
      { numRuns: WALKS },
    );
  }, 600_000);
});
