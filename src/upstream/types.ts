/**
 * The HTTP client that providers are called with. One `Upstream` per provider owns one undici dispatcher and a stack
 * of interceptors; each interceptor is one file, wraps the next, and knows nothing of any provider's API.
 *
 * The stack works on whole answers, not on undici's streaming handlers: coalescing shares decoded bodies, and the
 * breaker must see the outcome of the body too. Adapters in `providers/` are the only callers.
 */
import type { Context } from '@opentelemetry/api';
import type { ProviderKey } from '../model/ids.ts';
import type { Clock, EpochMs } from '../model/time.ts';
import type { UpstreamPath } from './path.ts';

export type HttpMethod = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface UpstreamRequest {
  readonly method: HttpMethod;
  /** Built with the `path` tag, which encodes every id and remembers the route. */
  readonly path: UpstreamPath;
  /** Undefined and null values are left out; arrays repeat the name. */
  readonly query?: Readonly<Record<string, string | number | boolean | readonly string[] | null | undefined>>;
  /** Sent as JSON with a Content-Length. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * True when the call only reads, whatever its method (a search may be a POST). Only such calls are coalesced,
   * served from the freshness window and retried. Defaults to true for GET and HEAD, false for the rest.
   */
  readonly readOnly?: boolean;
  /** Where the credential goes. Default: the headers alone. */
  readonly credentialIn?: CredentialPlacement;
  /**
   * True for an API that may refuse with a 2xx: the text of such an answer is then cleaned of the credential, like that
   * of any refusal. Only with `decode: "text"`.
   */
  readonly refusesWithSuccess?: boolean;
  /**
   * For an API that refuses with a 5xx: whether the text of such an answer is a refusal, and no sign of trouble. It then
   * counts as an answer like any other for the breaker and the provider's health.
   */
  readonly refusesWithFault?: (text: string) => boolean;
  /** How to decode a 2xx answer. Default "json". */
  readonly decode?: 'json' | 'text';
  /** JSON member names whose integers exceed 2^53: they arrive as decimal strings instead of rounded numbers. */
  readonly bigIntegers?: readonly string[];
  /** How old a shared answer may be, in milliseconds; defaults to the provider's `freshnessMs`. */
  readonly freshnessMs?: number;
}

export interface UpstreamResponse {
  readonly status: number;
  /** Lower-cased names. */
  readonly headers: Readonly<Record<string, string>>;
  /**
   * Decoded JSON or text for 2xx (null when the body was empty); for every other status the raw text. Read-only:
   * callers that ask for the same thing are handed the same object.
   */
  readonly body: unknown;
  /** When the answer arrived from the provider; older than now when it was shared. */
  readonly receivedAt: EpochMs;
}

/** Where a call carries its credential. Neither of both sends none. */
export interface CredentialPlacement {
  readonly headers: boolean;
  /** The member of the JSON body, which must be an object or absent, that holds the bare secret; null for none. */
  readonly bodyMember: string | null;
}

/** A secret as the wire wants it, with the fingerprint that stands for it wherever a key or a log is needed. */
export interface Credential {
  /** The same for as long as the secret is: renewing a token does not change it. */
  readonly fingerprint: string;
  /** Adds the secret to outgoing headers. With `applyToBody` the only way to it. */
  apply(headers: Record<string, string>): void;
  /** Adds the bare secret, without any scheme word, to an outgoing JSON body. Absent where there is no such thing. */
  applyToBody?(body: Record<string, unknown>, member: string): void;
  /** Only where the wire wants a token that the secret has to be exchanged for, and that lives for a limited time. */
  readonly tokens?: TokenSource;
}

/** Credentials that a caller has of their own, or that their tenant has. */
export interface CallerCredentials {
  /** Undefined: calls to this provider are made with the configured one. */
  get(provider: ProviderKey): Credential | undefined;
}

/** The tokens of one credential, shared by all its calls: many that need a new one cause one exchange. */
export interface TokenSource {
  /** Where tokens are exchanged; null for the provider's own base URL. The same for all credentials of a provider. */
  readonly baseUrl: URL | null;
  /**
   * The credential to send a call with: a token with some life left, exchanged where there is none. `refused` is one that
   * the provider has just answered with 401: then another is given; the same again means that no other can be had now.
   * Rejects with UNAUTHENTICATED when the secret is not accepted, and with what `send` rejects with.
   */
  current(exchange: TokenExchange, refused?: Credential): Promise<Credential>;
}

/** How a token source calls a token endpoint: through the client's own limits and telemetry, without a credential. */
export interface TokenExchange {
  readonly provider: ProviderKey;
  readonly clock: Clock;
  send(request: TokenRequest): Promise<UpstreamResponse>;
}

/** A POST whose body holds the secret. The answer is decoded as text. */
export interface TokenRequest {
  readonly path: UpstreamPath;
  readonly contentType: string;
  readonly body: string;
}

/** What one downstream operation may still spend, and what it has spent. Shared by all its upstream calls. */
export interface CallContext {
  /** Aborted when the caller leaves. */
  readonly signal: AbortSignal;
  /** When the caller stops waiting, by the gateway's clock. */
  readonly deadlineAt: EpochMs;
  /** Takes one upstream call; throws CALL_BUDGET_EXCEEDED when none is left. */
  readonly budget: CallBudget;
  /** Called once for every upstream call made or shared on behalf of this operation. */
  readonly onCall?: (call: UpstreamCallReport) => void;
  /** The caller's own credentials, where they take the place of configured ones. */
  readonly credentials?: CallerCredentials;
  /** How old a shared answer may be at most for this caller, in milliseconds; 0 for one who decides by what it reads. */
  readonly freshnessMs?: number;
  /** Names the request that it is for, in the log. */
  readonly requestId?: string;
  /** The span that calls are part of. Absent: nobody records spans, and nothing is spent on them. */
  readonly trace?: Context | undefined;
  /** Background work yields its turn at the rate limiter to queries. Default "query". */
  readonly priority?: 'query' | 'background';
}

export interface CallBudget {
  take(): void;
  readonly spent: number;
  readonly limit: number;
}

/** One line of `extensions.upstream`: never a URL with an id in it, never a header. */
export interface UpstreamCallReport {
  readonly provider: ProviderKey;
  readonly method: HttpMethod;
  /** The path's template, such as `/api/v1/orchestrator/jobs/{id}`. */
  readonly route: string;
  /** Null when no answer came. */
  readonly status: number | null;
  readonly durationMs: number;
  /** NETWORK: an HTTP request was made. FLIGHT: joined one under way. FRESH: answered from the freshness window. */
  readonly servedFrom: 'NETWORK' | 'FLIGHT' | 'FRESH';
  /** From 1; above 1 it is a retry. */
  readonly attempt: number;
  /** Stable error code when the call failed without a usable answer. */
  readonly error: string | null;
}

export type BreakerState = 'CLOSED' | 'OPEN' | 'HALF_OPEN';

export interface UpstreamHealth {
  readonly breaker: BreakerState;
  /** When the breaker will let a trial call through; null unless OPEN. */
  readonly retryAt: EpochMs | null;
  readonly lastSuccessAt: EpochMs | null;
  readonly lastFailureAt: EpochMs | null;
  /** Median duration of the recent calls in milliseconds; null before the first. */
  readonly latencyMs: number | null;
}

/** The token bucket of one credential. */
export interface RateLevel {
  /** Calls that could be made at once; may have a fraction. */
  readonly available: number;
  /** The most there can be. */
  readonly burst: number;
  /** Calls that wait for their token. */
  readonly waiting: number;
}

/** A message socket to the provider (Bacalhau's logs). Ends when the provider closes it or the context is aborted. */
export interface UpstreamSocket {
  readonly messages: AsyncIterable<string>;
  close(): void;
}

export interface Upstream {
  readonly provider: ProviderKey;
  /**
   * Resolves with the provider's answer whatever its status. Rejects with a GridweaveError when there is none:
   * PROVIDER_TIMEOUT, PROVIDER_UNAVAILABLE, PROVIDER_PROTOCOL, RATE_LIMITED (by our own bucket), UNAUTHENTICATED (no
   * token was given for the credential), CALL_BUDGET_EXCEEDED or CANCELLED. Its details say `sent: false` when the request
   * certainly never left; an error that does not may be one of a call that took effect.
   */
  send(request: UpstreamRequest, ctx: CallContext): Promise<UpstreamResponse>;
  /** Opens a WebSocket; a refusal before the upgrade rejects as `send` would, or with the error for its status. */
  openSocket(request: Pick<UpstreamRequest, 'path' | 'query'>, ctx: CallContext): Promise<UpstreamSocket>;
  readonly health: UpstreamHealth;
  /** The bucket of the configured credential. Absent in a client without a limit of its own. */
  readonly rate?: RateLevel;
  /** Fingerprint of the credential a context would use; part of every cache key that holds its answers. */
  fingerprint(ctx: CallContext): string;
  /** What was read until now is not served again: somebody has been told that it changed. Absent where nothing is kept. */
  forgetReads?(): void;
  close(): Promise<void>;
}

/** Everything about how a provider is called that is not its API. Times in milliseconds. */
export interface UpstreamOptions {
  readonly provider: ProviderKey;
  /** Scheme, host, port and an optional base path; never credentials. */
  readonly baseUrl: URL;
  readonly credential: Credential | null;
  /** Where tokens are exchanged for credentials of callers. Absent: where they are for the configured one. */
  readonly tokenUrl?: URL | null;
  /** How long one call, its retries included, may take at most. Default 5,000. */
  readonly timeoutMs: number;
  readonly connectTimeoutMs: number;
  /** Concurrent connections. */
  readonly maxConnections: number;
  readonly maxResponseBytes: number;
  /** How long a read answer may be shared with later callers of the same credential. Default 1,000; 0 turns it off. */
  readonly freshnessMs: number;
  readonly rate: { readonly perSecond: number; readonly burst: number };
  readonly retry: {
    /** Tries after the first. */
    readonly retries: number;
    readonly baseDelayMs: number;
    readonly maxDelayMs: number;
    /** Retries may be at most this share of recent calls (plus a small constant). */
    readonly budgetRatio: number;
  };
  readonly breaker: {
    /** Looked at over this many most recent calls. */
    readonly windowSize: number;
    /** Not judged before this many calls. */
    readonly minimumCalls: number;
    /** Opens when at least this share failed. */
    readonly failureRatio: number;
    /** A call slower than this counts as failed, whatever it answered. */
    readonly slowCallMs: number;
    /** Stays open this long, doubling on each failed trial, up to `maxOpenMs`. */
    readonly openMs: number;
    readonly maxOpenMs: number;
  };
}
