import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { adapterOf, callContext, QarnotService, T0, uuid } from '../../../test/support/qarnot-service.ts';
import type { RecordKind } from '../../model/ids.ts';
import { compareOrderKeys, type Direction } from '../../model/order.ts';
import type { ListRow, ProviderAdapter } from '../provider.ts';

/** Rows crowd into few seconds; some have fractions that the service sorts by and does not print. */
const instant = fc.tuple(fc.nat(6), fc.constantFrom(0, 0, 250, 999)).map(([s, ms]) => T0 + s * 1000 + ms);
const kindOfRow = fc.constantFrom('job', 'bare', 'owned');
const rowSpec = fc.record({ at: instant, kind: kindOfRow, owner: fc.nat(5), count: fc.nat(3) });
type RowSpec = { at: number; kind: string; owner: number; count: number };

interface Change {
  readonly add: readonly RowSpec[];
  readonly removeShare: number;
}
const change = fc.record({ add: fc.array(rowSpec, { maxLength: 3 }), removeShare: fc.nat(100) });

interface World {
  readonly service: QarnotService;
  /** Keys that exist from the start to the end, by kind. */
  readonly lasting: Readonly<Record<'job' | 'task' | 'execution', ReadonlySet<string>>>;
}

/** Even-numbered rows stay; odd ones may vanish at any call, and others appear. */
function worldOf(
  rows: readonly RowSpec[],
  changes: readonly Change[],
  tokens: 'document' | 'offset',
  showsFractions = false,
): World {
  const service = new QarnotService();
  service.showsFractions = showsFractions;
  service.account = { projects: [{ uuid: uuid(9_999), name: 'Main', isDefault: true }] };
  service.tokens = tokens;
  let next = 1;
  const lasting = { job: new Set<string>(), task: new Set<string>(), execution: new Set<string>() };
  const owners = [0, 1, 2, 3, 4, 5].map((n) => uuid(100_000 + n));
  owners.forEach((id, n) => {
    service.put('jobs', id, T0 + n * 700);
    lasting.job.add(`j:${id}`);
  });
  const passing: (readonly ['tasks' | 'jobs', string])[] = [];
  const add = (spec: RowSpec, stays: boolean): void => {
    const id = uuid(next++);
    if (spec.kind === 'job') {
      service.put('jobs', id, spec.at);
      if (stays) lasting.job.add(`j:${id}`);
      else passing.push(['jobs', id]);
      return;
    }
    const owned = spec.kind === 'owned';
    // A task is never older than its job.
    const at = owned ? Math.max(spec.at, T0 + spec.owner * 700) : spec.at;
    service.put('tasks', id, at, {
      projectUuid: uuid(9_999),
      jobUuid: owned ? (owners[spec.owner] ?? null) : null,
      instanceCount: spec.count,
    });
    if (!stays) {
      passing.push(['tasks', id]);
      return;
    }
    lasting.task.add(id);
    if (!owned) lasting.job.add(`t:${id}`);
    for (let i = 0; i < spec.count; i++) lasting.execution.add(`${id}/${String(i)}/1`);
  };
  rows.forEach((spec, i) => add(spec, i % 2 === 0));
  let step = 0;
  service.onCall = () => {
    const now = changes[step++ % Math.max(1, changes.length)];
    if (now === undefined) return;
    for (const spec of now.add) if (step < 40) add(spec, false);
    if (now.removeShare > 50) {
      const gone = passing.splice(now.removeShare % Math.max(1, passing.length), 1)[0];
      if (gone !== undefined) service.remove(...gone);
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
): Promise<ListRow<K>[]> {
  const rows: ListRow<K>[] = [];
  const order = { field: 'CREATED_AT', direction } as const;
  for (let pages = 0; pages < 2_000; pages++) {
    const page = await adapter.list(kind, { after, limit, filter: {}, order }, callContext());
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
  rows: fc.array(rowSpec, { maxLength: 60 }),
  changes: fc.array(change, { maxLength: 8 }),
  direction: fc.constantFrom<Direction>('ASC', 'DESC'),
  limit: fc.integer({ min: 1, max: 25 }),
  kind: fc.constantFrom('job' as const, 'task' as const, 'execution' as const),
});

describe('paging while rows come and go', () => {
  it('misses and doubles nothing that was there throughout, at any page size', async () => {
    await fc.assert(
      fc.asyncProperty(
        setup,
        fc.integer({ min: 1, max: 12 }),
        fc.boolean(),
        async ({ rows, changes, direction, limit, kind }, maxPage, showsFractions) => {
          const { service, lasting } = worldOf(rows, changes, 'document', showsFractions);
          service.maxPage = maxPage;
          expect(
            faultsOf(await readAll(adapterOf(service), kind, direction, limit), lasting[kind], direction),
          ).toEqual([]);
        },
      ),
      { numRuns: 250 },
    );
  });

  it('holds with tokens that are mere offsets, as long as a second fits on a page', async () => {
    const sparse = fc.record({ kind: kindOfRow, owner: fc.nat(5), count: fc.nat(3) });
    const late = fc.record({ add: fc.array(rowSpec, { maxLength: 1 }), removeShare: fc.nat(100) });
    await fc.assert(
      fc.asyncProperty(
        setup,
        fc.array(sparse, { minLength: 20, maxLength: 90 }),
        fc.array(late, { maxLength: 6 }),
        async ({ direction, limit, kind }, rows, changes) => {
          const spread = rows.map((row, i) => ({ ...row, at: T0 + Math.floor(i / 3) * 1000 }));
          const { service, lasting } = worldOf(spread, changes, 'offset');
          service.maxPage = 25;
          expect(
            faultsOf(await readAll(adapterOf(service), kind, direction, limit * 4), lasting[kind], direction),
          ).toEqual([]);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('continues after every row exactly as an unbroken read would', async () => {
    await fc.assert(
      fc.asyncProperty(
        setup,
        fc.integer({ min: 2, max: 12 }),
        async ({ rows, direction, limit, kind }, maxPage) => {
          const { service } = worldOf(rows, [], 'document');
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
      { numRuns: 60 },
    );
  });

  it('gives every job the same tasks on whatever page it comes', async () => {
    await fc.assert(
      fc.asyncProperty(setup, async ({ rows, direction, limit }) => {
        const { service } = worldOf(rows, [], 'document');
        const adapter = adapterOf(service);
        const read = await readAll(adapter, 'job', direction, limit);
        const again = await adapter.get('job', read.map((row) => row.record.key), callContext()); // prettier-ignore
        expect(again.missing.size).toBe(0);
        for (const { record } of read) expect(record).toEqual(again.found.get(record.key));
      }),
      { numRuns: 60 },
    );
  });
});

describe('the cost of a page', () => {
  it('is two calls for the first page of jobs, tasks of jobs included', async () => {
    const service = new QarnotService();
    for (let n = 0; n < 30; n++) {
      service.put('jobs', uuid(1000 + n), T0 + n * 10_000);
      service.put('tasks', uuid(2000 + n), T0 + n * 10_000 + 2000, {
        jobUuid: uuid(1000 + n),
        projectUuid: uuid(7),
      });
      service.put('tasks', uuid(3000 + n), T0 + n * 10_000 + 5000, { projectUuid: uuid(7) });
    }
    const order = { field: 'CREATED_AT', direction: 'DESC' } as const;
    const page = await adapterOf(service).list(
      'job',
      { after: null, limit: 20, filter: {}, order },
      callContext(),
    );
    expect(page.rows).toHaveLength(20);
    expect(service.calls.map((call) => call.path).sort()).toEqual(['/jobs/paginate', '/tasks/paginate']);
    expect(page.rows.every((row) => row.record.tasks?.length === 1)).toBe(true);

    service.calls.length = 0;
    const second = { after: page.endPosition, limit: 20, filter: {}, order };
    const next = await adapterOf(service).list('job', second, callContext());
    expect(next.rows).toHaveLength(20);
    expect(service.calls).toHaveLength(3);
    expect(new Set([...page.rows, ...next.rows].map((row) => row.record.key)).size).toBe(40);
  });

  it('refuses a service that does not filter or sort as asked, instead of losing rows', async () => {
    const service = new QarnotService();
    const data = [uuid(1), uuid(2)].map((id, n) => ({
      uuid: id,
      creationDate: `2026-03-02T09:00:0${String(n)}Z`,
    }));
    service.scripted.set('POST /tasks/paginate', { body: { data, isTruncated: false, nextToken: null } });
    const order = { field: 'CREATED_AT', direction: 'DESC' } as const;
    const list = adapterOf(service).list(
      'task',
      { after: null, limit: 20, filter: {}, order },
      callContext(),
    );
    await expect(list).rejects.toMatchObject({ code: 'PROVIDER_PROTOCOL' });
  });

  it('refuses a list that never ends', async () => {
    const service = new QarnotService();
    const body = { data: [], isTruncated: true, nextToken: 'again' };
    service.scripted.set('POST /tasks/paginate', { body });
    const order = { field: 'CREATED_AT', direction: 'DESC' } as const;
    const list = adapterOf(service).list(
      'task',
      { after: null, limit: 20, filter: {}, order },
      callContext(),
    );
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
    `["${'x'.repeat(2000)}","k"]`,
  ])('answers a damaged position with INVALID_CURSOR (%#)', async (after) => {
    const order = { field: 'CREATED_AT', direction: 'DESC' } as const;
    for (const kind of ['job', 'task', 'execution'] as const) {
      const list = adapterOf(new QarnotService()).list(
        kind,
        { after, limit: 5, filter: {}, order },
        callContext(),
      );
      await expect(list).rejects.toMatchObject({ code: 'INVALID_CURSOR' });
    }
  });
});
