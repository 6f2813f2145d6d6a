import { randomUUID } from 'node:crypto';
import type { Span } from '@opentelemetry/api';
import { GridweaveError, type ErrorCode } from '../model/errors.ts';
import type { ProviderKey } from '../model/ids.ts';
import type { Clock } from '../model/time.ts';
import type { Call, Interceptor } from './call.ts';
import { beginCallSpan, endCallSpan } from './call-span.ts';
import type { UpstreamLogEvent } from './log-event.ts';
import { failureOfCall, type UpstreamObserver } from './observer.ts';
import { isTrouble } from './outcome.ts';
import { redactText } from './redact.ts';
import type { UpstreamCallReport } from './types.ts';
import type { Vitals } from './vitals.ts';

/** The two ends an attempt can have. */
interface End {
  readonly status: number | null;
  readonly error: ErrorCode | null;
  readonly message: string | null;
}

/**
 * Telemetry of every attempt that is about to be sent: takes it from the budget, gives it a request id, times it, tells
 * the operation (`onCall`), its span, the observer, the provider's vitals and, when it was no success, the log.
 */
export function report(deps: {
  readonly provider: ProviderKey;
  readonly clock: Clock;
  readonly vitals: Vitals;
  /** Where the calls go. */
  readonly server: URL;
  readonly log?: ((event: UpstreamLogEvent) => void) | undefined;
  readonly observer?: UpstreamObserver | undefined;
}): Interceptor {
  const { clock, provider, vitals, observer, server } = deps;

  function tell(call: Call, sentAt: number, span: Span | null, { status, error, message }: End): void {
    const { method, route, attempt } = call;
    const durationMs = Math.max(0, clock.now() - sentAt);
    if (status !== null) vitals.addDuration(durationMs);
    const told: UpstreamCallReport = {
      provider,
      method,
      route,
      status,
      durationMs,
      servedFrom: 'NETWORK',
      attempt,
      error,
    };
    if (span !== null) endCallSpan(span, call, told);
    observer?.onCall(told);
    call.onCall?.(told);
    const failed = failureOfCall(told);
    if (failed === null) return;
    const { requestId } = call.wire;
    deps.log?.({
      event: 'upstream-call-failed',
      provider,
      method,
      route,
      status,
      requestId,
      forRequest: call.requestId ?? null,
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
    const span = beginCallSpan(call, provider, server);
    try {
      const answer = await next(call);
      // A refused credential says nothing about the provider's health, either way.
      if (isTrouble(answer, call)) vitals.lastFailureAt = answer.receivedAt;
      else if (answer.status !== 401 && answer.status !== 403) vitals.lastSuccessAt = answer.receivedAt;
      tell(call, sentAt, span, { status: answer.status, error: null, message: null });
      return answer;
    } catch (error) {
      const known = error instanceof GridweaveError ? error : null;
      if (known?.code !== 'CANCELLED') vitals.lastFailureAt = clock.now();
      tell(call, sentAt, span, {
        status: known?.details.upstream?.status ?? null,
        error: known?.code ?? 'INTERNAL',
        message: known === null ? null : redactText(known.message),
      });
      throw error;
    }
  };
}
