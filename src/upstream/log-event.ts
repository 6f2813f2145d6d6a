import type { ErrorCode } from '../model/errors.ts';
import type { ProviderKey } from '../model/ids.ts';
import type { EpochMs } from '../model/time.ts';
import type { BreakerState, HttpMethod } from './types.ts';

/** One call that brought no success: an error, or a status outside 2xx. */
export interface CallFailedEvent {
  readonly event: 'upstream-call-failed';
  readonly provider: ProviderKey;
  readonly method: HttpMethod;
  /** The path's template, never the path. */
  readonly route: string;
  /** Null when no answer came. */
  readonly status: number | null;
  /** Sent as X-Request-ID with this attempt. */
  readonly requestId: string;
  /** Names the request that the call was made for; null for what nobody asked for. */
  readonly forRequest: string | null;
  readonly durationMs: number;
  readonly attempt: number;
  readonly error: ErrorCode;
  /** Why no answer came, free of secrets; null when one did: bodies are not logged. */
  readonly message: string | null;
}

/** The circuit of a provider opened or closed. */
export interface BreakerEvent {
  readonly event: 'upstream-breaker';
  readonly provider: ProviderKey;
  readonly from: BreakerState;
  readonly to: BreakerState;
  /** When a trial will be let through; null when closed. */
  readonly retryAt: EpochMs | null;
}

/** What `deps.log` is told. Holds no secret and no id of any object; must not throw. */
export type UpstreamLogEvent = CallFailedEvent | BreakerEvent;
