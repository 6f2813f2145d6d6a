import { describe, expect, it } from 'vitest';
import { jobRecord, change } from '../../../test/live-log/events.ts';
import type { PartitionKey } from '../event-log.ts';
import { estimateBytes } from './measure.ts';

describe('estimateBytes', () => {
  it('is within a tenth of the length of the JSON', () => {
    const lab = 'lab' as PartitionKey;
    const labels = Array.from({ length: 20 }, (_, index) => ({
      key: `team-${String(index)}`,
      value: 'research',
    }));
    for (const event of [
      change(lab, 'training run'),
      { ...change(lab, 'x'.repeat(3_000)), before: jobRecord(lab, 'before') },
      { ...change(lab, 'y'), record: { ...jobRecord(lab, 'y'), labels } },
    ]) {
      const { length } = JSON.stringify(event);
      expect(estimateBytes(event)).toBeGreaterThan(length * 0.9);
      expect(estimateBytes(event)).toBeLessThan(length * 1.1);
    }
  });
});
