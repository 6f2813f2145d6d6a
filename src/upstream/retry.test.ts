import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  errorOf,
  failure,
  scripted,
  testAnswer,
  testCall,
  testClock,
  testContext,
} from '../../test/support/upstream-calls.ts';
import type { Call, Send } from './call.ts';
import { retry } from './retry.ts';

const OPTIONS = { retries: 2, baseDelayMs: 100, maxDelayMs: 2_000, budgetRatio: 0.2 };

function stackOver(next: Send, options: Partial<typeof OPTIONS> = {}, random = () => 0.5): Send {
  return retry({ clock: testClock, random }, { ...OPTIONS, ...options })(next);
}

/** Runs a call to its end with the fake clock, and tells how long it took. */
async function run(stack: Send, call: Call = testCall()) {
  const started = Date.now();
  const end = stack(call).then(
    (answer) => ({ status: answer.status, code: null, tookMs: Date.now() - started }),
    (error: { code: string }) => ({ status: null, code: error.code, tookMs: Date.now() - started }),
  );
  await vi.runAllTimersAsync();
  return end;
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('retry', () => {
  it.each([429, 502, 503, 504, failure('PROVIDER_UNAVAILABLE')])(
    'repeats a read after %s',
    async (trouble) => {
      const next = scripted(trouble, trouble, 200);
      expect(await run(stackOver(next))).toEqual({ status: 200, code: null, tookMs: 50 + 100 });
      expect(next.mock.calls.map(([call]) => call.attempt)).toEqual([1, 2, 3]);
    },
  );

  it.each([
    200,
    404,
    401,
    400,
    408,
    500,
    501,
    failure('PROVIDER_TIMEOUT'),
    failure('PROVIDER_PROTOCOL'),
    failure('CANCELLED'),
    failure('RATE_LIMITED'),
    failure('CALL_BUDGET_EXCEEDED'),
  ])('hands on %s at once', async (outcome) => {
    const next = scripted(outcome);
    expect((await run(stackOver(next))).tookMs).toBe(0);
    expect(next).toHaveBeenCalledTimes(1);
  });

  it.each(['POST', 'PUT', 'PATCH', 'DELETE'] as const)(
    'never repeats a %s, whatever happened',
    async (method) => {
      for (const trouble of [503, 429, failure('PROVIDER_UNAVAILABLE')]) {
        const next = scripted(trouble);
        await run(stackOver(next), testCall({ method, body: {} }));
        expect(next).toHaveBeenCalledTimes(1);
      }
    },
  );

  it('repeats a POST that only reads', async () => {
    const next = scripted(503, 200);
    expect((await run(stackOver(next), testCall({ method: 'POST', readOnly: true }))).status).toBe(200);
  });

  it('gives up after its retries with the last outcome', async () => {
    const next = scripted(503, failure('PROVIDER_UNAVAILABLE'), 502);
    expect((await run(stackOver(next))).status).toBe(502);
    expect(next).toHaveBeenCalledTimes(3);
  });

  it('draws delays from the whole range up to a doubling limit', async () => {
    const next = scripted(503);
    const none = await run(stackOver(next, { retries: 4 }, () => 0));
    expect(none.tookMs).toBe(0);
    const most = await run(stackOver(next, { retries: 4, maxDelayMs: 250 }, () => 0.999_999));
    expect(Math.round(most.tookMs / 10) * 10).toBe(100 + 200 + 250 + 250);
  });

  it('waits as long as Retry-After asks', async () => {
    const next = scripted(testAnswer(429, { 'retry-after': '3' }), 200);
    expect(await run(stackOver(next))).toMatchObject({ status: 200, tookMs: 3_000 + 50 });
  });

  it('hands on at once what asks for more time than there is', async () => {
    const next = scripted(testAnswer(429, { 'retry-after': '30' }), 200);
    expect(await run(stackOver(next))).toMatchObject({ status: 429, tookMs: 0 });
  });

  it('counts the time of those who wait, not only the call’s own', async () => {
    const call = testCall();
    call.interest.until = testClock.now();
    const next = scripted(503, 200);
    expect((await run(stackOver(next), call)).status).toBe(503);
  });

  it('never begins a delay that ends after the deadline', async () => {
    const next = scripted(503);
    const ended = await run(stackOver(next, { retries: 50 }), testCall({}, testContext({ waitMs: 120 })));
    expect(ended.tookMs).toBeLessThan(120);
    expect(next.mock.calls.length).toBeLessThan(50);
  });

  it('stops waiting when the caller leaves', async () => {
    const ctx = testContext();
    const next = scripted(testAnswer(503, { 'retry-after': '5' }));
    const end = errorOf(stackOver(next)(testCall({}, ctx)));
    await vi.advanceTimersByTimeAsync(10);
    ctx.leave();
    expect((await end).code).toBe('CANCELLED');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('keeps all retries under a share of the calls', async () => {
    const next = scripted(503);
    const stack = stackOver(next, {}, () => 0);
    for (let i = 0; i < 200; i++) await run(stack);
    expect(next.mock.calls.length - 200).toBeLessThanOrEqual(10 + 0.2 * 200);
    expect(next.mock.calls.length - 200).toBeGreaterThan(0.2 * 200 - 1);
  });

  it('answers with what it had when a retry was refused on our side', async () => {
    let first = true;
    const next: Send = (call) => {
      if (!first) return Promise.reject(failure('RATE_LIMITED'));
      first = false;
      call.wire.sentAt = testClock.now();
      return Promise.resolve(testAnswer(503));
    };
    expect((await run(stackOver(next))).status).toBe(503);
  });
});
