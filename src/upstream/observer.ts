import type { ErrorCode } from '../model/errors.ts';
import type { ProviderKey } from '../model/ids.ts';
import { codeForStatus } from './failure.ts';
import type { BreakerState, UpstreamCallReport } from './types.ts';

/** Why a call was not made: the circuit is open, or no token will come in time. */
export type HeldBackBy = 'BREAKER' | 'RATE_LIMIT';

/** Told of everything that a client does, for metrics. Is asked on every call, so it must be cheap, and must not throw. */
export interface UpstreamObserver {
  /** An attempt on the network has ended, or a shared answer was given. */
  onCall(call: UpstreamCallReport): void;
  onHeldBack(provider: ProviderKey, by: HeldBackBy): void;
  onBreaker(provider: ProviderKey, to: BreakerState): void;
}

/** What became of a call in one word: a code of the registry also for answers that are no success. */
export function outcomeOfCall({ status, error }: Pick<UpstreamCallReport, 'status' | 'error'>): string {
  if (error !== null) return error;
  return status === null || isSuccess(status) ? 'OK' : codeForStatus(status);
}

/** 101 is the success of a WebSocket handshake. */
function isSuccess(status: number): boolean {
  return (status >= 200 && status < 300) || status === 101;
}

/** The code to log a call with; null for a success, and for a caller that left. */
export function failureOfCall(call: Pick<UpstreamCallReport, 'status' | 'error'>): ErrorCode | null {
  const outcome = outcomeOfCall(call);
  return outcome === 'OK' || outcome === 'CANCELLED' ? null : (outcome as ErrorCode);
}
