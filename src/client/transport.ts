/** One operation as it is sent. */
export interface LiveRequest {
  readonly query: string;
  /** The id of the document. Where there is one, it is sent instead of `query`. */
  readonly documentId?: string;
  readonly operationName?: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** A GraphQL error as it comes over the wire. */
export interface RefusedError {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  /** `code` is one of the gateway's error codes; `retryable` says whether the same may succeed later. */
  readonly extensions?: Readonly<Record<string, unknown>>;
}

/** One answer of a subscription. */
export interface LiveResult {
  readonly data?: Readonly<Record<string, unknown>> | null;
  readonly errors?: readonly RefusedError[];
}

/** Whether to come back: LATER is for somebody who has had enough of us and says so. */
export type Retry = 'SOON' | 'LATER' | 'NEVER';

/** Why an operation is over that nobody ended. */
export interface Loss {
  /** For people. */
  readonly message: string;
  readonly retry: Retry;
  /** The code that a WebSocket was closed with, or the status of an HTTP answer. */
  readonly code?: number;
  /** How long the other side asked to be left alone, in milliseconds. */
  readonly afterMs?: number;
}

/** Told what becomes of one operation. After `refused`, `complete` or `lost`, and after the leg was left, nothing more. */
export interface LiveObserver {
  next(result: LiveResult): void;
  /** The connection is not dead. Only there for operations that may be told nothing for long. */
  readonly alive?: (() => void) | undefined;
  /** Answered with errors. `loss` says what the transport makes of it, for errors that do not say themselves. */
  refused(errors: readonly RefusedError[], loss: Loss): void;
  /** The server has ended it. */
  complete(): void;
  lost(loss: Loss): void;
}

/** One operation on one connection: what a subscription has of it until it is lost. */
export interface LiveLeg {
  /** Ends it, and the connection with it when nobody else is on it. Idempotent. */
  leave(): void;
  /** Ends it and the connection, which is taken for dead. Others on it are told that it was lost. */
  drop(): void;
}

/** Carries operations to a gateway. Never comes back by itself: that is for those who know where they were. */
export interface LiveTransport {
  /** The observer is told nothing before this has returned. */
  open(request: LiveRequest, observer: LiveObserver): LiveLeg;
  /** Ends all connections. */
  close(): void;
}

/** A request as it goes over the wire. */
export function payloadOf({ query, documentId, operationName, variables }: LiveRequest): object {
  return { ...(documentId === undefined ? { query } : { documentId }), operationName, variables };
}
