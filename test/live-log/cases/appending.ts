import { expect } from 'vitest';
import { CLOUD, LAB, type Topic } from '../case.ts';
import { change, changes, entriesOf, namesOf, numbers, tombstone } from '../events.ts';

export const appending: Topic = {
  name: 'appending and reading',
  cases: [
    {
      name: 'a partition begins empty, before its first event',
      async run(target) {
        const { log } = await target.start();
        expect(log.window(LAB)).toBeNull();
        const window = await log.open(LAB);
        expect(window).toMatchObject({ firstSeq: 1, lastSeq: 0, oldestAt: null, bytes: 0 });
        expect(window.epoch).toMatch(/^[A-Za-z0-9_-]{1,40}$/);
        expect(log.window(LAB)).toEqual(window);
        expect(entriesOf(await log.read(LAB, { epoch: window.epoch, seq: 0 }, 10))).toEqual([]);
      },
    },
    {
      name: 'opening again, or twice at once, changes nothing',
      async run(target) {
        const { log } = await target.start();
        const [first, second] = await Promise.all([log.open(LAB), log.open(LAB)]);
        expect(second).toEqual(first);
        await log.append(LAB, changes(LAB, 2));
        expect(await log.open(LAB)).toMatchObject({ epoch: first.epoch, firstSeq: 1, lastSeq: 2 });
      },
    },
    {
      name: 'entries are numbered from 1 without holes, and say when they were appended',
      async run(target) {
        const { log } = await target.start();
        const { epoch } = await log.open(LAB);
        const startedAt = Date.now();
        const entries = [
          ...(await log.append(LAB, changes(LAB, 2))),
          ...(await log.append(LAB, [tombstone(LAB, '3')])),
        ];
        expect(entries.map((entry) => entry.position)).toEqual([1, 2, 3].map((seq) => ({ epoch, seq })));
        for (const entry of entries) {
          expect(entry.partition).toBe(LAB);
          expect(entry.at).toBeGreaterThanOrEqual(startedAt);
          expect(entry.at).toBeLessThanOrEqual(Date.now());
        }
        expect(log.window(LAB)).toMatchObject({ epoch, firstSeq: 1, lastSeq: 3, oldestAt: entries[0]?.at });
        expect(log.window(LAB)?.bytes).toBeGreaterThan(0);
      },
    },
    {
      name: 'what is read is what was appended, word for word',
      async run(target) {
        const { log } = await target.start();
        const { epoch } = await log.open(LAB);
        const odd = ['a\nb\r\n', '"}{', '\u2028\u0000\u007f', 'Zürich 東京 🚀', '\\u0041', ' '];
        const appended = await log.append(
          LAB,
          odd.map((name) => change(LAB, name)),
        );
        const read = entriesOf(await log.read(LAB, { epoch, seq: 0 }, 100));
        expect(read).toEqual(appended);
        expect(namesOf(read)).toEqual(odd);
      },
    },
    {
      name: 'appending nothing adds nothing',
      async run(target) {
        const { log } = await target.start();
        const before = await log.open(LAB);
        expect(await log.append(LAB, [])).toEqual([]);
        expect(log.window(LAB)).toEqual(before);
      },
    },
    {
      name: 'a position is exclusive, and a limit takes the oldest',
      async run(target) {
        const { log } = await target.start();
        const { epoch } = await log.open(LAB);
        await log.append(LAB, changes(LAB, 5));
        const read = async (seq: number, limit: number): Promise<string[]> =>
          namesOf(entriesOf(await log.read(LAB, { epoch, seq }, limit)));
        expect(await read(0, 100)).toEqual(numbers(1, 5));
        expect(await read(2, 100)).toEqual(numbers(3, 5));
        expect(await read(2, 2)).toEqual(numbers(3, 4));
        expect(await read(4, 1)).toEqual(['5']);
        expect(await read(5, 100)).toEqual([]);
        expect(await read(2, 0)).toEqual([]);
      },
    },
    {
      name: 'partitions know nothing of each other',
      async run(target) {
        const { log } = await target.start();
        const lab = await log.open(LAB);
        const cloud = await log.open(CLOUD);
        expect(cloud.epoch).not.toBe(lab.epoch);
        await log.append(LAB, changes(LAB, 3));
        const [entry] = await log.append(CLOUD, changes(CLOUD, 1, 100));
        expect(entry?.position).toEqual({ epoch: cloud.epoch, seq: 1 });
        expect(namesOf(entriesOf(await log.read(LAB, { epoch: lab.epoch, seq: 0 }, 9)))).toEqual(
          numbers(1, 3),
        );
        expect(namesOf(entriesOf(await log.read(CLOUD, { epoch: cloud.epoch, seq: 0 }, 9)))).toEqual(['100']);
      },
    },
    {
      name: 'appends that do not wait for each other keep the order in which they were made',
      async run(target) {
        const { log } = await target.start();
        const { epoch } = await log.open(LAB);
        const appended = await Promise.all(
          Array.from({ length: 50 }, (_, index) => log.append(LAB, changes(LAB, 2, 1 + 2 * index))),
        );
        expect(appended.flat().map((entry) => entry.position.seq)).toEqual(numbers(1, 100).map(Number));
        expect(namesOf(entriesOf(await log.read(LAB, { epoch, seq: 0 }, 1000)))).toEqual(numbers(1, 100));
      },
    },
  ],
};
