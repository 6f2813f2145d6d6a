import { expect } from 'vitest';
import { simSpec } from '../../support/sim-spec.ts';
import { forEachKind, type Topic } from '../case.ts';
import { keysOf, lasting, readPage, readPages, readRows, repeated } from '../reading.ts';
import { simulated } from '../rig.ts';

/** No adapter makes any of these: too short, too long, or of another shape. */
const NOT_POSITIONS = [
  '',
  ' ',
  'x',
  '\0',
  '{}',
  '[]',
  'null',
  '[null]',
  '"x"',
  '[[]]',
  '-1',
  'ä'.repeat(50_000),
];

export const walking: Topic = {
  name: 'walking',
  cases: [
    ...forEachKind((kind) => ({
      name: 'pages of 1, 2, 7 and 100 add up to one large page',
      live: true,
      everyVersion: true,
      async run(target) {
        const rig = await target.still();
        for (const direction of ['ASC', 'DESC'] as const) {
          const before = keysOf(await readRows(rig, kind, { direction }));
          const walks: string[][] = [];
          for (const limit of [1, 2, 7, 100])
            walks.push(keysOf(await readRows(rig, kind, { direction, limit })));
          const after = keysOf(await readRows(rig, kind, { direction }));
          const owed = lasting(before, after);
          for (const walk of walks) expect(walk.filter((key) => owed.includes(key as never))).toEqual(owed);
        }
      },
    })),
    ...forEachKind((kind) => ({
      name: 'resuming after every single row gives exactly the rest',
      async run(target) {
        const rig = await target.start({ jobs: 15 });
        for (const direction of ['ASC', 'DESC'] as const) {
          const rows = await readRows(rig, kind, { direction });
          for (const [i, row] of rows.entries()) {
            const rest = await readRows(rig, kind, { direction, after: row.position });
            expect(keysOf(rest), `after row ${String(i)}`).toEqual(keysOf(rows.slice(i + 1)));
          }
        }
      },
    })),
    ...forEachKind((kind) => ({
      name: 'a position outlives the adapter that made it',
      live: true,
      async run(target) {
        const rig = await target.still();
        const rows = await readRows(rig, kind);
        const middle = rows[Math.floor(rows.length / 2)];
        if (middle === undefined) return;
        const rest = await readRows(rig.reconnect(), kind, { after: middle.position });
        expect(keysOf(rest)).toEqual(keysOf(rows.slice(Math.floor(rows.length / 2) + 1)));
      },
    })),
    ...forEachKind((kind) => ({
      name: 'what is no position is an INVALID_CURSOR',
      live: true,
      async run(target) {
        const rig = await target.still();
        for (const after of NOT_POSITIONS) {
          const page = readPage(rig, kind, { after });
          await expect(page, JSON.stringify(after.slice(0, 20))).rejects.toMatchObject({
            code: 'INVALID_CURSOR',
          });
        }
      },
    })),
    ...forEachKind((kind) => ({
      name: 'a damaged position is read as one, or is an INVALID_CURSOR, and nothing else',
      async run(target) {
        const rig = await target.still();
        const [row] = await readRows(rig, kind);
        const position = row?.position ?? '';
        for (let i = 0; i < position.length; i++) {
          for (const after of [position.slice(0, i), `${position.slice(0, i)}~${position.slice(i + 1)}`]) {
            const outcome = await readPage(rig, kind, { after }).catch((error: unknown) => error);
            if (outcome instanceof Error) expect(outcome, after).toMatchObject({ code: 'INVALID_CURSOR' });
          }
        }
      },
    })),
    ...forEachKind((kind) => ({
      name: 'a filter that matches nothing still gets to the end',
      live: true,
      async run(target) {
        const rig = await target.still();
        // `readPages` holds every page to have moved on from the one before.
        const filter = kind === 'execution' ? { reasons: [] } : { namePrefix: 'no-such-name-\u2603' };
        for (const limit of [1, 100]) {
          const pages = await readPages(rig, kind, { filter, limit });
          expect(pages.at(-1)?.hasMore).toBe(false);
        }
      },
    })),
    ...forEachKind(
      (kind) => ({
        name: 'rows of one and the same moment are told apart',
        async run(target) {
          const rig = simulated(await target.start({ jobs: 3 }));
          for (let i = 0; i < 9; i++) rig.sim.site.submit(simSpec(`twin-${String(i)}`));
          rig.sim.pass(10_000);
          for (const direction of ['ASC', 'DESC'] as const) {
            const rows = await readRows(rig, kind, { direction });
            expect(rows.length).toBeGreaterThan(9);
            for (const limit of [1, 2, 4]) {
              expect(keysOf(await readRows(rig, kind, { direction, limit }))).toEqual(keysOf(rows));
            }
            for (const [i, { position }] of rows.entries()) {
              const rest = await readRows(rig, kind, { direction, after: position, limit: 3 });
              expect(keysOf(rest)).toEqual(keysOf(rows.slice(i + 1)));
            }
          }
        },
      }),
      ['job', 'task', 'execution'],
    ),
    ...forEachKind(
      (kind) => ({
        name: 'never misses and never repeats what was there all along, while jobs come and go on',
        everyVersion: true,
        async run(target) {
          for (const direction of ['ASC', 'DESC'] as const) {
            for (const limit of [1, 4, 9]) {
              const rig = simulated(await target.start({ jobs: 16, seed: 7, arrivalMs: 20_000 }));
              const before = keysOf(await readRows(rig, kind, { direction }));
              let step = 0;
              const pages = await readPages(rig, kind, { direction, limit }, () => {
                step += 1;
                // Upwards the list grows at the end that is read towards: it has to be let come to one.
                if (step > 40) return;
                rig.sim.site.submit(simSpec(`walk-${String(step)}`));
                rig.sim.pass(700);
              });
              const seen = pages.flatMap((page) => keysOf(page.rows));
              const after = keysOf(await readRows(rig, kind, { direction }));
              expect(repeated(seen)).toEqual([]);
              const missed = lasting(before, after).filter((key) => !seen.includes(key));
              expect(missed, `${direction}, ${String(limit)} at a time`).toEqual([]);
            }
          }
        },
      }),
      ['job', 'task', 'execution'],
    ),
  ],
};
