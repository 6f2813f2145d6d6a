import { describe, expect, it } from 'vitest';
import { callContext, credentialOf, FakeCharityEngine } from '../../../test/support/fake-charity-engine.ts';
import { epochMs, type EpochMs } from '../../model/time.ts';
import { own } from '../../../test/support/own-credential.ts';
import type { CallContext, UpstreamRequest, UpstreamResponse } from '../../upstream/types.ts';
import { DEFAULT_ORDER, type ListPage } from '../provider.ts';
import { createCharityEngineAdapter } from './adapter.ts';
import { charityEngine } from './index.ts';

const T0 = Date.UTC(2026, 4, 4, 9);
const idOf = (owner: string, n: number): string => `${owner}${String(n).padStart(32 - owner.length, '0')}`;

/** One address, and the jobs of several accounts behind it: each is told of its own. */
class SharedService extends FakeCharityEngine {
  override async send(request: UpstreamRequest, ctx: CallContext): Promise<UpstreamResponse> {
    const answer = await super.send(request, ctx);
    const { jobs, ...rest } = JSON.parse(String(answer.body)) as { jobs: Record<string, unknown> };
    const theirs = Object.entries(jobs).filter(([id]) => id.startsWith(this.fingerprint(ctx)));
    return { ...answer, body: JSON.stringify({ ...rest, jobs: Object.fromEntries(theirs) }) };
  }
}

/** Jobs of two accounts, known one after the other, the newest first: "abab…" has the newest of a before the newest of b. */
function setUp(whose: string) {
  const service = new SharedService();
  const jobs = whose.split('').map((owner, i) => ({ id: idOf(owner, i), submittedAt: new Date(T0 - i * 1_000).toISOString() }));
  for (const { id } of jobs) service.run(id, 'running');
  const settings = charityEngine.settingsSchema.parse({ jobs, idsPerStatus: 3 });
  const clock = { now: (): EpochMs => epochMs(service.now) };
  const adapter = createCharityEngineAdapter({ provider: service.provider, upstream: service, settings, clock });
  const list = (owner: string, limit: number, after: string | null = null): Promise<ListPage<'job'>> =>
    adapter.list('job', { after, limit, filter: {}, order: DEFAULT_ORDER.job }, callContext(1_000, { credentials: own(credentialOf(owner)) })); // prettier-ignore
  const walk = async (owner: string, limit: number): Promise<ListPage<'job'>[]> => {
    const pages = [await list(owner, limit)];
    while (pages.at(-1)?.hasMore === true) pages.push(await list(owner, limit, pages.at(-1)?.endPosition));
    return pages;
  };
  return { service, adapter, list, walk };
} // prettier-ignore

describe('jobs that are known here and reported to other accounts alone', () => {
  it.each(['ababab', 'aaabbb', 'bbbaaa', 'bbbbbbbbba', 'abbbbbbbbb', 'bbbb'])(
    'are in no row, position or note of a walk, and make it no longer (%s)',
    async (whose) => {
      const { walk } = setUp(whose);
      for (const limit of [1, 2, 3, 50]) {
        const pages = await walk('a', limit);
        const text = JSON.stringify(pages);
        expect(text).not.toContain('b0000');
        const own = whose.split('').filter((owner) => owner === 'a');
        expect(pages.flatMap(({ rows }) => rows)).toHaveLength(own.length);
        // No page is empty, as one would be that a walk goes on to for the sake of others.
        expect(pages.filter(({ rows }) => rows.length === 0)).toHaveLength(own.length === 0 ? 1 : 0);
        for (const { notes, dropped } of pages)
          expect([notes.join().match(/\d/), dropped.count]).toEqual([null, 0]);
      }
    },
  );

  it('are told of, by their number, to callers of the configured account alone', async () => {
    const { adapter } = setUp('abab');
    const page = await adapter.list('job', { after: null, limit: 50, filter: {}, order: DEFAULT_ORDER.job }, callContext()); // prettier-ignore
    expect(page.notes.join(' ')).toContain('4 known jobs');
  });

  it('are in no batch of changes', async () => {
    const { adapter } = setUp('abab');
    const batch = await adapter.changes(null, callContext(100, { credentials: own(credentialOf('a')) }));
    expect(batch).toMatchObject({ complete: true, dropped: { count: 0 } });
    expect(batch.jobs.map(({ key }) => key[0])).toEqual(['a', 'a']);
  });
});
