import { expect, it } from 'vitest';
import { HandClock } from '../../../test/auth/clock.ts';
import { AttemptLimit, networkOf } from './attempt-limit.ts';

it('lets a burst through, then one at a time, and counts by name', () => {
  const clock = new HandClock();
  const limit = new AttemptLimit({ burst: 3, refillMs: 1_000 }, clock);
  const take = (name = 'a'): number => limit.take(name);
  expect([take(), take(), take(), take()]).toEqual([0, 0, 0, 1_000]);
  expect(take('b')).toBe(0);
  clock.pass(400);
  expect(take()).toBe(600);
  clock.pass(600);
  expect([take(), take()]).toEqual([0, 1_000]);
  limit.giveBack('a');
  expect([take(), take()]).toEqual([0, 1_000]);
  clock.pass(1_000_000);
  expect([take(), take(), take(), take()]).toEqual([0, 0, 0, 1_000]);
});

it('is not taken in by a clock that is set back', () => {
  const clock = new HandClock();
  const limit = new AttemptLimit({ burst: 1, refillMs: 1_000 }, clock);
  expect(limit.take('a')).toBe(0);
  clock.pass(-1_000_000);
  expect(limit.take('a')).toBe(1_000);
  clock.pass(1_000);
  expect(limit.take('a')).toBe(0);
});

it.each([
  ['10.0.0.1', '10.0.0.1'],
  ['::ffff:10.0.0.1', '10.0.0.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
  ['2001:DB8:1:2::1', '2001:db8:1:2'],
  ['2001:db8::1', '2001:db8:0:0'],
  ['fe80::1%eth0', 'fe80:0:0:0'],
  ['::1', '0:0:0:0'],
  ['', ''],
])('takes %s for a caller of %s', (address, network) => {
  expect(networkOf(address)).toBe(network);
});
