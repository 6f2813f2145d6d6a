import { expect } from 'vitest';
import type { EventLog, PartitionWindow } from '../../../src/live/event-log.ts';
import { LAB, type Topic } from '../case.ts';
import { changes, entriesOf, namesOf, numbers } from '../events.ts';

function windowOf(log: EventLog): PartitionWindow {
  const window = log.window(LAB);
  if (window === null) throw new Error('The partition is not open.');
  return window;
}

export const trimming: Topic = {
  name: 'the window',
  cases: [
    {
      name: 'the retention is told, with defaults for what is not set',
      async run(target) {
        expect((await target.start()).log.retention).toEqual({ events: 10_000, bytes: 32 * 1024 * 1024 });
        const { log } = await target.start({ retention: { events: 7 } });
        expect(log.retention).toEqual({ events: 7, bytes: 32 * 1024 * 1024 });
      },
    },
    {
      name: 'no more events are kept than the retention says, and the newest stay',
      async run(target) {
        const { log } = await target.start({ retention: { events: 10 } });
        const { epoch } = await log.open(LAB);
        for (let from = 1; from <= 100; from += 4) await log.append(LAB, changes(LAB, 4, from));
        const { firstSeq, lastSeq, oldestAt } = windowOf(log);
        expect(lastSeq).toBe(100);
        expect(firstSeq).toBe(91);
        const entries = entriesOf(await log.read(LAB, { epoch, seq: firstSeq - 1 }, 100));
        expect(namesOf(entries)).toEqual(numbers(91, 100));
        expect(oldestAt).toBe(entries[0]?.at);
      },
    },
    {
      name: 'what has left the window is TRIMMED; the position right before it is served',
      async run(target) {
        const { log } = await target.start({ retention: { events: 5 } });
        const { epoch } = await log.open(LAB);
        await log.append(LAB, changes(LAB, 20));
        const { firstSeq } = windowOf(log);
        expect(firstSeq).toBeGreaterThan(2);
        for (let seq = 0; seq < firstSeq - 1; seq += 1) {
          expect(await log.read(LAB, { epoch, seq }, 10)).toEqual({ outcome: 'GAP', reason: 'TRIMMED' });
        }
        for (let seq = firstSeq - 1; seq <= 20; seq += 1) {
          expect(namesOf(entriesOf(await log.read(LAB, { epoch, seq }, 100)))).toEqual(numbers(seq + 1, 20));
        }
      },
    },
    {
      name: 'no more bytes are kept than the retention says, once there is more than one event',
      async run(target) {
        const { log } = await target.start({ retention: { bytes: 8_192 } });
        const { epoch } = await log.open(LAB);
        for (let from = 1; from <= 60; from += 1) {
          await log.append(LAB, changes(LAB, 1, from));
          const { bytes, firstSeq, lastSeq } = windowOf(log);
          expect(lastSeq).toBe(from);
          expect(bytes).toBeGreaterThan(0);
          if (lastSeq > firstSeq) expect(bytes).toBeLessThanOrEqual(8_192);
        }
        const { firstSeq } = windowOf(log);
        expect(firstSeq).toBeGreaterThan(1);
        expect(namesOf(entriesOf(await log.read(LAB, { epoch, seq: firstSeq - 1 }, 99)))).toEqual(
          numbers(firstSeq, 60),
        );
      },
    },
    {
      name: 'the newest event is kept even when it is larger than everything allowed',
      async run(target) {
        const { log } = await target.start({ retention: { bytes: 10 } });
        const { epoch } = await log.open(LAB);
        await log.append(LAB, changes(LAB, 1));
        await log.append(LAB, changes(LAB, 3, 2));
        expect(windowOf(log)).toMatchObject({ firstSeq: 4, lastSeq: 4 });
        expect(namesOf(entriesOf(await log.read(LAB, { epoch, seq: 3 }, 9)))).toEqual(['4']);
      },
    },
    {
      name: 'a retention that makes no sense is refused',
      async run(target) {
        for (const events of [0, -1, 1.5, Number.NaN]) {
          await expect(target.start({ retention: { events } })).rejects.toMatchObject({
            code: 'INVALID_ARGUMENT',
          });
        }
      },
    },
  ],
};
