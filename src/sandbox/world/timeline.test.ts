import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { createTimeline } from './timeline.ts';

it('runs events by time, and those of the same time as they were planned', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(20)), fc.nat(25), (times, until) => {
      const ran: [number, number][] = [];
      const timeline = createTimeline(0, () => undefined);
      for (const [index, time] of times.entries()) timeline.at(time, () => ran.push([timeline.now, index]));
      timeline.runUntil(until);
      const due = times
        .map((time, index): [number, number] => [time, index])
        .filter(([time]) => time <= until);
      expect(ran).toEqual(due.sort(([a, i], [b, j]) => a - b || i - j));
      expect(timeline.now).toBe(until);
    }),
  );
});

it('runs what events plan, even for the past, and never goes back', () => {
  const ran: string[] = [];
  let settled = 0;
  const timeline = createTimeline(100, () => {
    settled += 1;
  });
  timeline.at(150, () => {
    ran.push(`a ${timeline.now}`);
    timeline.at(120, () => ran.push(`b ${timeline.now}`));
    timeline.at(170, () => ran.push(`c ${timeline.now}`));
  });
  timeline.runUntil(160);
  timeline.runUntil(90);
  expect([ran, timeline.now, settled]).toEqual([['a 150', 'b 150'], 160, 2]);
  timeline.runUntil(200);
  expect(ran).toEqual(['a 150', 'b 150', 'c 170']);
});
