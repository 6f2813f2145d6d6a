/**
 * Codes that a WebSocket is closed with here, beside those of the `graphql-transport-ws` protocol itself (4400 bad
 * message, 4401 not initialised, 4403 refused, 4406 subprotocol, 4408 no `connection_init`, 4409 id in use, 4429 second
 * `connection_init`) and of WebSockets (1002, 1007, 1009). The protocol's own client library comes back by itself after
 * 4413 and 4503, and takes 4429 and 4500 for final.
 */
export const CLOSE = {
  /** The client took nothing of what waited for it for `stallTimeoutMs`. It may come back with its last cursor. */
  STALLED: { code: 4413, reason: 'stalled: nothing was read for too long; resume with your last cursor' },
  /** The client sent what only a server says. */
  UNEXPECTED_MESSAGE: { code: 4400, reason: 'Unexpected message' },
  /** A message holds more values, or more levels of them, than any of the protocol does. Final for the client library. */
  TOO_MUCH_IN_MESSAGE: { code: 4400, reason: 'Invalid message: too many values' },
  /** The client sent more than `maxMessagesPerSecond`, or eight times `maxMessageBytes` in a second. */
  TOO_MANY_MESSAGES: { code: 4429, reason: 'Too many messages' },
  /**
   * What the client presented is not accepted, or it presented nothing. Final for the client library: the same would be
   * refused again.
   */
  NOT_LET_IN: { code: 4401, reason: 'Unauthorized' },
  /** What the client was let in with has expired, or was withdrawn. Its library comes back, with what is valid then. */
  CREDENTIAL_ENDED: { code: 4403, reason: 'credential ended: resume with a new one and your last cursor' },
  /** The caller has `limits.maxConnectionsPerIdentity` others. */
  TOO_MANY_CONNECTIONS: {
    code: 4429,
    reason: 'Too many connections of this caller: limits.maxConnectionsPerIdentity',
  },
  /** Too many keys were tried from there. */
  TOO_MANY_ATTEMPTS: { code: 4429, reason: 'Too many attempts' },
  /** The keys of a token's issuer could not be read. */
  AUTHENTICATION_UNAVAILABLE: { code: 4503, reason: 'authentication unavailable: try again' },
  /** A fault of the gateway. */
  INTERNAL: { code: 4500, reason: 'Internal server error' },
  /** The gateway leaves. Every feed has had its closing bookmark. */
  DRAINING: { code: 4503, reason: 'draining: resume with your last cursor' },
} as const;

export type Closing = (typeof CLOSE)[keyof typeof CLOSE];
