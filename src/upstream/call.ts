import type { Context } from '@opentelemetry/api';
import type { EpochMs } from '../model/time.ts';
import { cancellationOf, type Cancellation } from './cancellation.ts';
import { noCredential } from './credential.ts';
import type { Departure } from './departure.ts';
import { encodeTarget } from './target.ts';
import type {
  CallBudget,
  CallContext,
  Credential,
  CredentialPlacement,
  HttpMethod,
  UpstreamCallReport,
  UpstreamOptions,
  UpstreamRequest,
  UpstreamResponse,
} from './types.ts';

/** One call on its way through the stack: what was asked and for whom, encoded once. Interceptors pass on copies. */
export interface Call {
  readonly method: HttpMethod;
  /** The path's template; the only form of the path that telemetry may see. */
  readonly route: string;
  /** Encoded path and query, without the base path. */
  readonly target: string;
  /** JSON text, or null for no body. Without the credential until the last interceptor before the wire. */
  readonly body: string | null;
  /** Without the credential until the last interceptor before the wire. */
  readonly headers: Readonly<Record<string, string>>;
  readonly readOnly: boolean;
  readonly decode: 'json' | 'text';
  readonly bigIntegers: readonly string[];
  readonly freshnessMs: number;
  readonly credential: Credential;
  readonly credentialIn: CredentialPlacement;
  /** The text of a success may be a refusal. */
  readonly refusesWithSuccess: boolean;
  /** The text of a fault may be a refusal. */
  readonly refusesWithFault?: (text: string) => boolean;
  /** Tells when nobody waits for this call any more. */
  readonly cancellation: Cancellation;
  readonly deadlineAt: EpochMs;
  readonly budget: CallBudget;
  readonly onCall: ((call: UpstreamCallReport) => void) | undefined;
  readonly requestId: string | undefined;
  readonly trace: Context | undefined;
  readonly interest: Interest;
  /** From 1. */
  readonly attempt: number;
  readonly wire: Wire;
  readonly departure: Departure;
}

/** What those who wait for a call want. Shared by all copies of it, and widened when somebody joins a call under way. */
export interface Interest {
  priority: 'query' | 'background';
  /** When the last of them gives up: waiting beyond it (for a token, for a retry) helps nobody. */
  until: EpochMs;
  /** The spans of those who joined and are traced. */
  joined?: Context[];
}

/** What happened to one attempt on the wire. Written by telemetry, read by the breaker and by retries. */
export interface Wire {
  /** Null while, and if, nothing was sent: such an attempt says nothing about the provider. */
  sentAt: EpochMs | null;
  requestId: string;
}

/** An answer and the size of its body's text, by which the freshness window bounds its memory. */
export interface Answer extends UpstreamResponse {
  readonly sizeBytes: number;
}

export type Send = (call: Call) => Promise<Answer>;

/** Wraps the next step. Always returns a promise, never throws at once. */
export type Interceptor = (next: Send) => Send;

/** Puts interceptors around a step, the first one outermost. */
export function compose(interceptors: readonly Interceptor[], last: Send): Send {
  return interceptors.reduceRight((next, interceptor) => interceptor(next), last);
}

/** A fresh record for one attempt. */
export function newWire(): Wire {
  return { sentAt: null, requestId: '' };
}

/** The credential a context's calls are made with: the caller's own, else the configured one. */
export function credentialFor(
  ctx: Pick<CallContext, 'credentials'>,
  options: Pick<UpstreamOptions, 'provider' | 'credential'>,
): Credential {
  return ctx.credentials?.get(options.provider) ?? options.credential ?? noCredential;
}

const IN_HEADERS: CredentialPlacement = { headers: true, bodyMember: null };

/** Encodes a request for the stack. */
export function prepareCall(
  request: UpstreamRequest,
  ctx: CallContext,
  options: Pick<UpstreamOptions, 'provider' | 'credential' | 'freshnessMs'>,
): Call {
  const { method } = request;
  return {
    method,
    route: request.path.route,
    target: encodeTarget(request.path.path, request.query),
    body: request.body === undefined ? null : JSON.stringify(request.body),
    headers: request.headers ?? {},
    readOnly: request.readOnly ?? (method === 'GET' || method === 'HEAD'),
    decode: request.decode ?? 'json',
    bigIntegers: request.bigIntegers ?? [],
    freshnessMs: Math.min(request.freshnessMs ?? options.freshnessMs, ctx.freshnessMs ?? Infinity),
    credential: credentialFor(ctx, options),
    credentialIn: request.credentialIn ?? IN_HEADERS,
    refusesWithSuccess: request.refusesWithSuccess ?? false,
    ...(request.refusesWithFault === undefined ? {} : { refusesWithFault: request.refusesWithFault }),
    cancellation: cancellationOf(ctx.signal),
    deadlineAt: ctx.deadlineAt,
    budget: ctx.budget,
    onCall: ctx.onCall,
    requestId: ctx.requestId,
    trace: ctx.trace,
    interest: { priority: ctx.priority ?? 'query', until: ctx.deadlineAt },
    attempt: 1,
    wire: newWire(),
    departure: { mayHaveLeft: false },
  };
}
