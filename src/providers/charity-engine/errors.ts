import { GridweaveError, type ErrorCode } from '../../model/errors.ts';
import type { ProviderKey } from '../../model/ids.ts';
import { codeForStatus, failureForStatus } from '../../upstream/failure.ts';
import type { UpstreamResponse } from '../../upstream/types.ts';
import { isWire, textOf } from '../reading.ts';

/** Statuses that say nothing of the request; the texts that come with them are not looked at. */
const PLAIN: ReadonlySet<number> = new Set([401, 403, 408, 429, 500, 502, 503, 504]);

/**
 * What the words of a failure mean: the service has no error codes, and one documented text. The others are BOINC's, on
 * which it is built. First match wins.
 */
const PHRASES: readonly (readonly [RegExp, ErrorCode])[] = [
  [/no submit access|not authorized|permission/i, 'FORBIDDEN'],
  [/authenticator|unauthor/i, 'UNAUTHENTICATED'],
  // Somebody else's job is as good as none.
  [/not found|no such job|not owner/i, 'NOT_FOUND'],
];

/** The `error` of an answer: text without any code. Null when it holds none. */
export function complaintOf(answer: unknown): string | null {
  return isWire(answer) ? (textOf(answer['error'])?.trim() ?? '') || null : null;
}

/** The error for an answer that refuses, whatever its HTTP status: a refusal may come with 200. */
export function failureOf(
  response: UpstreamResponse,
  complaint: string | null,
  provider: ProviderKey,
  endpoint: { readonly route: string; readonly hasWorked: boolean },
): GridweaveError {
  const { status } = response;
  const code = codeOf(status, complaint, endpoint.hasWorked);
  if (code === 'PROVIDER_PROTOCOL' && (status === 404 || status === 405)) return wrongPlace(provider, status, endpoint.route); // prettier-ignore
  // Made of the status the code stands for, so that message, wait and request id are worded as for every provider.
  const standard = STATUS_OF[code];
  const plain = failureForStatus(
    standard === undefined ? response : { ...response, status: standard },
    provider,
    complaint,
  );
  if (code === plain.code && standard === undefined) return plain;
  const upstream = { ...plain.details.upstream, status };
  return new GridweaveError(code, plain.message, { ...plain.details, upstream });
}

const STATUS_OF: Readonly<Partial<Record<ErrorCode, number>>> = {
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  RATE_LIMITED: 429,
  PROVIDER_REFUSED: 400,
};

function codeOf(status: number, complaint: string | null, hasWorked: boolean): ErrorCode {
  // What another product of the vendor answers when an allowance is used up. Whether this one does is not known.
  if (status === 509) return 'RATE_LIMITED';
  if (PLAIN.has(status)) return codeForStatus(status);
  // "Not found" is also what a server says of a path it does not have.
  if (status === 404 && !hasWorked && !/\bjob\b/i.test(complaint ?? '')) return 'PROVIDER_PROTOCOL';
  const phrase = PHRASES.find(([pattern]) => complaint !== null && pattern.test(complaint.slice(0, 2000)));
  if (phrase !== undefined) return phrase[1];
  if (status === 404) return 'NOT_FOUND';
  if (status === 405) return 'PROVIDER_PROTOCOL';
  if (status >= 200 && status < 300) return 'PROVIDER_REFUSED';
  return codeForStatus(status);
}

function wrongPlace(provider: ProviderKey, status: number, route: string): GridweaveError {
  return new GridweaveError(
    'PROVIDER_PROTOCOL',
    `Provider "${provider}" has no ${route} (HTTP ${String(status)}). Its API comes in two styles: try another "preset", or name the path in "endpoints".`,
    { provider, upstream: { status } },
  );
}

/** The error for a success that is no answer of this API. */
export function offContract(provider: ProviderKey, what: string, status: number): GridweaveError {
  return new GridweaveError(
    'PROVIDER_PROTOCOL',
    `Provider "${provider}" answered with ${what}. Check that its URL points at Charity Engine's job API, and the "preset".`,
    { provider, upstream: { status } },
  );
}

export function notFound(
  provider: ProviderKey,
  what: 'job' | 'task' | 'execution' | 'project',
): GridweaveError {
  return new GridweaveError('NOT_FOUND', `Provider "${provider}" has no such ${what}, or does not report it.`, { provider }); // prettier-ignore
}
