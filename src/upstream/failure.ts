import { GridweaveError, type ErrorCode, type ErrorDetails } from '../model/errors.ts';
import type { ProviderKey } from '../model/ids.ts';
import { redactText } from './redact.ts';
import { retryAfterMs } from './retry-after.ts';
import type { UpstreamResponse } from './types.ts';

const MAX_MESSAGE = 500;
const REQUEST_ID_HEADERS = ['x-request-id', 'x-correlation-id', 'request-id'];

/** The registry's code for a status outside 2xx. */
export function codeForStatus(status: number): ErrorCode {
  switch (status) {
    case 401:
      return 'UNAUTHENTICATED';
    case 403:
      return 'FORBIDDEN';
    case 404:
      return 'NOT_FOUND';
    case 408:
    case 504:
      return 'PROVIDER_TIMEOUT';
    case 429:
      return 'RATE_LIMITED';
  }
  if (status >= 500) return 'PROVIDER_UNAVAILABLE';
  // A redirect is never followed, so it is no answer: most often the URL lacks its base path or its https.
  return status >= 400 ? 'PROVIDER_REFUSED' : 'PROVIDER_PROTOCOL';
}

function defaultMessage(provider: ProviderKey, status: number, code: ErrorCode): string {
  switch (code) {
    case 'UNAUTHENTICATED':
      return `Provider "${provider}" did not accept the credential.`;
    case 'FORBIDDEN':
      return `Provider "${provider}" does not allow this with the credential in use.`;
    case 'NOT_FOUND':
      return `Provider "${provider}" has no such object.`;
    case 'PROVIDER_TIMEOUT':
      return `Provider "${provider}" reported a timeout (HTTP ${status}).`;
    case 'RATE_LIMITED':
      return `Provider "${provider}" asks for fewer calls (HTTP ${status}).`;
    case 'PROVIDER_REFUSED':
      return `Provider "${provider}" refused the request (HTTP ${status}).`;
    case 'PROVIDER_UNAVAILABLE':
      return `Provider "${provider}" failed (HTTP ${status}).`;
    default:
      return `Provider "${provider}" answered with HTTP ${status}, which its API does not describe.`;
  }
}

/** A provider's own words, fit to be shown: one line, bounded, free of anything that looks like a secret. */
function shown(message: string): string {
  const line = redactText(message)
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim();
  return line.length > MAX_MESSAGE ? `${line.slice(0, MAX_MESSAGE)}…` : line;
}

function requestId(headers: Readonly<Record<string, string>>): string | null {
  for (const name of REQUEST_ID_HEADERS) {
    const value = headers[name];
    if (value !== undefined && /^[\w.:-]{1,128}$/.test(value)) return value;
  }
  return null;
}

/**
 * The error for an answer that is not a success. `message` is the provider's own reason where the adapter found one in
 * the body (it is cleaned before use); null makes a plain sentence of the status. RATE_LIMITED and PROVIDER_UNAVAILABLE
 * carry `retryAfterMs` when the provider sent Retry-After.
 */
export function failureForStatus(
  response: UpstreamResponse,
  provider: ProviderKey,
  message: string | null,
): GridweaveError {
  const { status, headers, receivedAt } = response;
  const code = codeForStatus(status);
  const own = message === null ? '' : shown(message);
  const wait =
    code === 'RATE_LIMITED' || code === 'PROVIDER_UNAVAILABLE' ? retryAfterMs(headers, receivedAt) : null;
  const id = requestId(headers);
  const details: ErrorDetails = {
    provider,
    upstream: { status, ...(id === null ? {} : { requestId: id }) },
    ...(wait === null ? {} : { retryAfterMs: wait }),
  };
  return new GridweaveError(code, own === '' ? defaultMessage(provider, status, code) : own, details);
}
