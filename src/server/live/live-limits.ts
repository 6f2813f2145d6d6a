/** What subscribers may use of this process. */
export interface LiveLimits {
  /** WebSockets and event streams together; one more is answered with 503. */
  readonly maxConnections: number;
  /** Operations at the same time on one WebSocket; one more is answered with an error of that operation. */
  readonly maxOperationsPerConnection: number;
  /** The largest message that a client may send over a WebSocket, in bytes; a larger one closes it with 1009. */
  readonly maxMessageBytes: number;
  /** Messages and pings of one client in any second; more close its WebSocket with 4429. */
  readonly maxMessagesPerSecond: number;
  /** How long a new WebSocket may wait with `connection_init`, in milliseconds; then it is closed with 4408. */
  readonly initTimeoutMs: number;
  /** How often a silent connection is pinged, in milliseconds. A WebSocket that answers none of two is dropped. */
  readonly heartbeatMs: number;
  /** How long a client may take nothing of what waits for it, in milliseconds; then it is closed with 4413. */
  readonly stallTimeoutMs: number;
  /** How much may wait for one connection, in bytes, before no more is taken from its feeds. */
  readonly highWaterMarkBytes: number;
  /** What browsers are told to wait before they come back to an event stream, in milliseconds. */
  readonly sseRetryMs: number;
}

export const LIVE_LIMITS: LiveLimits = {
  maxConnections: 10_000,
  maxOperationsPerConnection: 100,
  maxMessageBytes: 256 * 1024,
  // A client that comes back subscribes to everything at once, and may complete it all in the same second.
  maxMessagesPerSecond: 300,
  initTimeoutMs: 3_000,
  heartbeatMs: 15_000,
  stallTimeoutMs: 120_000,
  highWaterMarkBytes: 64 * 1024,
  sseRetryMs: 2_000,
};
