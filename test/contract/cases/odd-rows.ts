import fc from 'fast-check';
import { expect } from 'vitest';
import type { Topic, Target } from '../case.ts';
import type { JsonObject, WireList } from '../facts.ts';
import { brokenLaws } from '../laws.ts';
import { keysOf } from '../reading.ts';
import { simulated, type SimRig } from '../rig.ts';

const isRow = (row: unknown): row is JsonObject =>
  typeof row === 'object' && row !== null && !Array.isArray(row);

/** Serves the real answer of a list with its rows changed, and reads it. */
async function readChanged(rig: SimRig, list: WireList, change: (rows: unknown[]) => void) {
  const body = await list.body(rig.sim.emulator);
  change(list.rows(body));
  rig.sim.emulator.faults.set('rows', {
    match: list.match,
    effect: { kind: 'garbage', body: JSON.stringify(body) },
  });
  try {
    return await list.read(rig.reconnect());
  } finally {
    rig.sim.emulator.faults.clear();
  }
}

async function forEachList(
  target: Target,
  run: (rig: SimRig, list: WireList) => Promise<void>,
): Promise<void> {
  const rig = simulated(await target.start({ jobs: 15 }));
  for (const list of await rig.sim.facts.wireLists(rig)) await run(rig, list);
}

/** Paths to every member of a value, objects and lists alike. */
function pathsOf(value: unknown, at: readonly (string | number)[] = []): (readonly (string | number)[])[] {
  if (typeof value !== 'object' || value === null) return [at];
  const inside = Object.entries(value).flatMap(([name, member]) => pathsOf(member, [...at, name]));
  return at.length === 0 ? inside : [at, ...inside];
}

function replaceAt(value: unknown, path: readonly (string | number)[], by: unknown): void {
  const owner = path.slice(0, -1).reduce<unknown>((from, name) => (from as JsonObject)[name], value);
  (owner as JsonObject)[path.at(-1)!] = by;
}

export const oddRows: Topic = {
  name: 'odd rows',
  cases: [
    {
      name: 'one that cannot be read is dropped and counted, the others stay',
      everyVersion: true,
      async run(target) {
        await forEachList(target, async (rig, list) => {
          const whole = await list.read(rig);
          const body = await list.body(rig.sim.emulator);
          const count = list.rows(body).length;
          const damaged = await readChanged(rig, list, (rows) => {
            list.breakRow(rows[Math.floor(rows.length / 2)] as JsonObject);
          });
          expect([list.kind, damaged.dropped.count]).toEqual([list.kind, 1]);
          expect(damaged.dropped.reasons).toHaveLength(1);
          expect(damaged.records.length).toBeLessThan(whole.records.length);
          // One row may be several records (a pool and its slots), and never more than its own go.
          if (whole.records.length === count) expect(damaged.records.length).toBe(count - 1);
          const known = keysOf(whole.records);
          expect(keysOf(damaged.records).filter((key) => !known.includes(key))).toEqual([]);
        });
      },
    },
    {
      name: 'rows that are no objects are dropped and counted',
      async run(target) {
        await forEachList(target, async (rig, list) => {
          const whole = await list.read(rig);
          const damaged = await readChanged(rig, list, (rows) => rows.push(null, 7, 'x', [], true));
          expect([list.kind, damaged.dropped.count]).toEqual([list.kind, 5]);
          expect(keysOf(damaged.records)).toEqual(keysOf(whole.records));
        });
      },
    },
    {
      name: 'why a row was dropped says nothing of what is in it',
      async run(target) {
        await forEachList(target, async (rig, list) => {
          const { dropped } = await readChanged(rig, list, (rows) => {
            for (const row of rows.filter(isRow)) list.breakRow(row);
          });
          expect(dropped.count).toBeGreaterThan(0);
          const values = list.rows(await list.body(rig.sim.emulator)).flatMap((row) => JSON.stringify(row).match(/[0-9a-f-]{20,}/g) ?? []); // prettier-ignore
          for (const value of values) expect(dropped.reasons.join()).not.toContain(value);
        });
      },
    },
    {
      name: 'a state nobody knows is UNKNOWN, never an end, and its word is kept',
      everyVersion: true,
      async run(target) {
        await forEachList(target, async (rig, list) => {
          const { records, dropped } = await readChanged(rig, list, (rows) => {
            for (const row of rows.filter(isRow)) list.setUnknownState(row);
          });
          expect(dropped.count).toBe(0);
          const own = records.filter((record) => 'status' in record && /^(?:daydreaming|77)$/i.test(record.status.raw.value)); // prettier-ignore
          expect(own.length).toBeGreaterThan(0);
          for (const record of own) {
            expect(record).toMatchObject({ status: { state: 'UNKNOWN' } });
            if ('endedAt' in record) expect(record.endedAt).toBeNull();
            expect(brokenLaws(record, rig.provider)).toEqual([]);
          }
        });
      },
    },
    {
      name: 'members nobody knows change nothing',
      everyVersion: true,
      async run(target) {
        await forEachList(target, async (rig, list) => {
          const whole = await list.read(rig);
          const odd = await readChanged(rig, list, (rows) => {
            for (const row of rows.filter(isRow))
              Object.assign(row, { NewMember: [{ deep: 1 }], another: 'x' });
          });
          expect(odd).toEqual(whole);
        });
      },
    },
    {
      name: 'any member of any type never breaks more than its row',
      async run(target) {
        await forEachList(target, async (rig, list) => {
          const sample = list.rows(await list.body(rig.sim.emulator));
          const rowAndPath = fc
            .nat(Math.min(sample.length, 6) - 1)
            .chain((row) => fc.constantFrom(...pathsOf(sample[row])).map((path) => ({ row, path })));
          const value = fc.oneof(
            fc.constantFrom(
              null,
              0,
              -1,
              1e300,
              '',
              'x',
              [],
              {},
              true,
              '0001-01-01T00:00:00Z',
              '\0',
              '\ud800',
              '..',
            ),
            fc.jsonValue({ maxDepth: 1 }),
          );
          await fc.assert(
            fc.asyncProperty(rowAndPath, value, async ({ row, path }, by) => {
              const answer = await readChanged(rig, list, (rows) => replaceAt(rows[row], path, by)).catch(
                (error: unknown) => error,
              );
              // Where the service would break its own promise on order, nothing that was sent can be relied on.
              if (answer instanceof Error) {
                expect(answer).toMatchObject({ code: 'PROVIDER_PROTOCOL' });
                return;
              }
              const { records, dropped } = answer as Awaited<ReturnType<WireList['read']>>;
              expect(dropped.count).toBeLessThanOrEqual(1);
              expect(records.flatMap((record) => brokenLaws(record, rig.provider))).toEqual([]);
            }),
            { numRuns: 70 },
          );
        });
      },
    },
  ],
};
