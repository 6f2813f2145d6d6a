/** Faults with the bodies this provider really sends, for the fault switches of a running emulator. */
import type { Fault } from '../emulator.ts';

function standardBody(status: number, message: string): string {
  const body = {
    Status: status,
    Message: message,
    RequestID: '',
    Code: 'InternalError',
    Component: 'APIServer',
  };
  return `${JSON.stringify(body)}\n`;
}

export const BACALHAU_FAULTS = {
  /** More than a thousand requests a second from one address. Carries no Retry-After. */
  rateLimited: { effect: { kind: 'status', status: 429, body: standardBody(429, 'rate limit exceeded') } },
  /** The handler ran for more than thirty seconds; it may still be running. Plain text, not JSON. */
  serverTimeout: {
    effect: {
      kind: 'status',
      status: 503,
      body: 'Server Timeout!',
      contentType: 'text/plain; charset=utf-8',
    },
  },
  /** A handler panicked. */
  panic: { effect: { kind: 'status', status: 500, body: standardBody(500, 'Internal server error') } },
  /** The submit is stored, and the answer is lost. */
  lostAnswer: {
    match: 'PUT /api/v1/orchestrator/jobs',
    times: 1,
    effect: { kind: 'reset', afterCommit: true },
  },
} as const satisfies Record<string, Fault>;
