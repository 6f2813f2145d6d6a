import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { adapterOf, callContext, RunaiService, T0, uuid } from '../../../test/support/runai-service.ts';
import type { RecordKind } from '../../model/ids.ts';
import { compareOrderKeys, type Direction } from '../../model/order.ts';
import type { ListFilter, ListRow, ProviderAdapter } from '../provider.ts';

/** Rows crowd into few times; some have fractions that the service sorts by and may not print. */
const instant = fc
  .tuple(fc.nat(4), fc.constantFrom(0, 0, 0.4, 250, 999))
  .map(([second, ms]) => T0 + second * 1000 + ms);
const rowSpec = fc.record({ at: instant, pods: fc.nat(3), podDelay: fc.nat(5_000) });
type RowSpec = { at: number; pods: number; podDelay: number };

interface Change {
  readonly add: readonly RowSpec[];
  readonly removeShare: number;
}
const change = fc.record({ add: fc.array(rowSpec, { maxLength: 3 }), removeShare: fc.nat(100) });

interface World {
  readonly service: RunaiService;
  /** Keys that exist from the start to the end, by kind. */
  readonly lasting: Readonly<Record<'job' | 'task' | 'execution', ReadonlySet<string>>>;
}

/** Even-numbered rows stay; odd ones may vanish at any call, and others appear. */
function worldOf(rows: readonly RowSpec[], changes: readonly Change[], printsSeconds: boolean): World {
  const service = new RunaiService();
  service.printsSeconds = printsSeconds;
  let next = 1;
  const lasting = { job: new Set<string>(), task: new Set<string>(), execution: new Set<string>() };
  const passing: string[] = [];
  const add = (spec: RowSpec, stays: boolean): void => {
    const id = uuid(next++);
    service.putWorkload(id, spec.at);
    if (stays) {
      lasting.job.add(id);
      lasting.task.add(`${id}/0`);
    } else passing.push(id);
    for (let n = 0; n < spec.pods; n++) {
      const pod = uuid(next++);
      service.putPod(pod, id, spec.at + spec.podDelay * n);
      if (stays) lasting.execution.add(`${id}/${pod}`);
    }
  };
  rows.forEach((spec, i) => add(spec, i % 2 === 0));
  let step = 0;
  service.onCall = () => {
    const now = changes[step++ % Math.max(1, changes.length)];
    if (now === undefined) return;
    for (const spec of now.add) if (step < 40) add(spec, false);
    if (now.removeShare > 50) {
      const gone = passing.splice(now.removeShare % Math.max(1, passing.length), 1)[0];
      if (gone !== undefined) service.remove('workloads', gone);
    }
  };
  return { service, lasting };
}

async function readAll<K extends RecordKind>(
  adapter: ProviderAdapter,
  kind: K,
  direction: Direction,
  limit: number,
  after: string | null = null,
  filter: ListFilter = {},
): Promise<ListRow<K>[]> {
  const rows: ListRow<K>[] = [];
  const order = { field: 'CREATED_AT', direction } as const;
  for (let pages = 0; pages < 2_000; pages++) {
    const page = await adapter.list(kind, { after, limit, filter, order }, callContext());
    rows.push(...page.rows);
    if (!page.hasMore) return rows;
    expect(page.endPosition).not.toBe(after);
    after = page.endPosition;
  }
  throw new Error('the list never ends');
}

/** What is wrong with a list that was read from end to end; empty when nothing is. */
function faultsOf(
  rows: readonly ListRow<RecordKind>[],
  lasting: ReadonlySet<string>,
  direction: Direction,
): string[] {
  const seen = new Set<string>();
  const faults: string[] = [];
  rows.forEach((row, i) => {
    const { key } = row.record;
    if (seen.has(key)) faults.push(`doubled ${key}`);
    seen.add(key);
    const previous = rows[i - 1];
    if (previous !== undefined && compareOrderKeys(previous.orderKey, row.orderKey, direction) >= 0)
      faults.push(`out of order ${key}`);
  });
  return [...faults, ...[...lasting].filter((key) => !seen.has(key)).map((key) => `missed ${key}`)];
}

const setup = fc.record({
  rows: fc.array(rowSpec, { maxLength: 70 }),
  changes: fc.array(change, { maxLength: 8 }),
  direction: fc.constantFrom<Direction>('ASC', 'DESC'),
  limit: fc.integer({ min: 1, max: 40 }),
  kind: fc.constantFrom('job' as const, 'task' as const, 'execution' as const),
  printsSeconds: fc.boolean(),
  saysMoreWhenFull: fc.boolean(),
});

describe('paging while workloads come and go', () => {
  it('misses and doubles nothing that was there throughout, at any page size', async () => {
    await fc.assert(
      fc.asyncProperty(setup, fc.integer({ min: 2, max: 60 }), async (given, maxPage) => {
        const { service, lasting } = worldOf(given.rows, given.changes, given.printsSeconds);
        service.maxPage = maxPage;
        service.saysMoreWhenFull = given.saysMoreWhenFull;
        const read = await readAll(adapterOf(service), given.kind, given.direction, given.limit);
        expect(faultsOf(read, lasting[given.kind], given.direction)).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('continues after every row exactly as an unbroken read would', async () => {
    await fc.assert(
      fc.asyncProperty(
        setup,
        fc.integer({ min: 2, max: 60 }),
        async ({ rows, direction, limit, kind, printsSeconds }, maxPage) => {
          const { service } = worldOf(rows, [], printsSeconds);
          service.maxPage = maxPage;
          const adapter = adapterOf(service);
          const whole = await readAll(adapter, kind, direction, 500);
          const keys = whole.map((row) => row.record.key);
          for (let i = 0; i < whole.length; i += 1 + Math.floor(whole.length / 6)) {
            const rest = await readAll(adapter, kind, direction, limit, whole[i]!.position);
            expect(rest.map((row) => row.record.key)).toEqual(keys.slice(i + 1));
          }
        },
      ),
      { numRuns: 80 },
    );
  });

  it('gives every object the same on whatever page it comes, and when it is looked up', async () => {
    await fc.assert(
      fc.asyncProperty(setup, async ({ rows, direction, limit, kind }) => {
        const { service } = worldOf(rows, [], false);
        const adapter = adapterOf(service);
        const read = await readAll(adapter, kind, direction, limit);
        const again = await adapter.get(kind, read.map((row) => row.record.key), callContext()); // prettier-ignore
        expect(again.missing.size).toBe(0);
        for (const { record } of read) expect(record).toEqual(again.found.get(record.key));
      }),
      { numRuns: 60 },
    );
  });

  it('reads a span of time exactly, whatever the service prints', async () => {
    await fc.assert(
      fc.asyncProperty(setup, instant, instant, async ({ rows, direction, limit, printsSeconds }, a, b) => {
        const { service } = worldOf(rows, [], printsSeconds);
        const adapter = adapterOf(service);
        const filter = { createdFrom: Math.floor(Math.min(a, b)), createdBefore: Math.floor(Math.max(a, b)) };
        const whole = await readAll(adapter, 'job', direction, 500);
        const expected = whole.filter(({ record: { createdAt } }) => createdAt >= filter.createdFrom && createdAt < filter.createdBefore); // prettier-ignore
        const read = await readAll(adapter, 'job', direction, limit, null, filter as ListFilter);
        expect(read.map(({ record }) => record.key)).toEqual(expected.map(({ record }) => record.key));
      }),
      { numRuns: 100 },
    );
  });
});

describe('the cost of a page', () => {
  const newest = { field: 'CREATED_AT', direction: 'DESC' } as const;

  function crowded(count: number): RunaiService {
    const service = new RunaiService();
    for (let n = 0; n < count; n++) {
      service.putWorkload(uuid(n + 1), T0 + n * 10_000);
      service.putPod(uuid(100_000 + n), uuid(n + 1), T0 + n * 10_000 + 2_000);
    }
    return service;
  }

  it('is one call for the first hundred jobs, and one for their executions', async () => {
    const service = crowded(400);
    const adapter = adapterOf(service);
    const query = { after: null, limit: 100, filter: {}, order: newest };
    const page = await adapter.list('job', query, callContext());
    expect(page.rows).toHaveLength(100);
    expect(service.calls).toEqual([
      'GET /api/v1/workloads?offset=0&limit=125&sortBy=createdAt&sortOrder=desc',
    ]);
    expect(page.rows.every(({ record }) => record.tasks?.length === 1)).toBe(true);

    service.calls.length = 0;
    const keys = page.rows.map(({ record }) => record.key);
    const children = await adapter.executionsOfJobs(keys, callContext());
    expect([...children.found.values()].map(({ records }) => records.length)).toEqual(keys.map(() => 1));
    expect(service.calls).toHaveLength(1);
    expect(service.calls[0]).toContain('/api/v1/workloads/pods?');

    service.calls.length = 0;
    const next = await adapter.list('job', { ...query, after: page.endPosition }, callContext());
    expect(next.rows).toHaveLength(100);
    expect(service.calls).toHaveLength(1);
    expect(new Set([...page.rows, ...next.rows].map((row) => row.record.key)).size).toBe(200);
  });

  it('is two calls for the first hundred executions', async () => {
    const service = crowded(400);
    const query = { after: null, limit: 100, filter: {}, order: newest };
    const page = await adapterOf(service).list('execution', query, callContext());
    expect(page.rows).toHaveLength(100);
    expect(service.calls).toHaveLength(2);
  });

  it('is one call for a hundred jobs looked up together', async () => {
    const service = crowded(400);
    const adapter = adapterOf(service);
    const query = { after: null, limit: 300, filter: {}, order: newest };
    const listed = await adapter.list('job', query, callContext());
    const keys = listed.rows.slice(150, 250).map(({ record }) => record.key);
    service.calls.length = 0;
    expect((await adapter.get('job', keys, callContext())).found.size).toBe(100);
    expect(service.calls).toHaveLength(1);
  });

  it('stays bounded when few of many rows pass a filter', async () => {
    const service = crowded(3_000);
    const filter = { labels: [{ key: 'nodePool', values: ['none'] }], states: ['RUNNING'] } as const;
    const page = await adapterOf(service).list('job', { after: null, limit: 100, filter, order: newest }, callContext()); // prettier-ignore
    expect(service.calls.length).toBeLessThanOrEqual(4);
    expect(page.hasMore).toBe(true);
  });

  it('refuses a service that does not sort as asked, instead of losing rows', async () => {
    const service = new RunaiService();
    const workloads = [1, 2].map((n) => ({ id: uuid(n), phase: 'Running', createdAt: `2026-03-02T09:00:0${String(n)}Z` })); // prettier-ignore
    service.scripted.set('/api/v1/workloads', { body: { workloads } });
    const list = adapterOf(service).list('job', { after: null, limit: 20, filter: {}, order: newest }, callContext()); // prettier-ignore
    await expect(list).rejects.toMatchObject({ code: 'PROVIDER_PROTOCOL' });
  });

  it('refuses a list that never ends', async () => {
    const service = new RunaiService();
    const workloads = [{ id: uuid(1), phase: 'Running', createdAt: '2026-03-02T09:00:00Z' }];
    service.scripted.set('/api/v1/workloads', { body: { workloads, next: 1e9 } });
    const list = adapterOf(service).list('job', { after: null, limit: 20, filter: {}, order: newest }, callContext()); // prettier-ignore
    await expect(list).rejects.toMatchObject({ code: 'PROVIDER_PROTOCOL' });
  });

  it.each([
    '',
    '[]',
    '[1]',
    '["a","b"]',
    '{"a":1}',
    '[1e300,"k"]',
    '[null,"k"]',
    '[-1,"k"]',
    `[1,"${'x'.repeat(2000)}"]`,
  ])('answers a damaged position with INVALID_CURSOR (%#)', async (after) => {
    for (const kind of ['job', 'task', 'execution'] as const) {
      const list = adapterOf(new RunaiService()).list(
        kind,
        { after, limit: 5, filter: {}, order: newest },
        callContext(),
      );
      await expect(list).rejects.toMatchObject({ code: 'INVALID_CURSOR' });
    }
  });

  it('has one order for each kind', async () => {
    const adapter = adapterOf(new RunaiService());
    const query = { after: null, limit: 5, filter: {}, order: { field: 'NAME', direction: 'ASC' } } as const;
    await expect(adapter.list('job', query, callContext())).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
  });
});
