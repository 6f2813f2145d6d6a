import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomOf } from './prng.ts';

describe('seeded randomness', () => {
  it('repeats for the same names and differs for others', () => {
    const draw = (...parts: (string | number)[]): string => randomOf(1, ...parts).uuid();
    expect(draw('job', 12)).toBe(draw('job', 12));
    const others = [
      draw('job', 12),
      draw('job', 1, 2),
      draw('job1', 2),
      draw('node', 12),
      randomOf(2, 'job', 12).uuid(),
    ];
    expect(new Set(others).size).toBe(others.length);
  });

  it('stays in its bounds', () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.string(),
        fc.integer({ min: -50, max: 50 }),
        fc.nat(100),
        (seed, name, min, span) => {
          const random = randomOf(seed, name);
          for (let i = 0; i < 20; i++) {
            const value = random.int(min, min + span);
            expect(value).toBeGreaterThanOrEqual(min);
            expect(value).toBeLessThanOrEqual(min + span);
            expect(random.exponential(1000)).toBeLessThanOrEqual(6000);
          }
          expect(random.uuid()).toMatch(
            /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
          );
        },
      ),
    );
  });

  it('is spread evenly, and independent between neighbours', () => {
    const buckets = Array.from({ length: 10 }, () => 0);
    for (let id = 0; id < 20_000; id++) {
      const bucket = Math.floor(randomOf(7, 'entity', id).next() * 10);
      buckets[bucket] = (buckets[bucket] ?? 0) + 1;
    }
    for (const count of buckets) expect(Math.abs(count - 2000)).toBeLessThan(200);
    const uuids = new Set(Array.from({ length: 20_000 }, (_, id) => randomOf(7, 'entity', id).uuid()));
    expect(uuids.size).toBe(20_000);
  });

  it('picks by weight', () => {
    const random = randomOf(3, 'weights');
    const picks = Array.from({ length: 4000 }, () =>
      random.weighted([
        [3, 'often'],
        [1, 'seldom'],
        [0, 'never'],
      ]),
    );
    const often = picks.filter((pick) => pick === 'often').length;
    expect(often).toBeGreaterThan(2850);
    expect(often).toBeLessThan(3150);
    expect(picks).not.toContain('never');
  });
});
