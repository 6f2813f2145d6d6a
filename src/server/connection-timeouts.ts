import type { ServerOptions, ServerResponse } from 'node:http';

/** How long a client may take, in milliseconds; then its connection is closed. */
export interface ConnectionTimeouts {
  /** From the first byte of a request, or from connecting, to the end of its headers. Answered with 408. */
  readonly headersMs: number;
  /** From there to the end of its body. Answered with 408. */
  readonly requestMs: number;
  /** Without taking anything of an answer that is complete: it would be kept in memory for as long as the client likes. */
  readonly unreadMs: number;
}

export const CONNECTION_TIMEOUTS: ConnectionTimeouts = {
  headersMs: 10_000,
  requestMs: 30_000,
  unreadMs: 30_000,
};

/** Node looks every 30 seconds otherwise: who may take ten would be given forty. */
const CHECK_EVERY_MS = 1_000;

/** For requests that come slowly. */
export function timeoutOptions({ headersMs, requestMs }: ConnectionTimeouts): ServerOptions {
  return {
    headersTimeout: headersMs,
    requestTimeout: requestMs,
    connectionsCheckingInterval: Math.min(CHECK_EVERY_MS, headersMs),
  };
}

/** For answers that nobody reads. Event streams look after themselves until they end. */
export function dropUnread(response: ServerResponse, { unreadMs }: ConnectionTimeouts): void {
  // The server sets its own timeout once everything was taken.
  response.once('prefinish', () => response.socket?.setTimeout(unreadMs));
}
