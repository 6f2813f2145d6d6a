import type { IncomingMessage, ServerResponse } from 'node:http';
import type { GridweaveError } from '../../model/errors.ts';
import { CredentialRefused } from './refusal.ts';

const STATUS: Readonly<Record<string, number>> = {
  UNAUTHENTICATED: 401,
  HOST_NOT_ALLOWED: 403,
  RATE_LIMITED: 429,
  TOO_MANY_OPERATIONS: 429,
  TOO_MANY_CONNECTIONS: 429,
  AUTHENTICATION_UNAVAILABLE: 503,
};

const GRAPHQL_JSON = 'application/graphql-response+json';

/** Answers somebody who is not let in, or has too much of it, as GraphQL over HTTP has it. */
export function refuseRequest(
  request: IncomingMessage,
  response: ServerResponse,
  error: GridweaveError,
): void {
  const { code, message, retryable } = error;
  const { field, retryAfterMs } = error.details;
  const extensions = {
    code,
    retryable,
    ...(field === undefined ? {} : { field }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
  const body = JSON.stringify({ errors: [{ message, extensions }] });
  const type = (request.headers.accept ?? '').includes(GRAPHQL_JSON) ? GRAPHQL_JSON : 'application/json';
  response.writeHead(STATUS[code] ?? 403, {
    'Content-Type': `${type}; charset=utf-8`,
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'no-store',
    ...(code === 'UNAUTHENTICATED' ? { 'WWW-Authenticate': challenge(error) } : {}),
    ...(retryAfterMs === undefined ? {} : { 'Retry-After': String(Math.ceil(retryAfterMs / 1_000)) }),
  });
  response.end(body);
}

/** RFC 6750: a credential that was sent is named as the trouble, one that was not is asked for. */
function challenge(error: GridweaveError): string {
  const realm = 'Bearer realm="gridweave"';
  return error instanceof CredentialRefused && error.reason !== 'MISSING'
    ? `${realm}, error="invalid_token"`
    : realm;
}
