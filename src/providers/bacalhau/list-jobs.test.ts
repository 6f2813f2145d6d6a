import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  callContext,
  FakeBacalhau,
  fixedClock,
  nanos,
  type FakeJob,
} from '../../../test/support/fake-bacalhau.ts';
import type { NativeKey } from '../../model/ids.ts';
import { compareOrderKeys, type Direction } from '../../model/order.ts';
import { epochMs } from '../../model/time.ts';
import type { ListFilter, ListPage, ListQuery } from '../provider.ts';
import { bacalhau } from './index.ts';

const T = 1_770_000_000_000;

function adapterOf(server: FakeBacalhau) {
  return bacalhau.create({
    provider: server.provider,
    upstream: server,
    settings: { namespaces: [] },
    clock: fixedClock,
  });
}

function query(
  after: string | null,
  limit: number,
  direction: Direction,
  filter: ListFilter = {},
): ListQuery {
  return { after, limit, filter, order: { field: 'CREATED_AT', direction } };
}

const direction = fc.constantFrom<Direction>('ASC', 'DESC');
/** Few distinct times, so that ties are common; what is below a millisecond differs, too. */
const times = fc.array(fc.tuple(fc.nat(3), fc.constantFrom(0, 1, 999_999)), { maxLength: 25 });

/** Two jobs of exactly the same time may change places between two pages of the server: nothing can be promised then. */
const distinctTimes = fc.uniqueArray(fc.tuple(fc.nat(30), fc.constantFrom(1, 7, 999_999)), {
  minLength: 1,
  maxLength: 20,
  selector: String,
});

function jobsAt(list: readonly (readonly [number, number])[], prefix: string, from = T): FakeJob[] {
  return list.map(([ms, rest], i) => ({ id: `j-${prefix}${String(i)}`, created: nanos(from + ms, rest) }));
}

async function collect(
  read: (after: string | null) => Promise<ListPage<'job'>>,
  between: (page: number) => void = () => {},
): Promise<{ keys: string[]; orderKeys: ListPage<'job'>['rows'][number]['orderKey'][] }> {
  const keys: string[] = [];
  const orderKeys = [];
  let after: string | null = null;
  for (let page = 0; page < 200; page++) {
    const answer: ListPage<'job'> = await read(after);
    keys.push(...answer.rows.map(({ record }) => record.key));
    orderKeys.push(...answer.rows.map(({ orderKey }) => orderKey));
    if (!answer.hasMore) return { keys, orderKeys };
    after = answer.endPosition;
    between(page);
  }
  throw new Error('the walk does not end');
}

describe('list("job")', () => {
  it('is one call, and asks for what it needs', async () => {
    const server = new FakeBacalhau();
    server.jobs = jobsAt(
      [
        [0, 0],
        [1, 0],
      ],
      'a',
    );
    const page = await adapterOf(server).list('job', query(null, 20, 'DESC'), callContext());
    expect(page.rows.map(({ record }) => record.key)).toEqual(['j-a1', 'j-a0']);
    expect(page).toMatchObject({ hasMore: false, pushedDown: [], dropped: { count: 0 }, notes: [] });
    expect(server.calls).toHaveLength(1);
    expect(server.calls[0]).toMatchObject({
      method: 'GET',
      query: {
        order_by: 'created_at',
        reverse: true,
        limit: 20,
        next_token: null,
        namespace: null,
        labels: null,
      },
      bigIntegers: ['CreateTime', 'ModifyTime'],
    });
    expect(server.calls[0]!.headers).toBeUndefined();
  });

  it('pushes one namespace and sayable labels down, and says so', async () => {
    const server = new FakeBacalhau();
    server.jobs = [
      { id: 'j-1', created: nanos(T), namespace: 'a&b', labels: { team: 'nlp' } },
      { id: 'j-2', created: nanos(T), namespace: 'a&b', labels: { team: 'cv' } },
      { id: 'j-3', created: nanos(T), namespace: 'other', labels: { team: 'nlp' } },
    ];
    const filter: ListFilter = {
      projects: ['a&b' as NativeKey],
      labels: [{ key: 'team', values: ['nlp', 'ops'] }],
      namePrefix: 'zzz',
    };
    const page = await adapterOf(server).list('job', query(null, 20, 'DESC', filter), callContext());
    expect(page.rows.map(({ record }) => record.key)).toEqual(['j-1']);
    expect(page.pushedDown).toEqual(['projects', 'labels']);
  });

  it('gives every job once, whatever arrives meanwhile', async () => {
    await fc.assert(
      fc.asyncProperty(
        distinctTimes,
        times,
        fc.integer({ min: 1, max: 7 }),
        direction,
        async (at, later, limit, way) => {
          const server = new FakeBacalhau();
          server.jobs = jobsAt(at, 'a');
          const wanted = server.jobs.map(({ id }) => id);
          const arriving = jobsAt(later, 'b', T + 1000);
          const adapter = adapterOf(server);
          const { keys } = await collect(
            (after) => adapter.list('job', query(after, limit, way), callContext()),
            () => server.jobs.push(...arriving.splice(0, 2)),
          );
          expect(new Set(keys).size).toBe(keys.length);
          expect(keys.filter((key) => key.startsWith('j-a')).toSorted()).toEqual(wanted.toSorted());
        },
      ),
      { numRuns: 200 },
    );
  });

  it('gives no job twice, however many were created at the same time', async () => {
    await fc.assert(
      fc.asyncProperty(
        times,
        times,
        fc.integer({ min: 1, max: 7 }),
        direction,
        async (at, later, limit, way) => {
          const server = new FakeBacalhau();
          server.jobs = jobsAt(at, 'a');
          const arriving = jobsAt(later, 'b', T + 10);
          const adapter = adapterOf(server);
          const { keys } = await collect(
            (after) => adapter.list('job', query(after, limit, way), callContext()),
            () => server.jobs.push(...arriving.splice(0, 2)),
          );
          expect(new Set(keys).size).toBe(keys.length);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('goes on after any row of any page', async () => {
    await fc.assert(
      fc.asyncProperty(
        distinctTimes,
        fc.integer({ min: 1, max: 6 }),
        fc.nat(4),
        direction,
        async (at, limit, more, way) => {
          const server = new FakeBacalhau();
          server.jobs = jobsAt(at, 'a');
          const adapter = adapterOf(server);
          const list = (after: string | null) => adapter.list('job', query(after, limit, way), callContext());
          const all: { key: string; position: string }[] = [];
          let page = await list(null);
          for (;;) {
            all.push(...page.rows.map(({ record, position }) => ({ key: record.key, position })));
            if (!page.hasMore) break;
            page = await list(page.endPosition);
          }
          expect(all.map(({ key }) => key).toSorted()).toEqual(server.jobs.map(({ id }) => id).toSorted());
          server.jobs.push(
            ...jobsAt(
              Array.from({ length: more }, (_, i) => [i, 0] as const),
              'b',
              T + 1000,
            ),
          );
          for (const [i, { position }] of all.entries()) {
            const { keys } = await collect((after) => list(after ?? position));
            const rest = all.slice(i + 1).map(({ key }) => key);
            expect(keys.filter((key) => key.startsWith('j-a'))).toEqual(rest);
            // Newer jobs come last in one direction and are left behind in the other.
            expect(keys.length - rest.length).toBe(way === 'ASC' ? more : 0);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('orders its keys as it orders its rows', async () => {
    await fc.assert(
      fc.asyncProperty(times, direction, async (at, way) => {
        const server = new FakeBacalhau();
        server.jobs = jobsAt(at, 'a');
        const page = await adapterOf(server).list('job', query(null, 100, way), callContext());
        const keys = page.rows.map(({ orderKey }) => orderKey);
        expect(keys).toEqual(keys.toSorted((a, b) => compareOrderKeys(a, b, way)));
        expect(keys.map(([ms]) => ms)).toEqual(page.rows.map(({ record }) => record.createdAt));
      }),
    );
  });

  it('gives all of a page of ties, in whatever order they come again', async () => {
    const server = new FakeBacalhau();
    server.jobs = jobsAt(
      [
        [0, 0],
        [0, 0],
        [0, 0],
        [0, 0],
        [0, 0],
      ],
      'a',
    );
    const adapter = adapterOf(server);
    const first = await adapter.list('job', query(null, 5, 'DESC'), callContext());
    for (const [i, row] of first.rows.entries()) {
      const rest = await adapter.list('job', query(row.position, 5, 'DESC'), callContext());
      expect(rest.rows.map(({ record }) => record.key).toSorted()).toEqual(
        first.rows
          .slice(i + 1)
          .map(({ record }) => record.key)
          .toSorted(),
      );
    }
  });

  it('starts over when the last job given is not on its page any more', async () => {
    const server = new FakeBacalhau();
    server.jobs = jobsAt(
      Array.from({ length: 12 }, (_, i) => [i, 0] as const),
      'a',
    );
    const adapter = adapterOf(server);
    const first = await adapter.list('job', query(null, 3, 'ASC'), callContext());
    const second = await adapter.list('job', query(first.endPosition, 3, 'ASC'), callContext());
    const inside = second.rows[0]!;
    expect(inside.record.key).toBe('j-a3');
    // The four oldest leave: an offset of three now begins behind the seventh.
    server.jobs = server.jobs.slice(4);
    const { keys } = await collect((after) =>
      adapter.list('job', query(after ?? inside.position, 3, 'ASC'), callContext()),
    );
    expect(keys).toEqual(['j-a4', 'j-a5', 'j-a6', 'j-a7', 'j-a8', 'j-a9', 'j-a10', 'j-a11']);
  });

  it('starts over once when the server takes its token no more', async () => {
    const server = new FakeBacalhau();
    server.jobs = jobsAt(
      [
        [0, 0],
        [1, 0],
        [2, 0],
      ],
      'a',
    );
    const position = JSON.stringify([nanos(T + 1).toString(), ['j-a1'], 'made-by-another-version', 0]);
    const page = await adapterOf(server).list('job', query(position, 1, 'DESC'), callContext());
    expect(page.rows.map(({ record }) => record.key)).toEqual(['j-a0']);
  });

  it('reads on while a page holds nothing new, and not without end', async () => {
    const server = new FakeBacalhau();
    server.jobs = jobsAt(
      Array.from({ length: 10 }, (_, i) => [i, 0] as const),
      'a',
    );
    const adapter = adapterOf(server);
    const first = await adapter.list('job', query(null, 2, 'DESC'), callContext());
    server.jobs.push(
      ...jobsAt(
        Array.from({ length: 6 }, (_, i) => [i, 0] as const),
        'b',
        T + 100,
      ),
    );
    server.calls.length = 0;
    const next = await adapter.list('job', query(first.endPosition, 2, 'DESC'), callContext());
    expect(next.rows.map(({ record }) => record.key)).toEqual(['j-a7', 'j-a6']);
    expect(server.calls.length).toBe(4);
    server.jobs.push(
      ...jobsAt(
        Array.from({ length: 200 }, (_, i) => [i, 0] as const),
        'c',
        T + 1000,
      ),
    );
    server.calls.length = 0;
    const { keys } = await collect((after) =>
      adapter.list('job', query(after ?? first.endPosition, 2, 'DESC'), callContext()),
    );
    expect(keys.slice(0, 2)).toEqual(['j-a7', 'j-a6']);
  });

  it('waits at the end of a list that grows with one call', async () => {
    const server = new FakeBacalhau();
    server.jobs = jobsAt(
      Array.from({ length: 11 }, (_, i) => [i, 0] as const),
      'a',
    );
    const adapter = adapterOf(server);
    let page = await adapter.list('job', query(null, 4, 'ASC'), callContext());
    while (page.hasMore) page = await adapter.list('job', query(page.endPosition, 4, 'ASC'), callContext());
    server.calls.length = 0;
    const quiet = await adapter.list('job', query(page.endPosition, 4, 'ASC'), callContext());
    expect([quiet.rows, quiet.endPosition, server.calls.length]).toEqual([[], page.endPosition, 1]);
    server.jobs.push({ id: 'j-late', created: nanos(T + 500) });
    const late = await adapter.list('job', query(quiet.endPosition, 4, 'ASC'), callContext());
    expect([late.rows.map(({ record }) => record.key), server.calls.length]).toEqual([['j-late'], 2]);
  });

  it('stops where no older job can match', async () => {
    const server = new FakeBacalhau();
    server.jobs = jobsAt(
      Array.from({ length: 20 }, (_, i) => [i, 0] as const),
      'a',
    );
    const filter: ListFilter = { createdFrom: epochMs(T + 15) };
    const page = await adapterOf(server).list('job', query(null, 8, 'DESC', filter), callContext());
    expect([page.rows.length, page.hasMore, page.pushedDown]).toEqual([8, false, []]);
  });

  it('drops rows it cannot read and gets past a page of nothing else', async () => {
    const server = new FakeBacalhau();
    server.jobs = [
      { id: '', created: nanos(T + 3) },
      { id: '', created: nanos(T + 2) },
      { id: 'j-1', created: nanos(T + 1) },
    ];
    const page = await adapterOf(server).list('job', query(null, 1, 'DESC'), callContext());
    expect(page.rows.map(({ record }) => record.key)).toEqual(['j-1']);
    expect(page.dropped).toEqual({ count: 2, reasons: ['ID is missing or not a text'] });
  });

  it.each(['x', '[]', '[1,[],null,0]', '["1",[],null,2]', '{"a":1}', '["1",[3],null,0]', '[null,[],5,0]'])(
    'refuses the position %s',
    async (after) => {
      const list = adapterOf(new FakeBacalhau()).list('job', query(after, 5, 'DESC'), callContext());
      await expect(list).rejects.toMatchObject({ code: 'INVALID_CURSOR' });
    },
  );

  it('does not take any JSON for a list of jobs', async () => {
    const server = new FakeBacalhau();
    for (const body of [{}, { Items: 'x' }, [], 'hello', null]) {
      server.failures.set('/api/v1/orchestrator/jobs', { status: 200, body: body as string });
      const list = adapterOf(server).list('job', query(null, 5, 'DESC'), callContext());
      await expect(list).rejects.toMatchObject({ code: 'PROVIDER_PROTOCOL' });
    }
  });
});

describe('list("task")', () => {
  it('is the job list, one task each, with the same positions', async () => {
    const server = new FakeBacalhau();
    server.jobs = jobsAt(
      [
        [0, 0],
        [1, 0],
        [2, 0],
      ],
      'a',
    );
    const adapter = adapterOf(server);
    const first = await adapter.list('task', query(null, 2, 'DESC'), callContext());
    expect(first.rows.map(({ record }) => record.key)).toEqual(['j-a2/0', 'j-a1/0']);
    const second = await adapter.list('task', query(first.rows[0]!.position, 2, 'DESC'), callContext());
    expect(second.rows.map(({ record }) => record.key)).toEqual(['j-a1/0']);
    const third = await adapter.list('task', query(second.endPosition, 2, 'DESC'), callContext());
    expect([third.rows.map(({ record }) => record.key), third.hasMore]).toEqual([['j-a0/0'], false]);
  });
});
