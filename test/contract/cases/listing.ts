import { expect } from 'vitest';
import { compareOrderKeys, type Direction } from '../../../src/model/order.ts';
import { simSpec } from '../../support/sim-spec.ts';
import { forEachKind, type Topic } from '../case.ts';
import { keysOf, readPage, readPages, readRows, repeated } from '../reading.ts';
import { simulated } from '../rig.ts';

const DIRECTIONS: readonly Direction[] = ['ASC', 'DESC'];

export const listing: Topic = {
  name: 'listing',
  cases: [
    ...forEachKind((kind) => ({
      name: 'rows stand in the asked order, in both directions',
      live: true,
      everyVersion: true,
      async run(target) {
        const rig = await target.still();
        for (const direction of DIRECTIONS) {
          const rows = await readRows(rig, kind, { direction });
          for (const [i, row] of rows.entries()) {
            const next = rows[i + 1];
            if (next === undefined) break;
            expect(compareOrderKeys(row.orderKey, next.orderKey, direction)).toBeLessThan(0);
          }
        }
      },
    })),
    ...forEachKind((kind) => ({
      name: 'both directions hold the same rows, each once',
      live: true,
      async run(target) {
        const rig = await target.still();
        const [up, down] = await Promise.all(
          DIRECTIONS.map((direction) => readRows(rig, kind, { direction })),
        );
        expect(keysOf(up ?? []).toSorted()).toEqual(keysOf(down ?? []).toSorted());
        expect(repeated(keysOf(up ?? []))).toEqual([]);
        if (rig.sim !== null) expect(up).not.toEqual([]);
      },
    })),
    ...forEachKind((kind) => ({
      name: 'a limit bounds the page, and the smallest still gets on',
      live: true,
      async run(target) {
        const rig = await target.still();
        const all = await readRows(rig, kind);
        for (const limit of [1, 3]) {
          const page = await readPage(rig, kind, { limit });
          // Executions come by the parent: one may have none, and all of one cost as much as a few of them.
          if (kind !== 'execution') {
            expect(page.rows.length).toBeGreaterThanOrEqual(Math.min(1, all.length));
            expect(page.rows.length).toBeLessThanOrEqual(limit);
          }
          if (page.hasMore) expect(page.endPosition).not.toBeNull();
          expect(page.hasMore || page.rows.length === all.length).toBe(true);
        }
      },
    })),
    ...forEachKind((kind) => ({
      name: 'the end is told, and asking again after it gives nothing',
      live: true,
      everyVersion: true,
      async run(target) {
        const rig = await target.still();
        for (const direction of DIRECTIONS) {
          const pages = await readPages(rig, kind, { direction, limit: 30 });
          expect(pages.at(-1)?.hasMore).toBe(false);
          const end = pages.findLast((page) => page.endPosition !== null)?.endPosition ?? null;
          if (end === null) continue;
          const beyond = await readPage(rig, kind, { direction, after: end });
          expect(keysOf(beyond.rows)).toEqual([]);
          expect(beyond.hasMore).toBe(false);
        }
      },
    })),
    ...forEachKind(
      (kind) => ({
        name: 'a list read upwards goes on behind its end when something was added',
        async run(target) {
          const rig = simulated(await target.start({ jobs: 12 }));
          const before = await readPages(rig, kind, { direction: 'ASC' });
          const after = before.at(-1)?.endPosition ?? null;
          const job = rig.sim.site.submit(simSpec('late'));
          rig.sim.pass(20_000);
          const rows = await readRows(rig, kind, { direction: 'ASC', after });
          expect(rows.length, `the job ${job.id} was added`).toBeGreaterThan(0);
          const known = new Set(before.flatMap((page) => keysOf(page.rows)));
          expect(keysOf(rows).filter((key) => known.has(key))).toEqual([]);
        },
      }),
      ['job', 'task', 'execution'],
    ),
    {
      name: 'an empty provider has empty lists',
      everyVersion: true,
      async run(target) {
        const rig = await target.start({ jobs: 0 });
        for (const kind of ['job', 'task', 'execution'] as const) {
          const page = await readPage(rig, kind);
          expect([page.rows, page.hasMore, page.dropped.count]).toEqual([[], false, 0]);
        }
      },
    },
    {
      name: 'rows carry when they were observed, and the page the oldest of it',
      live: true,
      async run(target) {
        const rig = await target.still();
        const from = rig.clock.now();
        const page = await readPage(rig, 'job');
        expect(page.observedAt).toBeGreaterThanOrEqual(from);
        expect(page.observedAt).toBeLessThanOrEqual(rig.clock.now());
        for (const { record } of page.rows) expect(record.observedAt).toBeGreaterThanOrEqual(page.observedAt);
      },
    },
  ],
};
