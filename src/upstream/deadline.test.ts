import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  noTimersLeft,
  errorOf,
  held,
  PROVIDER,
  scripted,
  testCall,
  testClock,
  testContext,
} from '../../test/support/upstream-calls.ts';
import { cancellationOf } from './cancellation.ts';
import { createDeadline } from './deadline.ts';

const create = () => createDeadline({ provider: PROVIDER, clock: testClock, timeoutMs: 1_000 });

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  noTimersLeft();
  vi.useRealTimers();
});

describe('deadline', () => {
  it.each([
    ['its own deadline', 300, 300],
    ['the provider’s timeout', 5_000, 1_000],
  ])('ends a call at %s when that is earlier', async (_, waitMs, endsAtMs) => {
    const { send, pending } = held();
    const end = errorOf(create().interceptor(send)(testCall({}, testContext({ waitMs }))));
    await vi.advanceTimersByTimeAsync(endsAtMs - 1);
    expect(pending[0]?.call.cancellation.reason).toBeNull();
    await vi.advanceTimersByTimeAsync(1);
    expect((await end).code).toBe('PROVIDER_TIMEOUT');
    expect(pending[0]?.call.cancellation.reason).toMatchObject({ code: 'PROVIDER_TIMEOUT' });
    expect(pending[0]?.call.deadlineAt).toBe(testClock.now());
  });

  it('ends at once when the caller leaves, even if the next step ignores it', async () => {
    const ctx = testContext();
    const end = errorOf(create().interceptor(() => new Promise(() => {}))(testCall({}, ctx)));
    ctx.leave();
    expect((await end).code).toBe('CANCELLED');
  });

  it('sends nothing for a caller who has left or has no time', async () => {
    const next = scripted(200);
    const gone = testContext();
    gone.leave();
    expect((await errorOf(create().interceptor(next)(testCall({}, gone)))).code).toBe('CANCELLED');
    const late = testCall({}, testContext({ waitMs: -5 }));
    expect((await errorOf(create().interceptor(next)(late))).code).toBe('PROVIDER_TIMEOUT');
    expect(next).not.toHaveBeenCalled();
  });

  it('leaves nothing with the caller’s signal, after any end', async () => {
    const ctx = testContext({ waitMs: 2_000 });
    const deadline = create();
    for (let i = 0; i < 50; i++) await deadline.interceptor(scripted(200))(testCall({}, ctx));
    const hung = errorOf(deadline.interceptor(held().send)(testCall({}, ctx)));
    expect(cancellationOf(ctx.signal).size).toBe(1);
    await vi.advanceTimersByTimeAsync(1_000);
    await hung;
    expect(cancellationOf(ctx.signal).size).toBe(0);
  });

  it('survives a deadline further away than a timer can run', async () => {
    const { send, pending } = held();
    const deadline = createDeadline({ provider: PROVIDER, clock: testClock, timeoutMs: 1e12 });
    const end = deadline.interceptor(send)(testCall({}, testContext({ waitMs: 1e12 })));
    await vi.advanceTimersByTimeAsync(60_000);
    pending[0]?.answer();
    expect((await end).status).toBe(200);
  });

  it('ends what is under way when it is closed, and begins nothing new', async () => {
    const deadline = create();
    const end = errorOf(deadline.interceptor(held().send)(testCall()));
    deadline.close();
    expect((await end).code).toBe('PROVIDER_UNAVAILABLE');
    expect((await errorOf(deadline.interceptor(scripted(200))(testCall()))).code).toBe(
      'PROVIDER_UNAVAILABLE',
    );
  });
});
