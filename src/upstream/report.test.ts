import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  errorOf,
  failure,
  PROVIDER,
  scripted,
  testAnswer,
  testCall,
  testClock,
  testContext,
} from '../../test/support/upstream-calls.ts';
import { createCallBudget } from './call-budget.ts';
import type { Send } from './call.ts';
import type { UpstreamLogEvent } from './log-event.ts';
import { report } from './report.ts';
import { Vitals } from './vitals.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function setup(next: Send) {
  const vitals = new Vitals();
  const logged: UpstreamLogEvent[] = [];
  const log = (event: UpstreamLogEvent) => logged.push(event);
  return {
    vitals,
    logged,
    stack: report({
      provider: PROVIDER,
      clock: testClock,
      vitals,
      server: new URL('http://provider.test'),
      log,
    })(next),
  };
}

describe('report', () => {
  it('tells the operation about each attempt: the route, never the path', async () => {
    const { stack, logged } = setup(async (call) => {
      await vi.advanceTimersByTimeAsync(25);
      expect(call.wire.requestId).toMatch(/^[0-9a-f-]{36}$/);
      return testAnswer(200);
    });
    const ctx = testContext();
    await stack({ ...testCall({ query: { secret: 'x' } }, ctx), attempt: 2 });
    expect(ctx.reports).toEqual([
      {
        provider: PROVIDER,
        method: 'GET',
        route: '/things/{}',
        status: 200,
        durationMs: 25,
        servedFrom: 'NETWORK',
        attempt: 2,
        error: null,
      },
    ]);
    expect(logged).toEqual([]);
  });

  it('takes every attempt from the budget, and sends nothing without', async () => {
    const next = scripted(200);
    const { stack } = setup(next);
    const ctx = testContext({ budget: createCallBudget(1) });
    await stack(testCall({}, ctx));
    const refused = testCall({}, ctx);
    expect((await errorOf(stack(refused))).code).toBe('CALL_BUDGET_EXCEEDED');
    expect(refused.wire.sentAt).toBeNull();
    expect(next).toHaveBeenCalledTimes(1);
    expect(ctx.reports).toHaveLength(1);
  });

  it('logs what was no success, and only that', async () => {
    const { stack, logged } = setup(
      scripted(204, 500, 404, failure('PROVIDER_TIMEOUT'), failure('CANCELLED')),
    );
    for (let i = 0; i < 5; i++) await stack(testCall()).catch(() => {});
    expect(logged).toMatchObject([
      {
        event: 'upstream-call-failed',
        status: 500,
        error: 'PROVIDER_UNAVAILABLE',
        message: null,
        route: '/things/{}',
      },
      { status: 404, error: 'NOT_FOUND' },
      { status: null, error: 'PROVIDER_TIMEOUT', message: "A test's PROVIDER_TIMEOUT." },
    ]);
  });

  it('remembers when the provider was well and when not; a refused credential is neither', async () => {
    const { stack, vitals } = setup(scripted(401, 200, 503, 404, failure('PROVIDER_UNAVAILABLE')));
    const seen: unknown[] = [];
    const started = Date.now();
    for (let i = 0; i < 5; i++) {
      await vi.advanceTimersByTimeAsync(10);
      await stack(testCall()).catch(() => {});
      const since = (at: number | null) => (at === null ? null : at - started);
      seen.push([since(vitals.lastSuccessAt), since(vitals.lastFailureAt)]);
    }
    expect(seen).toEqual([
      [null, null],
      [20, null],
      [20, 30],
      [40, 30],
      [40, 50],
    ]);
  });
});

describe('Vitals', () => {
  it('has the median of the recent calls', () => {
    const vitals = new Vitals();
    expect(vitals.latencyMs).toBeNull();
    for (const ms of [30, 10, 20]) vitals.addDuration(ms);
    expect(vitals.latencyMs).toBe(20);
    vitals.addDuration(40);
    expect(vitals.latencyMs).toBe(25);
    for (let i = 0; i < 64; i++) vitals.addDuration(7);
    expect(vitals.latencyMs).toBe(7);
  });
});
