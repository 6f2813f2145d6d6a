import { exportJWK, generateKeyPair, SignJWT, type JWK } from 'jose';
import type { CryptoKey } from 'jose';
import type { IssuerConfig } from '../../src/config/auth-config.ts';
import type { Clock } from '../../src/model/time.ts';
import { loopback, type Loopback } from '../support/loopback.ts';
import { READ_ALL } from './authenticators.ts';

export const ISSUER = 'https://id.example.org/realms/lab';
export const AUDIENCE = 'gridweave';

export interface SigningKey {
  readonly kid: string | undefined;
  readonly privateKey: CryptoKey;
  readonly jwk: JWK;
}

export async function signingKey(kid: string | undefined = 'one', alg = 'ES256'): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  const jwk = await exportJWK(publicKey);
  return { kid, privateKey, jwk: { ...jwk, ...(kid === undefined ? {} : { kid }), alg, use: 'sig' } };
}

export interface TokenOptions {
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly header?: Readonly<Record<string, unknown>>;
  /** From now, in seconds; null for a token without an end. */
  readonly lifeSeconds?: number | null;
}

/** A token that is good, where nothing else is said. */
export function tokenOf(key: SigningKey, clock: Clock, options: TokenOptions = {}): Promise<string> {
  const { claims = {}, header = {}, lifeSeconds = 300 } = options;
  const now = Math.floor(clock.now() / 1_000);
  const life = lifeSeconds === null ? {} : { exp: now + lifeSeconds };
  return new SignJWT({ iss: ISSUER, aud: AUDIENCE, sub: 'ada', ...life, ...claims })
    .setProtectedHeader({
      alg: key.jwk.alg ?? 'ES256',
      ...(key.kid === undefined ? {} : { kid: key.kid }),
      ...header,
    })
    .sign(key.privateKey, { crit: { unheard: false } });
}

/** Where an issuer publishes its keys. */
export interface KeyServer {
  readonly url: URL;
  readonly loopback: Loopback;
  /** What it answers from now on. */
  answer: { status: number; body: string; headers?: Record<string, string> };
  publish(...keys: readonly SigningKey[]): void;
  close(): Promise<void>;
}

export async function startKeyServer(): Promise<KeyServer> {
  const server: { answer: KeyServer['answer'] } = { answer: { status: 404, body: '' } };
  const held = await loopback((_request, response) => {
    const { status, body, headers = {} } = server.answer;
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
  });
  return Object.assign(server, {
    url: new URL('/keys', held.url),
    loopback: held,
    publish: (...keys: readonly SigningKey[]) => {
      server.answer = { status: 200, body: JSON.stringify({ keys: keys.map(({ jwk }) => jwk) }) };
    },
    close: () => held.close(),
  });
}

/** The configuration of the issuer. */
export function issuerOf(keys: IssuerConfig['keys'], change: Partial<IssuerConfig> = {}): IssuerConfig {
  return {
    issuer: ISSUER,
    name: 'id.example.org/realms/lab',
    audience: [AUDIENCE],
    keys,
    algorithms: ['ES256'],
    clockToleranceSeconds: 30,
    subjectClaim: 'sub',
    tenantClaim: null,
    grants: [{ grant: READ_ALL, when: null }],
    ...change,
  };
}
