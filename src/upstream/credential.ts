import { createHash } from 'node:crypto';
import { GridweaveError } from '../model/errors.ts';
import type { Credential, TokenExchange } from './types.ts';

const FINGERPRINT_LENGTH = 16;
const HEADER_NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/;
/** Visible ASCII and single spaces or tabs between: no line break can end the header early. */
const HEADER_VALUE = /^[\x21-\x7e](?:[\x20-\x7e\t]*[\x21-\x7e])?$/;

/**
 * 64 bits of a SHA-256 over header and secret. Not keyed: replicas of the gateway must agree on it. It identifies a
 * credential among those of one installation, and says nothing useful about a token of ordinary strength.
 */
export function fingerprintOf(name: string, value: string, bodySecret: string | null = null): string {
  // No header's value holds a line break. Where both places hold the same secret, the body's adds nothing.
  const same = bodySecret === null || value === bodySecret || value === `Bearer ${bodySecret}`;
  const rest = same ? '' : `\n${bodySecret}`;
  return createHash('sha256')
    .update(`gridweave credential\n${name}\n${value}${rest}`)
    .digest('hex')
    .slice(0, FINGERPRINT_LENGTH);
}

/** The secret lives in the closure alone: no property, and so no serializer or inspector, leads to it. */
function sealed(name: string, value: string, bodySecret: string | null): Credential {
  if (!HEADER_VALUE.test(value)) {
    throw new GridweaveError(
      'INVALID_ARGUMENT',
      'The credential is empty, or holds a character that its header cannot carry. A line break at its end is the usual reason.',
      { field: 'credential' },
    );
  }
  return Object.freeze({
    fingerprint: fingerprintOf(name, value, bodySecret),
    apply(headers: Record<string, string>) {
      headers[name] = value;
    },
    ...(bodySecret === null
      ? {}
      : {
          applyToBody(body: Record<string, unknown>, member: string) {
            body[member] = bodySecret;
          },
        }),
  });
}

/** `Authorization: Bearer <token>`. `bodySecret` is what a call that wants the secret in its body gets instead. */
export function bearerCredential(token: string, bodySecret: string = token): Credential {
  return sealed(
    'authorization',
    /^\S+$/.test(token) && bodySecret !== '' ? `Bearer ${token}` : '',
    bodySecret,
  );
}

/** `Authorization: Basic …` (RFC 7617): the user holds no colon; both are sent as UTF-8. */
export function basicCredential(user: string, password: string): Credential {
  if (user.includes(':')) {
    throw new GridweaveError('INVALID_ARGUMENT', 'The user of a Basic credential must not hold a colon.', {
      field: 'credential',
    });
  }
  return sealed('authorization', `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`, null);
}

/** A header of the provider's own; Qarnot wants the bare token in `Authorization`. */
export function headerCredential(name: string, value: string): Credential {
  if (!HEADER_NAME.test(name)) {
    throw new GridweaveError('INVALID_ARGUMENT', 'The credential’s header name is not a valid header name.', {
      field: 'credential',
    });
  }
  return sealed(name.toLowerCase(), value, value);
}

/** For calls that are not to be made: each is refused with UNAUTHENTICATED, and never leaves. */
export function refusedCredential(message: string): Credential {
  return Object.freeze({
    fingerprint: 'refused',
    apply() {},
    tokens: Object.freeze({
      baseUrl: null,
      current: ({ provider }: TokenExchange) =>
        Promise.reject(new GridweaveError('UNAUTHENTICATED', message, { provider, sent: false })),
    }),
  });
}

/** For providers that ask for none. */
export const noCredential: Credential = Object.freeze({ fingerprint: 'none', apply() {} });
