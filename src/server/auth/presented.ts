import type { Credentials } from './identity.ts';
import { CredentialRefused } from './refusal.ts';

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

/** What the headers of a request present. Never anything of its URL: those are kept in logs and histories. */
export function presentedByHeaders(headers: Headers, remoteAddress: string): Credentials {
  return {
    authorization: textOf(headers['authorization']),
    apiKey: textOf(headers['x-api-key']),
    remoteAddress,
  };
}

/** What the payload of `connection_init` presents; when it presents nothing, what the request for the socket did. */
export function presentedByConnection(
  params: Readonly<Record<string, unknown>> | undefined,
  headers: Headers,
  remoteAddress: string,
): Credentials {
  const members = new Map(Object.entries(params ?? {}).map(([name, value]) => [name.toLowerCase(), value]));
  const authorization = textOf(members.get('authorization'));
  const apiKey = textOf(members.get('apikey') ?? members.get('x-api-key'));
  return authorization === null && apiKey === null
    ? presentedByHeaders(headers, remoteAddress)
    : { authorization, apiKey, remoteAddress };
}

function textOf(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  if (typeof value === 'string') return value.trim();
  throw new CredentialRefused('WRONG', 'A credential is one text.');
}

/** The key or token itself; null when nothing is presented. */
export function bearerOf({ authorization, apiKey }: Credentials): string | null {
  const bearer = authorization === null ? null : /^Bearer +([^\s]+)$/i.exec(authorization);
  if (apiKey !== null) {
    // Of another scheme is what stands before this gateway may have asked for.
    if (bearer === null) return apiKey;
    throw new CredentialRefused('WRONG', 'Two credentials were sent. Send one.');
  }
  if (authorization === null) return null;
  if (bearer !== null) return bearer[1] ?? '';
  throw new CredentialRefused('WRONG', 'Authorization must be of the form "Bearer …".');
}
