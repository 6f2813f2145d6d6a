import { randomUUID } from 'node:crypto';
import { GridweaveError, type ErrorCode } from '../model/errors.ts';
import type { ProviderKey } from '../model/ids.ts';
import type { Clock } from '../model/time.ts';
import type { Call, Interceptor } from './call.ts';
import { codeForStatus } from './failure.ts';
import type { UpstreamLogEvent } from './log-event.ts';
import { isTrouble } from './outcome.ts';
import { redactText } from './redact.ts';
import type { Vitals } from './vitals.ts';

/** The two ends an attempt can have. */
interface End {
  readonly status: number | null;
  readonly error: ErrorCode | null;
  readonly message: string | null;
}

/**
 * Telemetry of every attempt that is about to be sent: takes it from the budget, gives it a request id, times it, tells
 * the operation (`onCall`), the provider's vitals and, when it was no success, the log.
 */
export function report(deps: {
  readonly provider: ProviderKey;
  readonly clock: Clock;
  readonly vitals: Vitals;
  readonly log: ((event: UpstreamLogEvent) => void) | undefined;
}): Interceptor {
  const { clock, provider, vitals } = deps;

  function tell(call: Call, sentAt: number, { status, error, message }: End): void {
    const { method, route, attempt } = call;
    const durationMs = Math.max(0, clock.now() - sentAt);
    if (status !== null) vitals.addDuration(durationMs);
    call.onCall?.({ provider, method, route, status, durationMs, servedFrom: 'NETWORK', attempt, error });
    const failed = error ?? (status === null || isSuccess(status) ? null : codeForStatus(status));
    if (failed === null || failed === 'CANCELLED') return;
    const { requestId } = call.wire;
    deps.log?.({
      event: 'upstream-call-failed',
      provider,
      method,
      route,
      status,
      requestId,
      durationMs,
      attempt,
      error: failed,
      message,
    });
  }

  return (next) => async (call) => {
    call.budget.take();
    const sentAt = clock.now();
    call.wire.sentAt = sentAt;
    call.wire.requestId = randomUUID();
    try {
      const answer = await next(call);
      // A refused credential says nothing about the provider's health, either way.
      if (isTrouble(answer, call)) vitals.lastFailureAt = answer.receivedAt;
      else if (answer.status !== 401 && answer.status !== 403) vitals.lastSuccessAt = answer.receivedAt;
      tell(call, sentAt, { status: answer.status, error: null, message: null });
      return answer;
    } catch (error) {
      const known = error instanceof GridweaveError ? error : null;
      if (known?.code !== 'CANCELLED') vitals.lastFailureAt = clock.now();
      tell(call, sentAt, {
        status: known?.details.upstream?.status ?? null,
        error: known?.code ?? 'INTERNAL',
        message: known === null ? null : redactText(known.message),
      });
      throw error;
    }
  };
}

/** 101 is the success of a WebSocket handshake. */
function isSuccess(status: number): boolean {
  return (status >= 200 && status < 300) || status === 101;
}
