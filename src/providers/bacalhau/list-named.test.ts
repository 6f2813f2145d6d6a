import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { callContext, FakeBacalhau, fixedClock, nanos } from '../../../test/support/fake-bacalhau.ts';
import type { RecordKind } from '../../model/ids.ts';
import type { ListFilter, ListPage } from '../provider.ts';
import { bacalhau } from './index.ts';

function setUp(namespaces: string[] = []) {
  const server = new FakeBacalhau();
  const adapter = bacalhau.create({
    provider: server.provider,
    upstream: server,
    settings: { namespaces },
    clock: fixedClock,
  });
  const list = <K extends RecordKind>(
    kind: K,
    after: string | null,
    limit: number,
    direction: 'ASC' | 'DESC' = 'ASC',
    filter: ListFilter = {},
  ) => adapter.list(kind, { after, limit, filter, order: { field: 'NAME', direction } }, callContext());
  return { server, list };
}

describe('list("computeNode")', () => {
  it('pages by name through nodes that come and go', async () => {
    const names = fc.uniqueArray(
      fc.string({ minLength: 1, maxLength: 3 }).filter((s) => !/^\.{1,2}$/.test(s)),
      { maxLength: 12 },
    );
    await fc.assert(
      fc.asyncProperty(
        names,
        fc.integer({ min: 1, max: 5 }),
        fc.constantFrom('ASC', 'DESC'),
        async (ids, limit, way) => {
          const { server, list } = setUp();
          server.nodes = ids.map((NodeID) => ({ Info: { NodeID }, Membership: 'APPROVED' }));
          const got: string[] = [];
          let after: string | null = null;
          for (;;) {
            const page: ListPage<'computeNode'> = await list('computeNode', after, limit, way);
            got.push(...page.rows.map(({ record }) => record.key));
            if (!page.hasMore) break;
            after = page.endPosition;
            // The first one leaves: what is behind it must not shift.
            server.nodes = server.nodes.filter(
              (node) => (node['Info'] as { NodeID: string }).NodeID !== got[0],
            );
          }
          const sorted = ids.filter((id) => !/[\p{Cc}\p{Cs}]/u.test(id)).sort();
          expect(got).toEqual(way === 'ASC' ? sorted : sorted.toReversed());
        },
      ),
    );
  });

  it('gives all that is left when the gateway has to filter', async () => {
    const { server, list } = setUp();
    server.nodes = ['a', 'b', 'c'].map((NodeID) => ({ Info: { NodeID } }));
    const page = await list('computeNode', null, 1, 'ASC', { namePrefix: 'c' });
    expect([page.rows.length, page.hasMore, page.pushedDown]).toEqual([3, false, []]);
    expect(server.calls[0]!.query).toEqual({ limit: undefined });
  });

  it('drops what it cannot read', async () => {
    const { server, list } = setUp();
    server.nodes = [{ Info: { NodeID: 'a' } }, { Info: {} }];
    expect((await list('computeNode', null, 5)).dropped).toEqual({
      count: 1,
      reasons: ['NodeID is missing or not a text'],
    });
    await expect(list('computeNode', 'x', 5)).rejects.toMatchObject({ code: 'INVALID_CURSOR' });
  });
});

describe('list("project")', () => {
  it('names the default, the configured, and those of the newest jobs', async () => {
    const { server, list } = setUp(['quiet']);
    server.jobs = [
      { id: 'j-1', created: nanos(1_770_000_000_000), namespace: 'research' },
      { id: 'j-2', created: nanos(1_770_000_000_001), namespace: 'research' },
    ];
    const page = await list('project', null, 2);
    expect(page.rows.map(({ record }) => record.key)).toEqual(['default', 'quiet']);
    expect([page.hasMore, page.notes]).toEqual([true, []]);
    const rest = await list('project', page.endPosition, 2);
    expect(rest.rows.map(({ record }) => [record.key, record.origin])).toEqual([['research', 'NATIVE']]);
  });

  it('says when there were more jobs than it looked at', async () => {
    const { server, list } = setUp();
    server.jobs = Array.from({ length: 501 }, (_, i) => ({
      id: `j-${String(i)}`,
      created: nanos(1_770_000_000_000 + i),
    }));
    expect((await list('project', null, 5)).notes).toHaveLength(1);
  });
});
