import { expect } from 'vitest';
import { CLOUD, LAB, type Topic } from '../case.ts';
import { changes, entriesOf, namesOf, numbers } from '../events.ts';

export const restarts: Topic = {
  name: 'a restart',
  cases: [
    {
      name: 'a log that keeps nothing begins a new epoch, and answers old positions with EPOCH',
      keeps: false,
      async run(target) {
        const first = await target.start();
        const { epoch } = await first.log.open(LAB);
        await first.log.append(LAB, changes(LAB, 3));
        const { log } = await first.restart();
        const window = await log.open(LAB);
        expect(window).toMatchObject({ firstSeq: 1, lastSeq: 0 });
        expect(window.epoch).not.toBe(epoch);
        expect(await log.read(LAB, { epoch, seq: 3 }, 9)).toEqual({ outcome: 'GAP', reason: 'EPOCH' });
      },
    },
    {
      name: 'a log that keeps goes on where it was',
      keeps: true,
      async run(target) {
        const first = await target.start();
        const { epoch } = await first.log.open(LAB);
        const appended = await first.log.append(LAB, changes(LAB, 3));
        const before = first.log.window(LAB);
        const { log } = await first.restart();
        expect(log.window(LAB)).toBeNull();
        expect(await log.open(LAB)).toEqual(before);
        expect(entriesOf(await log.read(LAB, { epoch, seq: 0 }, 9))).toEqual(appended);
        const [entry] = await log.append(LAB, changes(LAB, 1, 4));
        expect(entry?.position).toEqual({ epoch, seq: 4 });
        expect(await log.read(LAB, { epoch, seq: 5 }, 9)).toEqual({ outcome: 'GAP', reason: 'AHEAD' });
      },
    },
    {
      name: 'a log that keeps does so many times, for each partition, and through new epochs',
      keeps: true,
      async run(target) {
        let started = await target.start({ retention: { events: 12 } });
        const cloud = await started.log.open(CLOUD);
        await started.log.append(CLOUD, changes(CLOUD, 2));
        let { epoch } = await started.log.open(LAB);
        for (let round = 0; round < 6; round += 1) {
          await started.log.append(LAB, changes(LAB, 8, 1 + 8 * (round % 2)));
          started = await started.restart();
          await started.log.open(CLOUD);
          const { firstSeq, lastSeq } = await started.log.open(LAB);
          const read = await started.log.read(LAB, { epoch, seq: firstSeq - 1 }, 99);
          expect(lastSeq).toBe(8 * (1 + (round % 2)));
          expect(namesOf(entriesOf(read))).toEqual(numbers(firstSeq, lastSeq));
          if (round % 2 === 1) ({ epoch } = await started.log.breakEpoch(LAB));
        }
        const kept = await started.log.read(CLOUD, { epoch: cloud.epoch, seq: 0 }, 9);
        expect(namesOf(entriesOf(kept))).toEqual(['1', '2']);
      },
    },
    {
      name: 'what had been trimmed is TRIMMED or served, and never another event',
      keeps: true,
      async run(target) {
        const first = await target.start({ retention: { events: 10 } });
        const { epoch } = await first.log.open(LAB);
        for (let from = 1; from <= 40; from += 1) await first.log.append(LAB, changes(LAB, 1, from));
        const { log } = await first.restart();
        const { firstSeq, lastSeq } = await log.open(LAB);
        expect(lastSeq - firstSeq + 1).toBeLessThanOrEqual(10);
        expect(await log.read(LAB, { epoch, seq: 0 }, 99)).toEqual({ outcome: 'GAP', reason: 'TRIMMED' });
        expect(namesOf(entriesOf(await log.read(LAB, { epoch, seq: firstSeq - 1 }, 99)))).toEqual(
          numbers(firstSeq, 40),
        );
      },
    },
  ],
};
