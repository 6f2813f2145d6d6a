import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { callContext, setUp, submitted } from '../../../test/support/fake-charity-engine.ts';
import { GridweaveError } from '../../model/errors.ts';
import { compareOrderKeys, type Direction } from '../../model/order.ts';
import { epochMs } from '../../model/time.ts';
import { importedJob } from './known-jobs.ts';
import type { ListFilter, ListPage, ListRow, ProviderAdapter } from '../provider.ts';
import type { NativeKey } from '../../model/ids.ts';

type Kind = 'job' | 'task' | 'execution';
const T = 1_770_000_000_000;

function list<K extends Kind>(
  adapter: ProviderAdapter,
  kind: K,
  after: string | null = null,
  limit = 10,
  direction: Direction = 'DESC',
  filter: ListFilter = {},
): Promise<ListPage<K>> {
  return adapter.list(
    kind,
    { after, limit, filter, order: { field: 'CREATED_AT', direction } },
    callContext(),
  );
}

/** Reads to the end; `stopAt` says how many rows of each page are used before going on from there. */
async function walk<K extends Kind>(
  read: (after: string | null) => Promise<ListPage<K>>,
  stopAt: (page: ListPage<K>) => number = () => Infinity,
  between: () => void = () => {},
): Promise<ListRow<K>[]> {
  const rows: ListRow<K>[] = [];
  let after: string | null = null;
  for (let pages = 0; pages < 500; pages++) {
    const page = await read(after);
    const used = page.rows.slice(0, Math.max(stopAt(page), 1));
    rows.push(...used);
    const whole = used.length === page.rows.length;
    if (whole && !page.hasMore) return rows;
    after = whole ? page.endPosition : (used.at(-1)?.position ?? null);
    between();
  }
  throw new Error('the list did not end');
}

const direction = fc.constantFrom<Direction>('ASC', 'DESC');
/** Few distinct times, so that ties are common. */
const times = fc.array(fc.nat(4), { maxLength: 25 });

describe('lists', () => {
  it('ask once for a first page of a hundred, and say what they are', async () => {
    const { service, adapter, known } = setUp();
    for (let i = 0; i < 130; i++) {
      const id = i.toString(16).padStart(32, '0');
      known.add([submitted(id, T + i)]);
      service.run(id, 'running');
    }
    const page = await list(adapter, 'job', null, 100);
    expect([page.rows.length, page.hasMore, service.calls.length]).toEqual([100, true, 1]);
    expect(page.notes).toEqual([
      'Charity Engine has no list call: 130 known jobs (submitted through this gateway or imported) are shown.',
    ]);
    const rest = await list(adapter, 'job', page.endPosition, 100);
    expect([rest.rows.length, rest.hasMore, service.calls.length]).toEqual([30, false, 2]);
    expect(page.rows[0]?.record).toMatchObject({
      createdAt: T + 129,
      projectKey: 'default',
      origin: 'NATIVE',
    });
  });

  it('keep a call within the length that servers take', async () => {
    const { service, adapter } = setUp({ jobIds: Array.from({ length: 60 }, (_, i) => `${'x'.repeat(150)}${String(i)}`) }); // prettier-ignore
    for (const id of ['a']) service.run(id, 'running');
    await walk((after) => list(adapter, 'job', after, 100));
    const lengths = service.calls.map(({ request }) => request.path.path.length);
    expect(Math.max(...lengths)).toBeLessThan(4_100);
    expect(service.calls.flatMap(({ ids }) => ids)).toHaveLength(60);
  });

  it('hold every job once and in order, whatever the page size and where a reader stops', async () => {
    await fc.assert(
      fc.asyncProperty(
        times,
        direction,
        fc.integer({ min: 1, max: 7 }),
        fc.integer({ min: 1, max: 7 }),
        fc.constantFrom<Kind>('job', 'task', 'execution'),
        fc.array(fc.nat(3), { minLength: 1 }),
        async (list_, direction, limit, idsPerStatus, kind, stops) => {
          const { service, adapter, known } = setUp({ idsPerStatus });
          list_.forEach((ms, i) => {
            known.add([submitted(`j${String(i)}`, T + ms)]);
            const names = ['default', 'x', 'y'].slice(0, 1 + (i % 3));
            service.jobs.set(`j${String(i)}`, { states: Object.fromEntries(names.map((name) => [name, { status: 'running' }])) }); // prettier-ignore
          });
          let n = 0;
          const stopAt = () => stops[n++ % stops.length]!;
          const rows = await walk<Kind>((after) => list(adapter, kind, after, limit, direction), stopAt);
          const keys = rows.map(({ record }) => record.key);
          expect(new Set(keys).size).toBe(keys.length);
          const perJob = (i: number): number => (kind === 'execution' ? 1 + (i % 3) : 1);
          expect(keys.length).toBe(list_.reduce((sum, _, i) => sum + perJob(i), 0));
          const sorted = rows.toSorted((a, b) => compareOrderKeys(a.orderKey, b.orderKey, direction));
          expect(keys).toEqual(sorted.map(({ record }) => record.key));
          for (const { ids } of service.calls) expect(ids.length).toBeLessThanOrEqual(idsPerStatus);
        },
      ),
    );
  });

  it('miss and repeat nothing while jobs arrive and others are taken away', async () => {
    await fc.assert(
      fc.asyncProperty(times, direction, fc.integer({ min: 1, max: 5 }), async (list_, direction, limit) => {
        const { service, adapter, known } = setUp();
        list_.forEach((ms, i) => {
          known.add([submitted(`j${String(i)}`, T + ms)]);
          service.run(`j${String(i)}`, 'running');
        });
        let n = 0;
        const rows = await walk(
          (after) => list(adapter, 'job', after, limit, direction),
          undefined,
          () => {
            n += 1;
            known.add([submitted(`new${String(n)}`, T + 1000 + n)]);
            service.run(`new${String(n)}`, 'running');
            if (n % 2 === 0) known.remove([`j${String(n * 3)}`]);
            if (n > 40) known.remove([`new${String(n)}`]);
          },
        );
        const keys = rows.map(({ record }) => record.key as string);
        expect(new Set(keys).size).toBe(keys.length);
        const lasting = list_.map((_, i) => `j${String(i)}`).filter((id) => known.get(id) !== null);
        expect(lasting.filter((id) => !keys.includes(id))).toEqual([]);
      }),
    );
  });

  it.each(['ASC', 'DESC'] as const)(
    'go on after a restart (%s), although imported jobs are known anew',
    async (direction) => {
      const ids = Array.from({ length: 10 }, (_, i) => `j${String(i)}`);
      const gateway = (startedAt: number) => {
        const { service, adapter, known } = setUp();
        known.add(ids.map((id) => importedJob(id, epochMs(startedAt))));
        for (const id of ids) service.run(id, 'running');
        return adapter;
      };
      const first = await list(gateway(T), 'job', null, 4, direction);
      const second = await list(gateway(T + 3_600_000), 'job', first.endPosition, 10, direction);
      expect([...first.rows, ...second.rows].map(({ record }) => record.key)).toEqual(ids);
    },
  );

  it('leave jobs out before they are asked for, where their state does not matter', async () => {
    const { service, adapter, known } = setUp({ account: 'lab' });
    known.add([submitted('a', T, { name: 'film 1' }), submitted('b', T + 10, { name: 'film 2' }), submitted('c', T + 20)]); // prettier-ignore
    for (const id of 'abc') service.run(id, 'running');
    const cases: readonly [ListFilter, string[]][] = [
      [{ namePrefix: 'film' }, ['b', 'a']],
      [{ createdFrom: epochMs(T + 10) }, ['c', 'b']],
      [{ createdBefore: epochMs(T + 10) }, ['a']],
      [{ projects: ['lab' as NativeKey] }, ['c', 'b', 'a']],
      [{ projects: ['other' as NativeKey] }, []],
      [{ jobKinds: ['DAEMON'] }, []],
      [{ origins: ['NATIVE'], jobKinds: ['BATCH'], namePrefix: 'c' }, ['c']],
    ];
    for (const [filter, ids] of cases) {
      service.calls.length = 0;
      const page = await list(adapter, 'job', null, 10, 'DESC', filter);
      expect(page.rows.map(({ record }) => record.key)).toEqual(ids);
      expect(service.calls.flatMap((call) => call.ids)).toEqual(ids);
      expect([...page.pushedDown].sort()).toEqual(Object.keys(filter).sort());
    }
    expect(await list(adapter, 'job', null, 10, 'DESC', { states: ['FAILED'] })).toMatchObject({ rows: { length: 3 }, pushedDown: [] }); // prettier-ignore
  });

  it('without any known job make no call', async () => {
    const { service, adapter } = setUp();
    expect(await list(adapter, 'execution')).toMatchObject({ rows: [], hasMore: false, endPosition: null });
    expect(service.calls).toEqual([]);
  });

  it('show imported jobs the service reports, and say how many it does not', async () => {
    const { service, adapter } = setUp({ jobIds: ['a', 'b'] });
    service.run('a', 'running');
    const page = await list(adapter, 'job');
    expect(page).toMatchObject({ rows: [{ record: { key: 'a' } }], dropped: { count: 0 } });
    expect(page.notes).toContain('Charity Engine does not report 1 of them.');
  });

  it('show a job that was submitted here before the service tells of it, to its submitter alone', async () => {
    const { adapter, known, service } = setUp();
    known.add([submitted('a', service.now)]);
    const [row] = (await list(adapter, 'job')).rows;
    expect(row?.record).toMatchObject({ status: { state: 'QUEUED', reason: 'PROVIDER_SYNC', confidence: 'INFERRED' } }); // prettier-ignore
    known.add([submitted('b', service.now, { submittedWith: 'somebody else' })]);
    expect((await list(adapter, 'job')).rows).toHaveLength(1);
  });

  it('find the job that makes a call fail, remember it, and give all others', async () => {
    const ids = Array.from({ length: 100 }, (_, i) => `j${String(i)}`);
    const { service, adapter } = setUp({ jobIds: ids });
    for (const id of ids) service.run(id, 'running');
    service.poisonous.add('j37');
    const page = await list(adapter, 'job', null, 100);
    expect([page.rows.length, page.dropped.count]).toEqual([99, 1]);
    expect(service.calls.length).toBeLessThan(20);
    service.calls.length = 0;
    expect((await list(adapter, 'job', null, 100)).rows).toHaveLength(99);
    expect(service.calls).toHaveLength(1);
    service.poisonous.clear();
    service.now += 3_600_000;
    expect((await list(adapter, 'job', null, 100)).rows).toHaveLength(100);
  });

  it('fail as the call fails when no job is to blame, at bounded cost', async () => {
    const ids = Array.from({ length: 100 }, (_, i) => `j${String(i)}`);
    const { service, adapter } = setUp({ jobIds: ids });
    service.scripted = () => ({ body: { success: false, error: 'Invalid input format' } });
    await expect(list(adapter, 'job', null, 100)).rejects.toMatchObject({ code: 'PROVIDER_REFUSED' });
    expect(service.calls.length).toBeLessThan(50);
    service.calls.length = 0;
    service.scripted = () => ({ status: 503, body: '' });
    await expect(list(adapter, 'job', null, 100)).rejects.toMatchObject({ code: 'PROVIDER_UNAVAILABLE' });
    expect(service.calls).toHaveLength(1);
    service.calls.length = 0;
    service.scripted = () => ({ status: 500, body: '' });
    await expect(list(adapter, 'job', null, 100)).rejects.toMatchObject({ code: 'PROVIDER_UNAVAILABLE' });
    expect(service.calls).toHaveLength(7);
    service.scripted = null;
    for (const id of ids) service.run(id, 'running');
    expect((await list(adapter, 'job', null, 100)).rows).toHaveLength(100);
  });

  it('find one job that makes the service fail', async () => {
    const ids = Array.from({ length: 100 }, (_, i) => `j${String(i)}`);
    for (const bad of ['j0', 'j50', 'j99']) {
      const { service, adapter } = setUp({ jobIds: ids });
      for (const id of ids) service.run(id, 'running');
      service.scripted = (asked) =>
        asked.includes(bad)
          ? { status: 500, body: '' }
          : { body: { jobs: Object.fromEntries(asked.map((id) => [id, service.jobs.get(id)])) } };
      expect(await list(adapter, 'job', null, 100)).toMatchObject({
        rows: { length: 99 },
        dropped: { count: 1 },
      });
    }
  });

  it('survive a service that refuses a whole call for one job that does not exist', async () => {
    const { service, adapter } = setUp({ jobIds: ['a', 'b', 'c', 'd'] });
    for (const id of 'abd') service.run(id, 'running');
    service.scripted = (ids) =>
      ids.includes('c')
        ? { body: { success: false, error: 'no such job' } }
        : { body: { success: true, jobs: Object.fromEntries(ids.map((id) => [id, service.jobs.get(id)])) } };
    expect(await list(adapter, 'job')).toMatchObject({ rows: { length: 3 }, dropped: { count: 0 } });
    const alone = setUp({ jobIds: ['c'] });
    alone.service.scripted = () => ({ body: { success: false, error: 'no such job' } });
    expect(await list(alone.adapter, 'job')).toMatchObject({ rows: [], dropped: { count: 0 } });
  });

  it('divide a call whose answer is too large', async () => {
    const ids = Array.from({ length: 8 }, (_, i) => `j${String(i)}`);
    const { service, adapter } = setUp({ jobIds: ids });
    for (const id of ids) service.run(id, 'running');
    service.scripted = (asked) => {
      if (asked.length > 2)
        throw new GridweaveError('PROVIDER_PROTOCOL', 'The answer is larger than 8 bytes.');
      return { body: { jobs: Object.fromEntries(asked.map((id) => [id, service.jobs.get(id)])) } };
    };
    expect((await list(adapter, 'job')).rows).toHaveLength(8);
  });

  it.each([
    '',
    '{}',
    '[]',
    '[1]',
    '["x"]',
    '[1,"a",7]',
    '[1.5,"a",null]',
    '[1,"a",null,2]',
    'null',
    `[1,"${'a'.repeat(2000)}",null]`,
  ])('refuse the cursor %s', async (after) => {
    await expect(list(setUp().adapter, 'job', after)).rejects.toMatchObject({ code: 'INVALID_CURSOR' });
  });

  it('can be ordered in one way only', async () => {
    const query = { after: null, limit: 5, filter: {}, order: { field: 'NAME', direction: 'ASC' } } as const;
    await expect(setUp().adapter.list('job', query, callContext())).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' }); // prettier-ignore
  });
});
