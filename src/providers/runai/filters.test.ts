import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  adapterOf,
  callContext,
  CLUSTER,
  RunaiService,
  T0,
  uuid,
} from '../../../test/support/runai-service.ts';
import { passes } from '../../merge/filter.ts';
import type { NativeKey } from '../../model/ids.ts';
import { STATES } from '../../model/state.ts';
import { epochMs } from '../../model/time.ts';
import type { ListFilter, ListPage, ListRow } from '../provider.ts';

const order = { field: 'CREATED_AT', direction: 'DESC' } as const;
const PHASES = ['Creating', 'Pending', 'Running', 'Degraded', 'Stopping', 'Stopped', 'Completed', 'Failed', 'Unknown', 'Dreaming']; // prettier-ignore

function service(): RunaiService {
  const model = new RunaiService();
  for (let n = 0; n < 120; n++) {
    model.putWorkload(uuid(n + 1), T0 + n * 500, {
      phase: PHASES[n % PHASES.length],
      name: ['seg', 'Seg', 'segment', 'other'][n % 4] + String(n),
      projectId: ['33', '34', '35'][n % 3],
      submittedBy: n % 2 === 0 ? 'rina' : 'noa',
      actionsSupport: { suspend: n % 20 < 10 },
    });
  }
  return model;
}

async function readAll(model: RunaiService, filter: ListFilter) {
  const adapter = adapterOf(model);
  const rows: ListRow<'job'>[] = [];
  const pushed = new Set<string>();
  for (let after: string | null = null; ;) {
    const page: ListPage<'job'> = await adapter.list(
      'job',
      { after, limit: 30, filter, order },
      callContext(),
    );
    for (const name of page.pushedDown) pushed.add(name);
    rows.push(...page.rows);
    if (!page.hasMore) return { rows, pushed };
    after = page.endPosition;
  }
}

const filters: fc.Arbitrary<ListFilter> = fc.record(
  {
    states: fc.subarray([...STATES]),
    projects: fc.subarray(['33', '34', 'd:4', 'nonsense key'] as NativeKey[], { minLength: 1 }),
    namePrefix: fc.constantFrom('seg', 'Seg', 'o', 'x', 'a,b', ''),
    labels: fc.subarray([
      { key: 'submittedBy', values: ['rina'] },
      { key: 'submittedBy', values: ['rina', 'noa'] },
      { key: 'cluster', values: [CLUSTER] },
      { key: 'cluster' },
      { key: 'constructor', values: ['x'] },
    ]),
    createdFrom: fc.nat(60_000).map((ms) => epochMs(T0 + ms)),
    createdBefore: fc.nat(60_000).map((ms) => epochMs(T0 + ms)),
  },
  { requiredKeys: [] },
);

describe('filters', () => {
  it('that are pushed down leave exactly what the gateway would have left', async () => {
    const model = service();
    const everything = (await readAll(model, {})).rows.map(({ record }) => record);
    expect(everything).toHaveLength(120);
    await fc.assert(
      fc.asyncProperty(filters, async (filter) => {
        const { rows, pushed } = await readAll(model, filter);
        const names = Object.keys(filter).filter((name) => pushed.has(name)) as (keyof ListFilter)[];
        const expected = everything.filter((record) => passes(record, filter, names));
        expect(rows.map(({ record }) => record.key)).toEqual(expected.map((record) => record.key));
      }),
      { numRuns: 150 },
    );
  });

  it.each<[ListFilter, string]>([
    [{ states: ['SUCCEEDED'] }, 'filterBy=phase==Completed'],
    [{ states: ['SUSPENDED'] }, 'filterBy=phase==Stopped'],
    [{ states: ['RUNNING'] }, 'filterBy=phase!=Completed,phase!=Failed,phase!=Stopped,phase!=Pending,'],
    [{ projects: ['33' as NativeKey] }, 'filterBy=projectId==33'],
    [{ namePrefix: 'seg' }, 'filterBy=name=^seg'],
    [{ labels: [{ key: 'submittedBy', values: ['rina'] }] }, 'filterBy=submittedBy==rina'],
    [{ createdFrom: epochMs(T0) }, 'filterBy=createdAt>=2026-03-02T09:00:00.000Z'],
    [{ createdBefore: epochMs(T0 + 1) }, 'filterBy=createdAt<=2026-03-02T09:00:01.000Z'],
  ])('%j is asked for as %s', async (filter, query) => {
    const model = service();
    await adapterOf(model).list('job', { after: null, limit: 10, filter, order }, callContext());
    expect(model.calls[0]).toContain(query);
    expect((model.calls[0]?.match(/[!=<>]=|=\^/g) ?? []).length).toBeLessThanOrEqual(10);
  });

  it.each<ListFilter>([
    { states: [] },
    { states: ['SUBMITTING'] },
    { projects: ['d:4' as NativeKey] },
    { createdFrom: epochMs(5), createdBefore: epochMs(5) },
  ])('%j matches nothing, without a call', async (filter) => {
    const model = service();
    const page = await adapterOf(model).list('job', { after: null, limit: 10, filter, order }, callContext());
    expect([page.rows, page.hasMore, model.calls]).toEqual([[], false, []]);
  });

  it('keep to one cluster', async () => {
    const model = service();
    model.putWorkload(uuid(999), T0, { clusterId: uuid(77) });
    model.putPod(uuid(1999), uuid(999), T0, { clusterId: uuid(77) });
    const own = adapterOf(model, { cluster: CLUSTER });
    const page = await own.list('job', { after: null, limit: 500, filter: {}, order }, callContext());
    expect(page.rows).toHaveLength(120);
    const key = uuid(999) as NativeKey;
    expect((await own.get('job', [key], callContext())).missing.get(key)?.code).toBe('NOT_FOUND');
    expect((await own.executionsOfJobs([key], callContext())).found.get(key)?.records ?? []).toEqual([]);
    expect((await adapterOf(model).get('job', [key], callContext())).found.size).toBe(1);
  });
});
