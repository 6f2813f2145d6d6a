/** JSON Web Tokens, signed with a key that dies with the emulator. */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { isObject } from '../wire/json.ts';
import type { JsonObject } from '../wire/json.ts';

export interface JwtSigner {
  sign(claims: JsonObject): string;
  /** The claims of a token signed here, expired or not; null for any other text. */
  verify(token: string): JsonObject | null;
}

const HEADER = Buffer.from(JSON.stringify({ alg: 'HS256', typ: 'JWT', kid: 'sandbox' })).toString(
  'base64url',
);

export function createJwtSigner(): JwtSigner {
  const key = randomBytes(32);
  const signatureOf = (signed: string): Buffer => createHmac('sha256', key).update(signed).digest();
  return {
    sign: (claims) => {
      const signed = `${HEADER}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}`;
      return `${signed}.${signatureOf(signed).toString('base64url')}`;
    },
    verify: (token) => {
      const [header = '', payload = '', signature = '', ...rest] = token.split('.');
      if (rest.length > 0 || header !== HEADER) return null;
      const given = Buffer.from(signature, 'base64url');
      const right = signatureOf(`${header}.${payload}`);
      if (given.length !== right.length || !timingSafeEqual(given, right)) return null;
      const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
      return isObject(claims) ? claims : null;
    },
  };
}
