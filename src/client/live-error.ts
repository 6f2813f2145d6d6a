import type { RefusedError } from './transport.ts';

/**
 * DOCUMENT: the subscription is written in a way that cannot be resumed. REFUSED: the gateway answered with errors that do
 * not go away by themselves. CLOSED: it closed the connection for good. HANDLER: the application's own handler threw.
 */
export type LiveErrorCode = 'DOCUMENT' | 'REFUSED' | 'CLOSED' | 'HANDLER';

/** Why a subscription is over that was not ended by whoever opened it. */
export class LiveError extends Error {
  readonly code: LiveErrorCode;
  /** What the gateway answered; empty when it is not about an answer. */
  readonly errors: readonly RefusedError[];

  constructor(
    code: LiveErrorCode,
    message: string,
    details: { readonly errors?: readonly RefusedError[]; readonly cause?: unknown } = {},
  ) {
    super(message, details.cause === undefined ? {} : { cause: details.cause });
    this.name = 'LiveError';
    this.code = code;
    this.errors = details.errors ?? [];
  }
}
