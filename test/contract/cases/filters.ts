import fc from 'fast-check';
import { expect } from 'vitest';
import type { RecordKind } from '../../../src/model/ids.ts';
import type { AnyRecord, JobRecord } from '../../../src/model/records.ts';
import { REASONS, STATES } from '../../../src/model/state.ts';
import { epochMs } from '../../../src/model/time.ts';
import { activeFilters, FILTERS_OF, passes } from '../../../src/merge/filter.ts';
import type { FilterName, ListFilter } from '../../../src/providers/provider.ts';
import { forEachKind, type Topic } from '../case.ts';
import { keysOf, readPages, readRecords } from '../reading.ts';
import { timeless } from './lookup.ts';
import type { Rig } from '../rig.ts';

/** Up to three filters by each name that some of the records pass. */
function filtersFrom(records: readonly AnyRecord[], name: FilterName): ListFilter[] {
  const seen = (values: readonly unknown[]): unknown[] => [...new Set(values)].slice(0, 3);
  const member = (read: (record: AnyRecord) => unknown): unknown[] =>
    seen(records.map(read).filter((value) => value !== null && value !== undefined));
  const times = (): unknown[] => member((record) => ('createdAt' in record ? record.createdAt : null));
  const state = (record: AnyRecord): unknown => ('status' in record ? record.status.state : null);
  switch (name) {
    case 'states':
    case 'nodeStates':
      return member(state).map((value) => ({ [name]: [value] }));
    case 'reasons':
      return member((record) => ('generation' in record ? record.status.reason : null)).map((value) => ({
        reasons: [value] as never,
      }));
    case 'jobKinds':
      return member((record) => (record.kind === 'job' ? record.jobKind : null)).map((value) => ({
        jobKinds: [value] as never,
      }));
    case 'origins':
      return member((record) => ('origin' in record ? record.origin : null)).map((value) => ({
        origins: [value] as never,
      }));
    case 'projects':
      return member((record) => ('projectKey' in record ? record.projectKey : null)).map((value) => ({
        projects: [value] as never,
      }));
    case 'labels':
      return records
        .flatMap((record) => ('labels' in record ? record.labels : []))
        .filter((label) => label.value !== null)
        .slice(0, 3)
        .map(({ key, value }) => ({ labels: [{ key, values: [value ?? ''] }] }));
    case 'namePrefix':
      return member((record) => record.name.slice(0, 4)).map((value) => ({ namePrefix: String(value) }));
    case 'createdFrom':
    case 'createdBefore':
      return times().map((value) => ({ [name]: value }));
  }
}

/** Keys of the records that are the same in both readings. */
function unchanged(before: readonly AnyRecord[], after: readonly AnyRecord[]): ReadonlySet<string> {
  if (before === after) return new Set(keysOf(before));
  const was = new Map<string, string>(before.map((record) => [record.key, JSON.stringify(timeless(record))]));
  return new Set(keysOf(after.filter((record) => was.get(record.key) === JSON.stringify(timeless(record)))));
}

/** Reads with a filter, and holds the answer against filtering everything here. */
async function check(rig: Rig, kind: RecordKind, all: readonly AnyRecord[], filter: ListFilter) {
  const names = activeFilters(filter);
  // A world that moves is looked at before and after, and judged by what did not change meanwhile.
  const before = rig.sim === null ? await readRecords(rig, kind) : all;
  const pages = await readPages(rig, kind, { filter, limit: 60 });
  const pushed = new Set(pages.flatMap((page) => page.pushedDown));
  for (const page of pages) {
    expect([...page.pushedDown].filter((name) => !names.includes(name))).toEqual([]);
    for (const { record } of page.rows) expect(passes(record, filter, page.pushedDown)).toBe(true);
  }
  const left = pages.flatMap((page) =>
    page.rows.filter(
      ({ record }) =>
      passes(record, filter, names.filter((name) => !page.pushedDown.includes(name))), // prettier-ignore
    ),
  );
  const after = rig.sim === null ? await readRecords(rig, kind) : all;
  const settled = unchanged(before, after);
  const wanted = before.filter((record) => settled.has(record.key) && passes(record, filter, names));
  const given = keysOf(left).filter((key) => settled.has(key));
  expect(given.toSorted(), JSON.stringify(filter)).toEqual(keysOf(wanted).toSorted());
  return pushed;
}

const awkward = fc.constantFrom(
  '.',
  '^',
  '$',
  '[',
  '\\',
  '/',
  '(',
  "'",
  '"',
  '=',
  ',',
  ' ',
  'é',
  '%',
  '&',
  'a',
);

/** One of these, where there is any. */
function among<T, R = T>(
  values: readonly T[],
  map: (value: T) => R = (value) => value as never,
): fc.Arbitrary<R>[] {
  return values.length === 0 ? [] : [fc.constantFrom(...values).map(map)];
}

/** Filters of any combination, with values that exist, that do not, and that no query language likes. */
function anyFilter(all: readonly AnyRecord[], names: readonly FilterName[]): fc.Arbitrary<ListFilter> {
  const times = all.flatMap((record) => ('createdAt' in record && record.createdAt !== null ? [record.createdAt] : [])); // prettier-ignore
  const time = fc.oneof(
    fc.constantFrom(...times, epochMs(0)),
    fc.integer({ min: -1, max: 1 }).map((by) => epochMs((times[0] ?? 0) + by)),
  );
  const labels = all.flatMap((record) => ('labels' in record ? record.labels : []));
  const word = fc.array(awkward, { minLength: 1, maxLength: 4 }).map((parts) => parts.join(''));
  const label = fc.oneof(
    ...among(labels, ({ key, value }) => ({ key, values: [value ?? ''] })),
    ...among(labels, ({ key }) => ({ key })),
    fc.record({ key: word, values: fc.array(word, { maxLength: 2 }) }),
  );
  const projects = all.flatMap((record) => ('projectKey' in record && record.projectKey !== null ? [record.projectKey] : [])); // prettier-ignore
  const parts: Partial<Record<FilterName, fc.Arbitrary<unknown>>> = {
    states: fc.subarray([...STATES]),
    reasons: fc.subarray([...REASONS]),
    jobKinds: fc.subarray(['BATCH', 'SERVICE', 'OPS', 'UNKNOWN']),
    origins: fc.subarray(['NATIVE', 'IMPLICIT', 'DEFAULT']),
    projects: fc.array(fc.oneof(...among(projects), word), { maxLength: 3 }),
    labels: fc.array(label, { maxLength: 2 }),
    namePrefix: fc.oneof(word, fc.constantFrom(...all.map((record) => record.name.slice(0, 3)))),
    createdFrom: time,
    createdBefore: time,
  };
  const chosen = Object.fromEntries(names.flatMap((name) => (parts[name] ? [[name, parts[name]]] : [])));
  return fc.record(chosen, { requiredKeys: [] });
}

export const filters: Topic = {
  name: 'filters',
  cases: [
    ...forEachKind((kind) => ({
      name: 'what is pushed down is exact, and is what the capabilities name',
      live: true,
      async run(target) {
        const rig = await target.still();
        const all = await readRecords(rig, kind);
        const claimed = rig.adapter.capabilities.filters[kind] ?? [];
        for (const name of FILTERS_OF[kind]) {
          const samples = filtersFrom(all, name);
          const pushed = new Set<FilterName>();
          for (const filter of samples)
            for (const each of await check(rig, kind, all, filter)) pushed.add(each);
          // One value may be beyond what the provider can say (its default project, an odd label): not all of them.
          if (samples.length > 0) expect([name, pushed.has(name)]).toEqual([name, claimed.includes(name)]);
        }
      },
    })),
    ...forEachKind(
      (kind) => ({
        name: 'any combination of filters is exact',
        async run(target) {
          const rig = await target.still();
          const all = await readRecords(rig, kind);
          await fc.assert(
            fc.asyncProperty(anyFilter(all, FILTERS_OF[kind]), async (filter) => {
              await check(rig, kind, all, filter);
            }),
            { numRuns: 60 },
          );
        },
      }),
      ['job', 'task', 'execution'],
    ),
    {
      name: 'executions are filtered through their jobs exactly, by whatever is claimed beyond their own filters',
      async run(target) {
        const rig = await target.still();
        const [jobs, all] = [await readRecords(rig, 'job'), await readRecords(rig, 'execution')];
        const claimed = rig.adapter.capabilities.filters.execution ?? [];
        for (const name of claimed.filter((each) => !FILTERS_OF.execution.includes(each))) {
          for (const filter of filtersFrom(jobs, name)) {
            const pages = await readPages(rig, 'execution', { filter });
            for (const page of pages) expect(page.pushedDown).toEqual([name]);
            const owners = new Set<string>(jobs.filter((job) => passes(job, filter, [name])).map(keyOf));
            const wanted = all.filter(({ jobKey }) => owners.has(jobKey));
            expect(pages.flatMap((page) => keysOf(page.rows)).toSorted()).toEqual(keysOf(wanted).toSorted());
          }
        }
      },
    },
    {
      name: 'a span of time without any time in it matches nothing',
      live: true,
      async run(target) {
        const rig = await target.still();
        const all = await readRecords(rig, 'job');
        const now = rig.clock.now();
        for (const [createdFrom, createdBefore] of [
          [now, now],
          [now, epochMs(0)],
          [epochMs(8.64e15), epochMs(8.64e15)],
        ] as const)
          // prettier-ignore
          await check(rig, 'job', all, { createdFrom, createdBefore });
      },
    },
  ],
};

function keyOf(job: JobRecord): string {
  return job.key;
}
