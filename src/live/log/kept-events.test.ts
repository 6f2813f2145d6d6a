import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { epochMs } from '../../model/time.ts';
import type { PartitionKey } from '../event-log.ts';
import { change } from '../../../test/live-log/events.ts';
import { KeptEvents } from './kept-events.ts';

const KEYS = ['a', 'b', 'c'] as PartitionKey[];

interface Batch {
  readonly to: number;
  readonly sizes: readonly number[];
}

const batches = fc.array(
  fc.record({
    to: fc.nat(2),
    sizes: fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 6 }),
  }),
  { maxLength: 60 },
);

/** The rule, said with plain arrays: as long as there is too much, the oldest of whoever has most goes. */
function trimmed(kept: number[][], newest: number, retention: { events: number; bytes: number }): void {
  const sum = (sizes: readonly number[]): number => sizes.reduce((total, size) => total + size, 0);
  const trim = (measure: (sizes: readonly number[]) => number, limit: number): void => {
    while (sum(kept.map(measure)) > limit) {
      const free = kept.filter((sizes, index) => sizes.length > (index === newest ? 1 : 0));
      const largest = free.toSorted((a, b) => measure(b) - measure(a))[0];
      if (largest === undefined) return;
      largest.shift();
    }
  };
  trim((sizes) => sizes.length, retention.events);
  trim(sum, retention.bytes);
}

describe('retention over all partitions', () => {
  it('takes the oldest of whoever holds most, and never what was appended just now', () => {
    fc.assert(
      fc.property(
        batches,
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 200 }),
        (list: readonly Batch[], events, bytes) => {
          const kept = new KeptEvents({ events, bytes });
          const partitions = KEYS.map((key) => kept.add(key, 'e'));
          const model: number[][] = KEYS.map(() => []);
          for (const { to, sizes } of list) {
            const partition = partitions[to];
            const key = KEYS[to];
            if (partition === undefined || key === undefined) throw new Error('No such partition.');
            kept.append(
              partition,
              sizes.map((size) => ({ event: change(key, 'x'), at: epochMs(0), bytes: size })),
            );
            model[to]?.push(...sizes);
            trimmed(model, to, { events, bytes });
            expect(partitions.map((one) => one.events)).toEqual(model.map((sizes) => sizes.length));
            expect(partitions.map((one) => one.bytes)).toEqual(
              model.map((sizes) => sizes.reduce((total, size) => total + size, 0)),
            );
          }
        },
      ),
    );
  });

  it('leaves a quiet partition alone while another is busy', () => {
    const kept = new KeptEvents({ events: 10, bytes: 1_000_000 });
    const [quiet, busy] = ['quiet', 'busy'].map((key) => kept.add(key as PartitionKey, 'e'));
    if (quiet === undefined || busy === undefined) throw new Error('No partitions.');
    const arrivals = (count: number) =>
      Array.from({ length: count }, () => ({ event: change(quiet.key, 'x'), at: epochMs(0), bytes: 1 }));
    kept.append(quiet, arrivals(3));
    for (let i = 0; i < 100; i += 1) kept.append(busy, arrivals(7));
    expect(quiet.window).toMatchObject({ firstSeq: 1, lastSeq: 3 });
    expect(busy.window).toMatchObject({ firstSeq: 694, lastSeq: 700 });
  });

  it('counts what a partition let go of as free', () => {
    const kept = new KeptEvents({ events: 6, bytes: 60 });
    const [first, second] = ['first', 'second'].map((key) => kept.add(key as PartitionKey, 'e'));
    if (first === undefined || second === undefined) throw new Error('No partitions.');
    const arrivals = (count: number, bytes: number) =>
      Array.from({ length: count }, () => ({ event: change(first.key, 'x'), at: epochMs(0), bytes }));
    for (const [count, bytes] of [
      [5, 1],
      [2, 30],
    ] as const) {
      // prettier-ignore
      kept.append(first, arrivals(count, bytes));
      kept.restart(first, 'another');
      kept.append(second, arrivals(count, bytes));
      expect(second).toMatchObject({ events: count, bytes: count * bytes });
      kept.restart(second, 'another');
    }
  });
});
