import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  errorOf,
  failure,
  held,
  PROVIDER,
  scripted,
  testAnswer,
  testCall,
  testClock,
} from '../../test/support/upstream-calls.ts';
import { breaker } from './breaker.ts';
import type { Answer, Send } from './call.ts';
import { Circuit } from './circuit.ts';
import type { GridweaveError } from '../model/errors.ts';

function setup(next: Send) {
  const options = {
    windowSize: 4,
    minimumCalls: 2,
    failureRatio: 0.5,
    slowCallMs: 1_000,
    openMs: 1_000,
    maxOpenMs: 4_000,
  };
  const circuit = new Circuit(options, testClock);
  const stack = breaker(
    { provider: PROVIDER, clock: testClock, circuit },
    { slowCallMs: 1_000, timeoutMs: 5_000 },
  )(next);
  return { circuit, stack };
}

/** A next step that takes so long and then ends so. */
function after(ms: number, end: number | GridweaveError, sent = true): Send {
  return async (call): Promise<Answer> => {
    if (sent) call.wire.sentAt = testClock.now();
    await vi.advanceTimersByTimeAsync(ms);
    if (typeof end === 'number') return testAnswer(end);
    throw end;
  };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

async function twice(stack: Send): Promise<void> {
  for (let i = 0; i < 2; i++) await stack(testCall()).catch(() => {});
}

describe('breaker', () => {
  it.each<[string, Send]>([
    ['500', after(1, 500)],
    ['503', after(1, 503)],
    ['429', after(1, 429)],
    ['a network error', after(1, failure('PROVIDER_UNAVAILABLE'))],
    ['a timeout', after(500, failure('PROVIDER_TIMEOUT'))],
    ['a slow success', after(1_001, 200)],
  ])('counts %s as a failure', async (_, next) => {
    const { circuit, stack } = setup(next);
    await twice(stack);
    expect(circuit.state).toBe('OPEN');
  });

  it.each<[string, Send]>([
    ['404', after(1, 404)],
    ['401', after(1, 401)],
    ['a wrong answer', after(1, failure('PROVIDER_PROTOCOL'))],
    ['a caller who left', after(3_000, failure('CANCELLED'))],
    ['a caller who had hardly any time', after(50, failure('PROVIDER_TIMEOUT'))],
    ['our own rate limit', after(3_000, failure('RATE_LIMITED'), false)],
    ['a spent budget', after(1, failure('CALL_BUDGET_EXCEEDED'), false)],
    ['a timeout before anything was sent', after(3_000, failure('PROVIDER_TIMEOUT'), false)],
  ])('does not count %s', async (_, next) => {
    const { circuit, stack } = setup(next);
    await twice(stack);
    expect(circuit.state).toBe('CLOSED');
  });

  it('does not count a fault that is how this API refuses, and counts its other faults', async () => {
    const { circuit, stack } = setup(
      scripted(testAnswer(500, {}, 'no changes'), testAnswer(500, {}, 'no changes'), 503),
    );
    const request = { refusesWithFault: (text: string) => text === 'no changes' };
    for (let i = 0; i < 2; i += 1) await stack(testCall(request));
    expect(circuit.state).toBe('CLOSED');
    for (let i = 0; i < 2; i += 1) await stack(testCall(request));
    expect(circuit.state).toBe('OPEN');
  });

  it('refuses at once while open, with the time to wait, and calls nobody', async () => {
    const next = scripted(500);
    const { stack } = setup(next);
    await twice(stack);
    const error = await errorOf(stack(testCall()));
    expect(error).toMatchObject({
      code: 'PROVIDER_UNAVAILABLE',
      details: { provider: PROVIDER, retryAfterMs: 1_000 },
    });
    expect(next).toHaveBeenCalledTimes(2);
  });

  it('sends one trial when the time is over, and closes on its success', async () => {
    const trial = held();
    const fails = scripted(500);
    let broken = true;
    const { circuit, stack } = setup((call) => (broken ? fails(call) : trial.send(call)));
    await twice(stack);
    await vi.advanceTimersByTimeAsync(1_000);
    broken = false;
    const answer = stack(testCall());
    expect((await errorOf(stack(testCall()))).code).toBe('PROVIDER_UNAVAILABLE');
    trial.pending[0]?.answer();
    await answer;
    expect(circuit.state).toBe('CLOSED');
    expect(trial.send).toHaveBeenCalledTimes(1);
  });

  it('does not lose the trial when its caller leaves', async () => {
    const { circuit, stack } = setup(scripted(500, 500, failure('CANCELLED'), 200));
    await twice(stack);
    await vi.advanceTimersByTimeAsync(1_000);
    await errorOf(stack(testCall()));
    expect(circuit.state).toBe('HALF_OPEN');
    await stack(testCall());
    expect(circuit.state).toBe('CLOSED');
  });
});
