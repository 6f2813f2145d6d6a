import fc from 'fast-check';
import { expect, it } from 'vitest';
import { TokenBuckets, type BucketSize } from '../../src/server/limits/token-buckets.ts';
import { HandClock } from '../auth/clock.ts';

const SIZE = fc.record({
  capacity: fc.integer({ min: 1, max: 50 }),
  perSecond: fc.double({ min: 0.01, max: 200, noNaN: true }),
});
const STEPS = fc.array(
  fc.record({
    afterMs: fc.integer({ min: -2_000, max: 5_000 }),
    amount: fc.integer({ min: 1, max: 60 }),
    name: fc.constantFrom('a', 'b', 'c'),
  }),
  { maxLength: 200 },
);
/** For what rounding makes of a sum of many parts. */
const SLACK = 1e-6;

it('never gives more than the burst and what came back meanwhile, in any stretch of time', () => {
  fc.assert(
    fc.property(SIZE, STEPS, (size, steps) => {
      const clock = new HandClock();
      const buckets = new TokenBuckets(clock);
      const taken: { readonly name: string; readonly at: number; readonly amount: number }[] = [];
      // What has passed; a clock that is set back gives nothing when it catches up, and is no time.
      let passed = 0;
      for (const { afterMs, amount, name } of steps) {
        clock.pass(afterMs);
        passed += Math.max(0, afterMs);
        const wanted = Math.min(amount, size.capacity);
        if (buckets.take(name, wanted, size) === 0) taken.push({ name, at: passed, amount: wanted });
      }
      for (const name of ['a', 'b', 'c']) {
        const own = taken.filter((one) => one.name === name);
        for (const [i, { at: from }] of own.entries()) {
          let sum = 0;
          for (const { at, amount } of own.slice(i)) {
            sum += amount;
            const most = size.capacity + ((at - from) * size.perSecond) / 1_000;
            expect(sum).toBeLessThanOrEqual(most + SLACK);
          }
        }
      }
    }),
  );
});

it('says how long to wait: not then is too early, then is enough', () => {
  fc.assert(
    fc.property(SIZE, fc.array(fc.integer({ min: 1, max: 50 }), { maxLength: 30 }), (size, amounts) => {
      const clock = new HandClock();
      const buckets = new TokenBuckets(clock);
      for (const amount of amounts) {
        const wanted = Math.min(amount, size.capacity);
        const waitMs = buckets.take('a', wanted, size);
        if (waitMs === 0) continue;
        expect(Number.isSafeInteger(waitMs)).toBe(true);
        // One more for what rounding may leave missing.
        clock.pass(waitMs + 1);
        expect(buckets.take('a', wanted, size)).toBe(0);
      }
    }),
  );
});

it('is fair: whoever keeps to the rate gets through, whatever another does', () => {
  const flood = fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 1, maxLength: 50 });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }), flood, (perSecond, storms) => {
      const clock = new HandClock();
      const buckets = new TokenBuckets(clock);
      const size: BucketSize = { capacity: 1, perSecond };
      for (const storm of storms) {
        for (let i = 0; i < storm; i++) buckets.take('flood', 1, size);
        expect(buckets.take('steady', 1, size)).toBe(0);
        clock.pass(Math.ceil(1_000 / perSecond) + 1);
      }
    }),
  );
});

it('never holds more than its capacity, whatever is given back', () => {
  const clock = new HandClock();
  const buckets = new TokenBuckets(clock);
  const size: BucketSize = { capacity: 5, perSecond: 1 };
  buckets.take('a', 2, size);
  buckets.giveBack('a', 1_000, size);
  expect(buckets.take('a', 5, size)).toBe(0);
  expect(buckets.take('a', 1, size)).toBe(1_000);
  expect(buckets.take('a', 5, { capacity: 5, perSecond: 1 / 60 })).toBe(300_000);
});

it('remembers a bounded number of names, and forgets the one that was quiet for longest', () => {
  const buckets = new TokenBuckets(new HandClock(), 100);
  const size: BucketSize = { capacity: 1, perSecond: 0.001 };
  for (let i = 0; i < 10_000; i++) buckets.take(`network:${String(i)}`, 1, size);
  expect(buckets.size).toBe(100);
  expect(buckets.take('network:9999', 1, size)).toBeGreaterThan(0);
  expect(buckets.take('network:0', 1, size)).toBe(0);
});
