import { expect, it } from 'vitest';
import { Turnstile } from './turnstile.ts';

it('lets so many in at once, so many wait, and turns the others away', async () => {
  const turnstile = new Turnstile({ atOnce: 2, maxWaiting: 2 });
  const leave: (() => void)[] = [];
  let inside = 0;
  let most = 0;
  const work = async (): Promise<string> => {
    inside += 1;
    most = Math.max(most, inside);
    await new Promise<void>((resolve) => void leave.push(resolve));
    inside -= 1;
    return 'done';
  };
  const all = Array.from({ length: 5 }, () => turnstile.pass(work));
  expect(await all[4]).toBeNull();
  expect(inside).toBe(2);
  while (leave.length > 0) {
    leave.shift()?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(await Promise.all(all)).toEqual(['done', 'done', 'done', 'done', null]);
  expect(most).toBe(2);
  await expect(turnstile.pass(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await turnstile.pass(() => Promise.resolve('again'))).toBe('again');
});
