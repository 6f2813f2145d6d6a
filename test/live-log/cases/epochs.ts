import { expect } from 'vitest';
import { CLOUD, LAB, type Topic } from '../case.ts';
import { changes, entriesOf, namesOf } from '../events.ts';

export const epochs: Topic = {
  name: 'epochs',
  cases: [
    {
      name: 'a new epoch begins empty, from 1, and positions of the old one are EPOCH',
      async run(target) {
        const { log } = await target.start();
        const old = await log.open(LAB);
        await log.append(LAB, changes(LAB, 3));
        const window = await log.breakEpoch(LAB);
        expect(window).toMatchObject({ firstSeq: 1, lastSeq: 0, oldestAt: null, bytes: 0 });
        expect(window.epoch).not.toBe(old.epoch);
        expect(log.window(LAB)).toEqual(window);
        for (const seq of [0, 2, 3, 4]) {
          const answer = await log.read(LAB, { epoch: old.epoch, seq }, 10);
          expect(answer).toEqual({ outcome: 'GAP', reason: 'EPOCH' });
        }
        const [entry] = await log.append(LAB, changes(LAB, 1, 4));
        expect(entry?.position).toEqual({ epoch: window.epoch, seq: 1 });
        const read = await log.read(LAB, { epoch: window.epoch, seq: 0 }, 10);
        expect(namesOf(entriesOf(read))).toEqual(['4']);
      },
    },
    {
      name: 'a new epoch of one partition leaves the others alone',
      async run(target) {
        const { log } = await target.start();
        await log.open(LAB);
        await log.open(CLOUD);
        await log.append(CLOUD, changes(CLOUD, 2));
        const before = log.window(CLOUD);
        await log.breakEpoch(LAB);
        expect(log.window(CLOUD)).toEqual(before);
      },
    },
    {
      name: 'no epoch comes twice',
      async run(target) {
        const { log } = await target.start();
        const seen = new Set([(await log.open(LAB)).epoch]);
        for (let i = 0; i < 20; i += 1) seen.add((await log.breakEpoch(LAB)).epoch);
        expect(seen.size).toBe(21);
      },
    },
    {
      name: 'appends and new epochs that do not wait for each other happen in the order asked for',
      async run(target) {
        const { log } = await target.start();
        const first = await log.open(LAB);
        const [before, window, after] = await Promise.all([
          log.append(LAB, changes(LAB, 2)),
          log.breakEpoch(LAB),
          log.append(LAB, changes(LAB, 1, 3)),
        ]);
        expect(before.map((entry) => entry.position.epoch)).toEqual([first.epoch, first.epoch]);
        expect(after.map((entry) => entry.position)).toEqual([{ epoch: window.epoch, seq: 1 }]);
      },
    },
    {
      name: 'what an epoch has let go of makes room again',
      async run(target) {
        const { log } = await target.start({ retention: { events: 5 } });
        await log.open(LAB);
        await log.append(LAB, changes(LAB, 5));
        await log.breakEpoch(LAB);
        await log.append(LAB, changes(LAB, 5));
        expect(log.window(LAB)).toMatchObject({ firstSeq: 1, lastSeq: 5 });
      },
    },
  ],
};
