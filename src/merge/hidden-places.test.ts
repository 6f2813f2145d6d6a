import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FakeProvider, fakeContext, fakeJob } from '../../test/support/fake-provider.ts';
import type { NativeKey } from '../model/ids.ts';
import { DEFAULT_ORDER } from '../providers/provider.ts';
import { mergeConnection } from './connection.ts';

const SEEN = 'seen' as NativeKey;

/** A provider with jobs in two projects, of which a reader may see one; it leaves telling them apart to whoever reads. */
function provider(projects: readonly ('seen' | 'hidden')[], pageSize: number): FakeProvider {
  const made = new FakeProvider('lab');
  made.pageSize = pageSize;
  for (const [i, project] of projects.entries()) {
    const key = `${project}-${String(i)}`;
    made.jobs.set(key, { ...fakeJob('lab', key, 10_000 - i), projectKey: project as NativeKey });
  }
  return made;
}

describe('a walk through a list of which a reader may see a part', () => {
  it('gives every row of it once, and no cursor that holds a place of the rest', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('seen' as const, 'hidden' as const), { maxLength: 30 }),
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 1, max: 5 }),
        fc.constantFrom('ASC' as const, 'DESC' as const),
        async (projects, first, pageSize, direction) => {
          const ctx = fakeContext([provider(projects, pageSize)]);
          const given: string[] = [];
          let after: string | null = null;
          for (let pages = 0; ; pages += 1) {
            expect(pages).toBeLessThan(200);
            const page: Awaited<ReturnType<typeof mergeConnection<'job'>>> = await mergeConnection({ kind: 'job', first, after, filter: { within: [{ provider: 'lab' as never, projects: [SEEN] }] }, order: { ...DEFAULT_ORDER.job, direction } }, ctx); // prettier-ignore
            given.push(...page.edges.map(({ node }) => node.key));
            const end = page.endCursor();
            const stopped = page.sources.some(({ notes }) => notes.length > 0);
            // A search that had to stop in the middle of what must not be seen has to go on from there.
            if (!stopped) {
              for (const cursor of [end, ...page.edges.map((edge) => edge.cursor())]) expect(Buffer.from(cursor ?? '', 'base64url').toString()).not.toContain('hidden'); // prettier-ignore
            }
            if (!page.hasNextPage) break;
            after = end;
          }
          const expected = projects.flatMap((project, i) =>
            project === 'seen' ? [`seen-${String(i)}`] : [],
          );
          expect(given).toEqual(direction === 'DESC' ? expected : expected.toReversed());
        },
      ),
    );
  });
});
