/** Issues tokens for known credentials and recognises them again. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { number, text } from '../wire/json.ts';
import type { Identity, RunaiClient } from './identity.ts';
import { createJwtSigner } from './jwt.ts';

export type TokenUse = 'access' | 'id' | 'refresh';

export interface IssuedTokens {
  readonly accessToken: string;
  readonly idToken: string;
  readonly refreshToken: string;
  readonly expiresInSeconds: number;
}

export type Recognition =
  | { readonly kind: 'known'; readonly identity: Identity; readonly use: TokenUse }
  | { readonly kind: 'expired' }
  | { readonly kind: 'foreign' };

/** Times are epoch milliseconds of the emulator's clock, with any skew. */
export interface TokenOffice {
  /** The credential with this id and secret. */
  authenticate(clientId: string, clientSecret: string): RunaiClient | null;
  issue(client: RunaiClient, nowMs: number): IssuedTokens;
  /** New tokens for a refresh token of this client; null for any other text. */
  refresh(refreshToken: string, clientId: string, nowMs: number): IssuedTokens | null;
  recognise(token: string, nowMs: number): Recognition;
}

/** How long refresh tokens are good at least, in seconds; what the service grants is not documented. */
const REFRESH_SECONDS = 1800;

function sameText(a: string, b: string): boolean {
  const digest = (value: string): Buffer => createHash('sha256').update(value).digest();
  return timingSafeEqual(digest(a), digest(b));
}

export function createTokenOffice(clients: readonly RunaiClient[], lifetimeMs: number): TokenOffice {
  const signer = createJwtSigner();
  const expiresInSeconds = Math.max(1, Math.round(lifetimeMs / 1000));
  let serial = 0;
  const token = (client: RunaiClient, use: TokenUse, nowMs: number, seconds: number): string => {
    const iat = Math.floor(nowMs / 1000);
    serial += 1;
    const typ = { access: 'Bearer', id: 'ID', refresh: 'Refresh' }[use];
    return signer.sign({
      iss: 'sandbox',
      sub: client.clientId,
      typ,
      iat,
      exp: iat + seconds,
      jti: `t-${serial}`,
    });
  };
  const issue: TokenOffice['issue'] = (client, nowMs) => ({
    accessToken: token(client, 'access', nowMs, expiresInSeconds),
    idToken: token(client, 'id', nowMs, expiresInSeconds),
    refreshToken: token(client, 'refresh', nowMs, Math.max(REFRESH_SECONDS, expiresInSeconds)),
    expiresInSeconds,
  });
  const recognise: TokenOffice['recognise'] = (given, nowMs) => {
    const claims = signer.verify(given);
    const client = clients.find(({ clientId }) => clientId === text(claims?.['sub']));
    if (claims === null || client === undefined) return { kind: 'foreign' };
    if (nowMs >= (number(claims['exp']) ?? 0) * 1000) return { kind: 'expired' };
    const use = ({ Bearer: 'access', ID: 'id' } as const)[text(claims['typ']) ?? ''] ?? 'refresh';
    return { kind: 'known', identity: { name: client.clientId, projects: client.projects ?? null }, use };
  };
  return {
    authenticate: (clientId, clientSecret) => {
      const client = clients.find((known) => sameText(known.clientId, clientId));
      return client !== undefined && sameText(client.clientSecret, clientSecret) ? client : null;
    },
    issue,
    recognise,
    refresh: (refreshToken, clientId, nowMs) => {
      const known = recognise(refreshToken, nowMs);
      const client = clients.find((candidate) => candidate.clientId === clientId);
      if (known.kind !== 'known' || known.use !== 'refresh' || known.identity.name !== clientId) return null;
      return client === undefined ? null : issue(client, nowMs);
    },
  };
}
