import { GridweaveError } from '../model/errors.ts';
import { failureForStatus } from './failure.ts';
import type { UpstreamPath } from './path.ts';
import { lifeMs } from './token-life.ts';
import type { TokenExchange, TokenRequest, UpstreamResponse } from './types.ts';

/** The two halves of a machine's credential. */
export interface Client {
  readonly id: string;
  readonly secret: string;
}

/** One way of exchanging a client's id and secret for a token. */
export interface TokenEndpoint {
  readonly path: UpstreamPath;
  readonly encoding: 'form' | 'json';
  /** The members of the request's body. */
  body(client: Client): Readonly<Record<string, string>>;
  /** The member of the answer that is the token. */
  readonly token: string;
  /** The member of the answer that tells the token's life in seconds. */
  readonly lifetime: string;
}

/** Everything a provider kind knows about where its tokens come from. */
export interface TokenPlan {
  /** Null for the provider's own base URL. */
  readonly baseUrl: URL | null;
  /** In order of preference: a later one is tried only where an earlier one does not exist. */
  readonly endpoints: readonly TokenEndpoint[];
}

export interface Token {
  readonly text: string;
  readonly lifeMs: number;
}

const UNSUPPORTED = 'UNSUPPORTED';

export function tokenRequest(endpoint: TokenEndpoint, client: Client): TokenRequest {
  const { path, encoding } = endpoint;
  const members = endpoint.body(client);
  return encoding === 'form'
    ? {
        path,
        contentType: 'application/x-www-form-urlencoded',
        body: new URLSearchParams(members).toString(),
      }
    : { path, contentType: 'application/json', body: JSON.stringify(members) };
}

/**
 * Asks one endpoint. UNSUPPORTED when it does not exist, or does not know this kind of exchange; a refusal of the client
 * itself is UNAUTHENTICATED, and no other endpoint is worth a try. What the endpoint says is never repeated, except for
 * the error words that OAuth defines: it may quote the secret.
 */
export async function askForToken(
  endpoint: TokenEndpoint,
  client: Client,
  exchange: TokenExchange,
): Promise<Token | typeof UNSUPPORTED> {
  const answer = await exchange.send(tokenRequest(endpoint, client));
  const body = typeof answer.body === 'string' ? answer.body : '';
  const members = parsed(body);
  if (answer.status >= 200 && answer.status < 300) {
    // A page instead of an answer: the path belongs to somebody else.
    return members === null ? UNSUPPORTED : tokenOf(endpoint, members, answer, exchange);
  }
  if (isUnsupported(answer.status, body, members)) return UNSUPPORTED;
  if (answer.status >= 400 && answer.status < 404) throw refused(answer, members, exchange);
  throw failureForStatus(answer, exchange.provider, null);
}

function tokenOf(
  { token, lifetime }: TokenEndpoint,
  members: Readonly<Record<string, unknown>>,
  answer: UpstreamResponse,
  exchange: TokenExchange,
): Token {
  const text = members[token];
  if (typeof text !== 'string' || !/^[\x21-\x7e]+$/.test(text)) throw refused(answer, members, exchange);
  const life = members[lifetime];
  const told = {
    token: text,
    lifetimeSeconds: typeof life === 'number' && Number.isFinite(life) ? life : null,
    date: answer.headers['date'] ?? null,
  };
  return { text, lifeMs: lifeMs(told, answer.receivedAt) };
}

/** A 400 tells of the kind of exchange when it speaks of the grant, except in OAuth's own words for a bad client. */
function isUnsupported(
  status: number,
  body: string,
  members: Readonly<Record<string, unknown>> | null,
): boolean {
  if (status === 404 || status === 405) return true;
  return (
    status === 400 && oauthError(members) === undefined && /grant/i.test(body.replaceAll('invalid_grant', ''))
  );
}

const OAUTH_ERRORS = [
  'invalid_request',
  'invalid_client',
  'invalid_grant',
  'unauthorized_client',
  'invalid_scope',
];

function oauthError(members: Readonly<Record<string, unknown>> | null): string | undefined {
  return OAUTH_ERRORS.find((known) => known === members?.['error']);
}

function refused(
  { status }: UpstreamResponse,
  members: Readonly<Record<string, unknown>> | null,
  { provider }: TokenExchange,
): GridweaveError {
  const word = oauthError(members);
  const details = status < 300 ? 'its answer holds none' : `HTTP ${status}${word === undefined ? '' : `, ${word}`}`; // prettier-ignore
  return new GridweaveError(
    'UNAUTHENTICATED',
    `Provider "${provider}" gave no token for the configured client (${details}).`,
    { provider, upstream: { status, ...(word === undefined ? {} : { code: word }) } },
  );
}

function parsed(body: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Readonly<Record<string, unknown>>)
      : null;
  } catch {
    return null;
  }
}
