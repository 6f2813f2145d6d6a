/** What tests of the upstream client need to make calls by hand: contexts, calls, answers, and clocks. */
import { vi } from 'vitest';
import { GridweaveError, type ErrorCode } from '../../src/model/errors.ts';
import type { ProviderKey } from '../../src/model/ids.ts';
import { epochMs, type Clock } from '../../src/model/time.ts';
import { createCallBudget } from '../../src/upstream/call-budget.ts';
import { prepareCall, type Answer, type Call, type Send } from '../../src/upstream/call.ts';
import { DEFAULT_UPSTREAM_OPTIONS } from '../../src/upstream/options.ts';
import { path } from '../../src/upstream/path.ts';
import type { CallContext, UpstreamCallReport, UpstreamRequest } from '../../src/upstream/types.ts';

export const PROVIDER = 'lab' as ProviderKey;

/** Follows vitest's fake timers, so that timers and the clock agree. */
export const testClock: Clock = { now: () => epochMs(Date.now()) };

export type TestContext = CallContext & { readonly reports: UpstreamCallReport[]; leave(): void };

/** A context with a signal of its own, a wide budget and a list of its reports. */
export function testContext(over: Partial<CallContext> & { waitMs?: number } = {}): TestContext {
  const controller = new AbortController();
  const reports: UpstreamCallReport[] = [];
  const { waitMs = 10_000, ...rest } = over;
  return {
    signal: controller.signal,
    deadlineAt: epochMs(Date.now() + waitMs),
    budget: createCallBudget(1_000),
    onCall: (call) => reports.push(call),
    reports,
    leave: () => controller.abort(),
    ...rest,
  };
}

const GET: UpstreamRequest = { method: 'GET', path: path`/things/${'1'}` };

/** A prepared call, as the first interceptor gets it. */
export function testCall(request: Partial<UpstreamRequest> = {}, ctx: CallContext = testContext()): Call {
  return prepareCall({ ...GET, ...request }, ctx, {
    ...DEFAULT_UPSTREAM_OPTIONS,
    provider: PROVIDER,
    credential: null,
  });
}

export function testAnswer(status = 200, headers: Record<string, string> = {}, body: unknown = null): Answer {
  return { status, headers, body, receivedAt: epochMs(Date.now()), sizeBytes: 100 };
}

export function failure(code: ErrorCode): GridweaveError {
  return new GridweaveError(code, `A test's ${code}.`, { provider: PROVIDER });
}

/** A last step that plays a script: statuses are answered, errors thrown; the last entry repeats. Marks calls as sent. */
export function scripted(...script: readonly (number | Answer | GridweaveError)[]) {
  let index = 0;
  return vi.fn<Send>((call) => {
    const entry = script[Math.min(index, script.length - 1)];
    index += 1;
    call.wire.sentAt = testClock.now();
    if (entry instanceof GridweaveError) return Promise.reject(entry);
    return Promise.resolve(typeof entry === 'object' ? entry : testAnswer(entry));
  });
}

/** A last step that answers when the test says so, and rejects with the reason when it is cancelled. */
export function held() {
  const pending: { readonly call: Call; answer(answer?: Answer): void; fail(error: GridweaveError): void }[] =
    [];
  const send = vi.fn<Send>(
    (call) =>
      new Promise((resolve, reject) => {
        call.wire.sentAt = testClock.now();
        call.cancellation.onCancel(reject);
        pending.push({ call, answer: (answer = testAnswer()) => resolve(answer), fail: reject });
      }),
  );
  return { send, pending };
}

/** The error a promise rejects with. */
export async function errorOf(work: Promise<unknown>): Promise<GridweaveError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof GridweaveError) return error;
    throw error;
  }
  throw new Error('Expected a GridweaveError.');
}

/** For `afterEach`, under fake timers: whatever ended, no timer outlived it. */
export function noTimersLeft(): void {
  const left = vi.getTimerCount();
  if (left > 0) throw new Error(`${left} timers were left behind.`);
}
