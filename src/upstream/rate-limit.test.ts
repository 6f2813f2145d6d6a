import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  noTimersLeft,
  errorOf,
  PROVIDER,
  scripted,
  testCall,
  testClock,
  testContext,
} from '../../test/support/upstream-calls.ts';
import { epochMs } from '../model/time.ts';
import { cancellationOf } from './cancellation.ts';
import { bearerCredential } from './credential.ts';
import { path } from './path.ts';
import { rateLimit } from './rate-limit.ts';
import { own } from '../../test/support/own-credential.ts';

/** One call every 100 ms, two at once. */
function setup() {
  const next = scripted(200);
  const order: string[] = [];
  const stack = rateLimit(
    { provider: PROVIDER, clock: testClock },
    { perSecond: 10, burst: 2 },
  )((call) => {
    order.push(call.route);
    return next(call);
  });
  return { next, order, stack };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  noTimersLeft();
  vi.useRealTimers();
});

describe('rateLimit', () => {
  it('lets a burst through at once and spaces out the rest', async () => {
    const { next, stack } = setup();
    const all = Promise.all(Array.from({ length: 5 }, () => stack(testCall())));
    await vi.advanceTimersByTimeAsync(0);
    expect(next).toHaveBeenCalledTimes(2);
    await vi.advanceTimersByTimeAsync(100);
    expect(next).toHaveBeenCalledTimes(3);
    await vi.advanceTimersByTimeAsync(200);
    expect(next).toHaveBeenCalledTimes(5);
    await all;
  });

  it('refuses at once what would wait beyond its deadline, and tells how long', async () => {
    const { stack } = setup();
    await Promise.all([stack(testCall()), stack(testCall())]);
    const error = await errorOf(stack(testCall({}, testContext({ waitMs: 100 }))));
    expect(error).toMatchObject({ code: 'RATE_LIMITED', details: { provider: PROVIDER, retryAfterMs: 100 } });
    const waits = stack(testCall({}, testContext({ waitMs: 101 })));
    await vi.advanceTimersByTimeAsync(100);
    expect((await waits).status).toBe(200);
  });

  it('refuses what nobody would wait for, even if the call itself has the time', async () => {
    const { stack } = setup();
    await Promise.all([stack(testCall()), stack(testCall())]);
    const call = testCall();
    call.interest.until = epochMs(testClock.now() + 50);
    expect((await errorOf(stack(call))).code).toBe('RATE_LIMITED');
  });

  it('counts those ahead in the queue', async () => {
    const { stack } = setup();
    const all = Array.from({ length: 4 }, () => stack(testCall()));
    const error = await errorOf(stack(testCall({}, testContext({ waitMs: 250 }))));
    expect(error.details.retryAfterMs).toBe(300);
    await vi.advanceTimersByTimeAsync(200);
    await Promise.all(all);
  });

  it('serves queries before background work, else in order of arrival', async () => {
    const { order, stack } = setup();
    await Promise.all([stack(testCall()), stack(testCall())]);
    order.length = 0;
    const background = testContext({ priority: 'background' });
    const all = [
      stack(testCall({ path: path`/b1` }, background)),
      stack(testCall({ path: path`/b2` }, background)),
      stack(testCall({ path: path`/q1` })),
      stack(testCall({ path: path`/q2` })),
    ];
    await vi.advanceTimersByTimeAsync(400);
    await Promise.all(all);
    expect(order).toEqual(['/q1', '/q2', '/b1', '/b2']);
  });

  it('moves a waiting call forward when a query has joined it', async () => {
    const { order, stack } = setup();
    await Promise.all([stack(testCall()), stack(testCall())]);
    order.length = 0;
    const background = testContext({ priority: 'background' });
    const joined = testCall({ path: path`/b2` }, background);
    const all = [stack(testCall({ path: path`/b1` }, background)), stack(joined)];
    joined.interest.priority = 'query';
    await vi.advanceTimersByTimeAsync(200);
    await Promise.all(all);
    expect(order).toEqual(['/b2', '/b1']);
  });

  it('gives each credential its own rate', async () => {
    const { next, stack } = setup();
    const as = (token: string) => testContext({ credentials: own(bearerCredential(token)) });
    const all = [as('a'), as('a'), as('b'), as('b')].map((ctx) => stack(testCall({}, ctx)));
    await Promise.all(all);
    expect(next).toHaveBeenCalledTimes(4);
  });

  it('forgets a caller who leaves, and lets the next one take the place', async () => {
    const { next, stack } = setup();
    await Promise.all([stack(testCall()), stack(testCall())]);
    const ctx = testContext();
    const gone = errorOf(stack(testCall({}, ctx)));
    const stays = stack(testCall());
    ctx.leave();
    expect((await gone).code).toBe('CANCELLED');
    await vi.advanceTimersByTimeAsync(100);
    await stays;
    expect(next).toHaveBeenCalledTimes(3);
    expect(cancellationOf(ctx.signal).size).toBe(0);
  });
});
