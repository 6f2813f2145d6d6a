import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { Pace } from './pace.ts';

it('lets a few begin at once, and the others turn by turn and in order', async () => {
  const pace = new Pace();
  const begun: number[] = [];
  const begin = async (i: number): Promise<void> => {
    await pace.turn();
    begun.push(i);
  };
  const all = Array.from({ length: 30 }, (_, i) => begin(i));
  await Promise.resolve();
  const atOnce = begun.length;
  await nextTurn();
  const inTheFirstTurn = begun.length;
  await Promise.all(all);
  expect([atOnce, inTheFirstTurn, begun]).toEqual([8, 16, Array.from({ length: 30 }, (_, i) => i)]);
});

it('forgets who came in turns that are over', async () => {
  const pace = new Pace();
  for (let i = 0; i < 10; i++) {
    expect(Array.from({ length: 8 }, () => pace.turn())).toEqual(Array.from({ length: 8 }, () => null));
    await nextTurn();
  }
});
