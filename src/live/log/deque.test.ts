import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Deque } from './deque.ts';

describe('Deque', () => {
  it('is an array that is cheap to take from the front of', () => {
    const steps = fc.array(
      fc.oneof(
        fc.record({ push: fc.integer({ min: 1, max: 40 }) }),
        fc.record({ shift: fc.integer({ min: 1, max: 60 }) }),
        fc.record({ at: fc.nat(100), count: fc.nat(20) }),
        { weight: 1, arbitrary: fc.constant({ clear: true }) },
      ),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(steps, (list) => {
        const deque = new Deque<number>();
        let model: number[] = [];
        let next = 0;
        for (const step of list) {
          if ('push' in step)
            for (let i = 0; i < step.push; i += 1) model.push((deque.push((next += 1)), next));
          else if ('shift' in step)
            for (let i = 0; i < step.shift; i += 1) expect(deque.shift()).toBe(model.shift());
          else if ('at' in step) {
            expect(deque.at(step.at)).toBe(model[step.at]);
            expect(deque.slice(step.at, step.count)).toEqual(model.slice(step.at, step.at + step.count));
          } else {
            deque.clear();
            model = [];
          }
          expect(deque.length).toBe(model.length);
        }
      }),
    );
  });
});
