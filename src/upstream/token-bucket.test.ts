import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { epochMs } from '../model/time.ts';
import { TokenBucket } from './token-bucket.ts';

const rate = fc.record({
  perSecond: fc.integer({ min: 1, max: 200 }),
  burst: fc.integer({ min: 1, max: 50 }),
});
const gaps = fc.array(fc.integer({ min: -50, max: 500 }), { maxLength: 300 });

describe('TokenBucket', () => {
  it('begins full and refills evenly', () => {
    const bucket = new TokenBucket({ perSecond: 10, burst: 2 }, epochMs(0));
    expect([bucket.take(epochMs(0)), bucket.take(epochMs(0)), bucket.take(epochMs(0))]).toEqual([
      true,
      true,
      false,
    ]);
    expect(bucket.waitMs(1, epochMs(0))).toBe(100);
    expect(bucket.waitMs(3, epochMs(0))).toBe(300);
    expect(bucket.take(epochMs(99))).toBe(false);
    expect(bucket.take(epochMs(100))).toBe(true);
  });

  it('never gives more than burst plus rate times time, in any stretch', () => {
    fc.assert(
      fc.property(rate, gaps, (rate, gaps) => {
        let now = 0;
        const bucket = new TokenBucket(rate, epochMs(now));
        const taken: number[] = [];
        for (const gap of gaps) {
          now += Math.max(0, gap);
          if (bucket.take(epochMs(now))) taken.push(now);
        }
        for (let from = 0; from < taken.length; from += 7) {
          for (let to = from; to < taken.length; to += 5) {
            const ms = (taken[to] ?? 0) - (taken[from] ?? 0);
            expect(to - from + 1).toBeLessThanOrEqual(rate.burst + (ms * rate.perSecond) / 1_000 + 1e-6);
          }
        }
      }),
    );
  });

  it('has a token after the wait it told, and none a millisecond and a bit before', () => {
    fc.assert(
      fc.property(rate, fc.integer({ min: 0, max: 100 }), (rate, takes) => {
        const bucket = new TokenBucket(rate, epochMs(0));
        for (let i = 0; i < takes; i++) bucket.take(epochMs(0));
        const waitMs = bucket.waitMs(1, epochMs(0));
        const early = waitMs > 1 && bucket.take(epochMs(waitMs - 1));
        expect(early).toBe(false);
        expect(bucket.take(epochMs(waitMs))).toBe(true);
      }),
    );
  });

  it('gives nothing for a clock that jumps back and forth', () => {
    const bucket = new TokenBucket({ perSecond: 1, burst: 1 }, epochMs(10_000));
    bucket.take(epochMs(10_000));
    expect(bucket.take(epochMs(5_000))).toBe(false);
    expect(bucket.take(epochMs(5_500))).toBe(false);
  });
});
