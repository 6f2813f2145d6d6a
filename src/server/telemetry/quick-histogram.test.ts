import fc from 'fast-check';
import { Histogram, Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { DURATION_BUCKETS_SECONDS as BUCKETS, QuickHistogram } from './quick-histogram.ts';

it('says the same as the histogram of the library', async () => {
  const value = fc.oneof(fc.constantFrom(...BUCKETS, 0), fc.double({ min: 0, max: 60, noNaN: true }));
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.constantFrom('a', 'b"\\\n'), value), { minLength: 1 }),
      async (observed) => {
        const [own, theirs] = [new Registry(), new Registry()];
        const about = { name: 'x_seconds', help: 'X.' };
        const quick = new QuickHistogram({ ...about, buckets: BUCKETS, registry: own });
        const slow = new Histogram({ ...about, buckets: BUCKETS, labelNames: ['of'], registers: [theirs] });
        const series = new Map<string, ReturnType<QuickHistogram['series']>>();
        for (const [of, seconds] of observed) {
          if (!series.has(of)) series.set(of, quick.series({ of }));
          series.get(of)!.observe(seconds);
          slow.observe({ of }, seconds);
        }
        expect(await own.metrics()).toBe(await theirs.metrics());
        expect((await own.getMetricsAsJSON())[0]).toMatchObject({ type: 'histogram', name: 'x_seconds' });
      },
    ),
    { numRuns: 50 },
  );
});
