import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import type { JsonWebKeySet } from '../../config/auth-config.ts';

/** Keys of one issuer are a handful; each is looked at for every token without a key id. */
const MAX_KEYS = 100;

/** Finds the key of a token among those of one moment. */
export type KeySet = JWTVerifyGetKey;

/** Null for what is no set of keys. Keys that are not public, or of a kind that is not known, are left out. */
export function keySetOf(value: unknown): KeySet | null {
  const keys = typeof value === 'object' && value !== null && 'keys' in value ? value.keys : null;
  if (!Array.isArray(keys) || keys.length > MAX_KEYS) return null;
  const usable: JsonWebKeySet['keys'] = keys.filter(isPublic);
  // Its type asks for the members of each kind of key, which the library itself checks.
  return createLocalJWKSet({ keys: usable as JSONWebKeySet['keys'] });
}

function isPublic(key: unknown): key is Readonly<Record<string, unknown>> {
  if (typeof key !== 'object' || key === null || !('kty' in key) || 'd' in key) return false;
  return key.kty === 'RSA' || key.kty === 'EC' || key.kty === 'OKP';
}

/** Whether a newer set of keys may hold the one that was not found. */
export function isUnknownKey(error: unknown): boolean {
  return error instanceof errors.JWKSNoMatchingKey;
}
