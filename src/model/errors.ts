/** The registry of error codes: one place, from which the documentation is generated. */
export interface ErrorCodeInfo {
  /** What happened, in one sentence. */
  readonly meaning: string;
  /** What the caller can do about it. */
  readonly remedy: string;
  /** Whether the same request may succeed later without being changed. */
  readonly retryable: boolean;
}

export const ERROR_CODES = {
  INVALID_ARGUMENT: {
    meaning: 'An argument has a value that this field does not accept.',
    remedy: 'Correct the argument that the message names.',
    retryable: false,
  },
  INVALID_CURSOR: {
    meaning: 'The cursor is damaged, was made for another query, or by another version.',
    remedy: 'Start again from the first page, with the same filter and order on every page.',
    retryable: false,
  },
  NOT_FOUND: {
    meaning: 'No such object exists, or it is not visible to this caller.',
    remedy: 'Use an id that a query returned.',
    retryable: false,
  },
  UNSUPPORTED_OPERATION: {
    meaning: 'The provider cannot do what was asked.',
    remedy: 'Look at Provider.capabilities before asking.',
    retryable: false,
  },
  CALL_BUDGET_EXCEEDED: {
    meaning: 'The operation needed more calls to providers than one operation may make.',
    remedy: 'Ask for fewer objects or fewer levels at a time.',
    retryable: false,
  },
  UNAUTHENTICATED: {
    meaning: 'A provider, or the gateway, did not accept the credential.',
    remedy: 'Check the credential: the one that you send, or the one that is configured for the provider.',
    retryable: false,
  },
  AUTHENTICATION_UNAVAILABLE: {
    meaning: 'A token cannot be judged now: the keys of its issuer could not be read.',
    remedy: 'Try again in a moment, or use an API key.',
    retryable: true,
  },
  HOST_NOT_ALLOWED: {
    meaning:
      'Without `auth` the gateway answers requests for this machine only, and the Host of this one is another.',
    remedy: 'Ask for localhost or 127.0.0.1, or configure `auth`.',
    retryable: false,
  },
  FORBIDDEN: {
    meaning: 'The credential is valid but may not do this.',
    remedy: 'Grant the missing permission at the provider, or use another credential.',
    retryable: false,
  },
  RATE_LIMITED: {
    meaning: 'The provider, or the gateway, asks for fewer calls.',
    remedy: 'Wait for the time in retryAfterMs.',
    retryable: true,
  },
  PROVIDER_UNAVAILABLE: {
    meaning: 'The provider could not be reached, failed, or is cut off after repeated failures.',
    remedy: 'Try again later; the other providers are not affected.',
    retryable: true,
  },
  PROVIDER_TIMEOUT: {
    meaning: 'The provider did not answer in the time this request could wait.',
    remedy: 'Try again, or raise the timeout of this provider in the configuration.',
    retryable: true,
  },
  PROVIDER_PROTOCOL: {
    meaning: 'The provider sent an answer that its API does not describe.',
    remedy: 'Check that the URL points at the right API; report it if it does.',
    retryable: false,
  },
  PROVIDER_REFUSED: {
    meaning: 'The provider refused the request as it was sent.',
    remedy: 'Read the message: it is the provider’s own reason.',
    retryable: false,
  },
  UNSUPPORTED_FIELD: {
    meaning: 'The provider cannot do what a field of the specification asks for.',
    remedy: 'Leave the field out, or ask `plan` which provider honours it.',
    retryable: false,
  },
  IDEMPOTENCY_MISMATCH: {
    meaning: 'The idempotency key was used before, for something else.',
    remedy: 'Use a new key for a new submission; repeat a submission with exactly the same input.',
    retryable: false,
  },
  OUTCOME_UNKNOWN: {
    meaning: 'A provider did not answer a change, and it cannot be told yet whether it took effect.',
    remedy:
      'Repeat the same call with the same idempotency key: it looks before it acts, and never acts twice.',
    retryable: true,
  },
  QUOTA_EXCEEDED: {
    meaning: 'The provider refuses more work of this account or project.',
    remedy: 'Wait for work to end, or have the quota raised at the provider.',
    retryable: true,
  },
  NOT_PERMITTED: {
    meaning: 'What this caller was granted here does not include this.',
    remedy: 'Ask the operator of the gateway for the scope that the message names.',
    retryable: false,
  },
  CONFLICT: {
    meaning: 'The object changed since the caller read it, or another change is under way.',
    remedy: 'Read it again and decide anew.',
    retryable: false,
  },
  INVALID_STATE: {
    meaning: 'The object is in a state in which this cannot be done to it.',
    remedy: 'Look at `allowedActions` of the object.',
    retryable: false,
  },
  GRAPHQL_PARSE_FAILED: {
    meaning: 'The document is not GraphQL.',
    remedy: 'Correct the syntax at the place the message names.',
    retryable: false,
  },
  GRAPHQL_VALIDATION_FAILED: {
    meaning: 'The document asks for something this schema does not have.',
    remedy: 'Compare it with the schema; GraphiQL marks the place.',
    retryable: false,
  },
  OPERATION_TOO_LARGE: {
    meaning: 'The document is larger, deeper or has more aliases than one operation may have.',
    remedy: 'Split it as the message says, or have the limit raised in the configuration.',
    retryable: false,
  },
  COST_LIMIT: {
    meaning: 'The operation may need more calls to providers, or more objects, than one operation may cost.',
    remedy: 'Ask for fewer rows with "first", or for fewer levels.',
    retryable: false,
  },
  BATCH_LIMIT: {
    meaning: 'The HTTP request holds more operations than one may; by default it may not be a list at all.',
    remedy: 'Send a request for each operation, or have limits.maxBatch raised in the configuration.',
    retryable: false,
  },
  PERSISTED_QUERY_NOT_FOUND: {
    meaning: 'The request named a document by its hash, and no document is known by it.',
    remedy:
      'Send the whole document together with the hash, which clients of Apollo and urql do by themselves; or have the manifest with it deployed.',
    retryable: false,
  },
  PERSISTED_QUERY_NOT_SUPPORTED: {
    meaning: 'The request named a document by its hash, and this gateway remembers none.',
    remedy: 'Send whole documents, or have operations.apq.enabled set in the configuration.',
    retryable: false,
  },
  PERSISTED_QUERY_MISMATCH: {
    meaning: 'The document that was sent is not the one of the hash that came with it.',
    remedy: 'Hash the text that is sent, to the letter: SHA-256, in hexadecimal digits.',
    retryable: false,
  },
  OPERATION_NOT_TRUSTED: {
    meaning: 'This gateway runs the documents of its manifests only, and this is none of them.',
    remedy: 'Have the document added to a manifest that operations.manifests names.',
    retryable: false,
  },
  BAD_USER_INPUT: {
    meaning: 'A variable does not fit its type.',
    remedy: 'Correct the variable that the message names.',
    retryable: false,
  },
  CROSS_SITE: {
    meaning: 'A page of another site sent this request.',
    remedy: 'Have the origin of the page added to server.allowedOrigins.',
    retryable: false,
  },
  BAD_REQUEST: {
    meaning: 'The HTTP request is not a GraphQL request.',
    remedy: 'Send JSON with a "query", as the GraphQL-over-HTTP specification describes.',
    retryable: false,
  },
  PAYLOAD_TOO_LARGE: {
    meaning: 'The request body is larger than this gateway reads.',
    remedy: 'Send less, or raise limits.maxBodyBytes in the configuration.',
    retryable: false,
  },
  UNSUPPORTED_MEDIA_TYPE: {
    meaning: 'The request body has a content type that is not read here.',
    remedy: 'Send it as application/json.',
    retryable: false,
  },
  NOT_ACCEPTABLE: {
    meaning: 'A subscription was asked for in a way that gives one answer only.',
    remedy: 'Send Accept: text/event-stream, or open a WebSocket with the subprotocol graphql-transport-ws.',
    retryable: false,
  },
  TOO_MANY_OPERATIONS: {
    meaning: 'As many operations are under way on this connection, or of this caller, as there may be.',
    remedy: 'End one first; docs/limits.md tells both limits.',
    retryable: true,
  },
  TOO_MANY_CONNECTIONS: {
    meaning: 'This gateway, this caller or this network has as many live connections as it may.',
    remedy: 'Close one first, or try again later; docs/limits.md tells the limits.',
    retryable: true,
  },
  SHUTTING_DOWN: {
    meaning: 'The gateway is leaving and begins nothing new.',
    remedy: 'Connect again; another replica, or the next start, goes on from the last cursor.',
    retryable: true,
  },
  CANCELLED: {
    meaning: 'The caller went away before the answer was there.',
    remedy: 'Nothing to do.',
    retryable: true,
  },
  INTERNAL: {
    meaning: 'A fault of the gateway itself.',
    remedy: 'Report it with the request id.',
    retryable: false,
  },
} as const satisfies Record<string, ErrorCodeInfo>;

export type ErrorCode = keyof typeof ERROR_CODES;

export interface ErrorDetails {
  /** The argument, input field or configuration key at fault. */
  readonly field?: string;
  readonly provider?: string;
  /** How long to wait before the next try, in milliseconds. */
  readonly retryAfterMs?: number;
  /** What the provider answered: HTTP status, its own code, its request id. Never a URL, never a header. */
  readonly upstream?: {
    readonly status?: number;
    readonly code?: string;
    readonly requestId?: string;
  };
  /**
   * False: the request never left this machine, so it cannot have taken effect. Absent or true: it may have. For the gateway
   * itself; not shown to callers.
   */
  readonly sent?: boolean;
  readonly cause?: unknown;
}

/** Every failure the gateway knows by name. The message is for people, and safe to show to any caller. */
export class GridweaveError extends Error {
  readonly code: ErrorCode;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? {} : { cause: details.cause });
    this.name = 'GridweaveError';
    this.code = code;
    this.details = details;
  }

  get retryable(): boolean {
    return ERROR_CODES[this.code].retryable;
  }
}
