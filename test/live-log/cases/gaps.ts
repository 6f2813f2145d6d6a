import { expect } from 'vitest';
import { CLOUD, LAB, type Topic } from '../case.ts';
import { changes } from '../events.ts';

export const gaps: Topic = {
  name: 'positions that cannot be served',
  cases: [
    {
      name: 'one of another epoch is EPOCH, wherever it points',
      async run(target) {
        const { log } = await target.start();
        await log.open(LAB);
        const other = await log.open(CLOUD);
        await log.append(LAB, changes(LAB, 2));
        for (const epoch of ['never-was', other.epoch, '']) {
          for (const seq of [0, 1, 2, 3]) {
            expect(await log.read(LAB, { epoch, seq }, 10)).toEqual({ outcome: 'GAP', reason: 'EPOCH' });
          }
        }
      },
    },
    {
      name: 'one that was never given out is AHEAD',
      async run(target) {
        const { log } = await target.start();
        const { epoch } = await log.open(LAB);
        await log.append(LAB, changes(LAB, 2));
        for (const seq of [3, 1_000, Number.MAX_SAFE_INTEGER, 0.5, -1, Number.NaN]) {
          expect(await log.read(LAB, { epoch, seq }, 10)).toEqual({ outcome: 'GAP', reason: 'AHEAD' });
        }
      },
    },
    {
      name: 'a partition that is not open is refused',
      async run(target) {
        const { log } = await target.start();
        await log.open(CLOUD);
        expect(log.window(LAB)).toBeNull();
        const refused = { code: 'INTERNAL', message: expect.stringContaining('"lab"') as string };
        await expect(log.read(LAB, { epoch: 'e', seq: 0 }, 1)).rejects.toMatchObject(refused);
        await expect(log.append(LAB, changes(LAB, 1))).rejects.toMatchObject(refused);
        await expect(log.breakEpoch(LAB)).rejects.toMatchObject(refused);
      },
    },
  ],
};
