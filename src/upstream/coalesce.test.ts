import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  noTimersLeft,
  errorOf,
  failure,
  held,
  PROVIDER,
  scripted,
  testAnswer,
  testCall,
  testClock,
  testContext,
} from '../../test/support/upstream-calls.ts';
import { bearerCredential } from './credential.ts';
import { createCallBudget } from './call-budget.ts';
import { coalesce, flightKey } from './coalesce.ts';
import { path } from './path.ts';
import { own } from '../../test/support/own-credential.ts';

const TIMEOUT_MS = 5_000;
const wrap = coalesce({ provider: PROVIDER, clock: testClock, timeoutMs: TIMEOUT_MS });
const fresh = () => coalesce({ provider: PROVIDER, clock: testClock, timeoutMs: TIMEOUT_MS });

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  noTimersLeft();
  vi.useRealTimers();
});

describe('flights', () => {
  it('let identical reads under way share one call, and report who joined', async () => {
    const { send, pending } = held();
    const stack = fresh()(send);
    const contexts = [testContext(), testContext(), testContext()];
    const answers = contexts.map((ctx) => stack(testCall({}, ctx)));
    expect(send).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(30);
    pending[0]?.answer(testAnswer(200, {}, { a: 1 }));
    const [first, second] = await Promise.all(answers);
    expect(second).toBe(first);
    expect(contexts.map(({ reports }) => reports.map((r) => [r.servedFrom, r.status, r.durationMs]))).toEqual(
      [[], [['FLIGHT', 200, 30]], [['FLIGHT', 200, 30]]],
    );
  });

  it('share failures with those who waited, and with nobody later', async () => {
    const { send, pending } = held();
    const stack = fresh()(send);
    const both = [errorOf(stack(testCall())), errorOf(stack(testCall()))];
    pending[0]?.fail(failure('PROVIDER_UNAVAILABLE'));
    expect((await Promise.all(both)).map((error) => error.code)).toEqual(
      Array.from({ length: 2 }, () => 'PROVIDER_UNAVAILABLE'),
    );
    const later = stack(testCall());
    expect(send).toHaveBeenCalledTimes(2);
    pending[1]?.answer();
    await later;
  });

  it('go on when one caller leaves, and end when the last has left', async () => {
    const { send, pending } = held();
    const stack = fresh()(send);
    const [ann, bob] = [testContext(), testContext()];
    const answers = [errorOf(stack(testCall({}, ann))), errorOf(stack(testCall({}, bob)))];
    ann.leave();
    expect((await answers[0])?.code).toBe('CANCELLED');
    expect(pending[0]?.call.cancellation.reason).toBeNull();
    bob.leave();
    expect((await answers[1])?.code).toBe('CANCELLED');
    expect(pending[0]?.call.cancellation.reason).toMatchObject({ code: 'CANCELLED' });
  });

  it('are not joined once they are dying', async () => {
    const { send, pending } = held();
    const stack = fresh()(send);
    const ann = testContext();
    const first = errorOf(stack(testCall({}, ann)));
    ann.leave();
    const second = stack(testCall());
    expect(send).toHaveBeenCalledTimes(2);
    pending[1]?.answer();
    await Promise.all([first, second]);
  });

  it('leave each caller its own deadline, and end with a timeout when the last gave up waiting', async () => {
    const { send, pending } = held();
    const stack = fresh()(send);
    const answers = [100, 200].map((waitMs) => errorOf(stack(testCall({}, testContext({ waitMs })))));
    expect(pending[0]?.call.deadlineAt).toBe(testClock.now() + TIMEOUT_MS);
    await vi.advanceTimersByTimeAsync(100);
    expect((await answers[0])?.code).toBe('PROVIDER_TIMEOUT');
    expect(pending[0]?.call.cancellation.reason).toBeNull();
    await vi.advanceTimersByTimeAsync(100);
    expect((await answers[1])?.code).toBe('PROVIDER_TIMEOUT');
    expect(pending[0]?.call.cancellation.reason).toMatchObject({ code: 'PROVIDER_TIMEOUT' });
  });

  it('take on the highest priority and the longest patience of those who joined', async () => {
    const { send, pending } = held();
    const stack = fresh()(send);
    const calls = [
      testCall({}, testContext({ priority: 'background', waitMs: 100 })),
      testCall({}, testContext({ priority: 'query', waitMs: 900 })),
    ];
    const answers = calls.map((call) => stack(call));
    expect(pending[0]?.call.interest).toEqual({ priority: 'query', until: testClock.now() + 900 });
    pending[0]?.answer();
    await Promise.all(answers);
  });

  it('are started again by those who joined when the starter could not pay', async () => {
    const { send, pending } = held();
    const stack = fresh()(send);
    const answers = [errorOf(stack(testCall())), stack(testCall()), stack(testCall())] as const;
    pending[0]?.fail(failure('CALL_BUDGET_EXCEEDED'));
    expect((await answers[0]).code).toBe('CALL_BUDGET_EXCEEDED');
    await vi.waitFor(() => expect(pending).toHaveLength(2));
    pending[1]?.answer();
    await Promise.all(answers);
  });

  it('are not begun for somebody who has left or whose time is up', async () => {
    const { send } = held();
    const gone = testContext();
    gone.leave();
    expect((await errorOf(wrap(send)(testCall({}, gone)))).code).toBe('CANCELLED');
    expect((await errorOf(wrap(send)(testCall({}, testContext({ waitMs: 0 }))))).code).toBe(
      'PROVIDER_TIMEOUT',
    );
    expect(send).not.toHaveBeenCalled();
  });
});

describe('the freshness window', () => {
  it('serves a read again for its time, free of charge, and then no more', async () => {
    const next = scripted(200);
    const stack = fresh()(next);
    await stack(testCall());
    const ctx = testContext({ budget: createCallBudget(0) });
    await vi.advanceTimersByTimeAsync(999);
    await stack(testCall({}, ctx));
    expect(next).toHaveBeenCalledTimes(1);
    expect(ctx.reports).toMatchObject([
      { servedFrom: 'FRESH', status: 200, durationMs: 0, route: '/things/{}' },
    ]);
    await vi.advanceTimersByTimeAsync(1);
    await stack(testCall());
    expect(next).toHaveBeenCalledTimes(2);
  });

  it('respects what each caller finds fresh enough', async () => {
    const next = scripted(200);
    const stack = fresh()(next);
    await stack(testCall());
    await vi.advanceTimersByTimeAsync(100);
    await stack(testCall({ freshnessMs: 50 }));
    await stack(testCall({ freshnessMs: 0 }));
    expect(next).toHaveBeenCalledTimes(3);
  });

  it.each([404, 201])('keeps %d', async (status) => {
    const next = scripted(status);
    const stack = fresh()(next);
    await stack(testCall());
    await stack(testCall());
    expect(next).toHaveBeenCalledTimes(1);
  });

  it.each([400, 401, 403, 429, 500, 503, 302])('does not keep %d', async (status) => {
    const next = scripted(status);
    const stack = fresh()(next);
    await stack(testCall());
    await stack(testCall());
    expect(next).toHaveBeenCalledTimes(2);
  });

  it('forgets everything when a write ends, and what was being read meanwhile', async () => {
    const { send, pending } = held();
    const stack = fresh()(send);
    const kept = stack(testCall());
    pending[0]?.answer();
    await kept;
    const other = { path: path`/other` };
    const underWay = stack(testCall(other));
    const write = stack(testCall({ method: 'POST' }));
    pending[2]?.answer();
    await write;
    const again = [stack(testCall()), stack(testCall(other))];
    expect(send).toHaveBeenCalledTimes(5);
    pending[1]?.answer();
    await underWay;
    const third = stack(testCall(other));
    expect(send).toHaveBeenCalledTimes(5);
    for (const flight of pending.slice(3)) flight.answer();
    await Promise.all([...again, third]);
  });

  it('lets writes pass each by itself', async () => {
    const next = scripted(200);
    const stack = fresh()(next);
    await Promise.all([stack(testCall({ method: 'POST' })), stack(testCall({ method: 'POST' }))]);
    expect(next).toHaveBeenCalledTimes(2);
  });
});

describe('flightKey', () => {
  const variants = {
    method: testCall({ method: 'HEAD' }),
    path: testCall({ path: path`/things/${'2'}` }),
    query: testCall({ query: { a: '1' } }),
    otherQuery: testCall({ query: { a: '2' } }),
    body: testCall({ method: 'POST', body: { a: 1 }, readOnly: true }),
    otherBody: testCall({ method: 'POST', body: { a: 2 }, readOnly: true }),
    decode: testCall({ decode: 'text' }),
    bigIntegers: testCall({ bigIntegers: ['t'] }),
    header: testCall({ headers: { accept: 'a' } }),
    otherHeader: testCall({ headers: { accept: 'b' } }),
    credential: testCall({}, testContext({ credentials: own(bearerCredential('a')) })),
    otherCredential: testCall({}, testContext({ credentials: own(bearerCredential('b')) })),
  };

  it('differs in everything that an answer depends on', () => {
    const keys = [testCall(), ...Object.values(variants)].map(flightKey);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('is the same for the same call, whatever the spelling and order of headers', () => {
    const a = testCall({ headers: { Accept: 'x', 'x-y': '1' } });
    const b = testCall({ headers: { 'x-y': '1', accept: 'x' } });
    expect(flightKey(a)).toBe(flightKey(b));
  });
});
