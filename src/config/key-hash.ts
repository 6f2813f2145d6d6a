/**
 * What the configuration holds of an API key: scrypt of it, with its parameters, in characters that neither YAML, a
 * shell nor a compose file takes for its own: `scrypt.14.8.1.<salt>.<digest>`, salt and digest in base64url.
 */
export interface KeyHash {
  /** log2 of scrypt's N. Memory is 128 · N · r bytes. */
  readonly logN: number;
  readonly r: number;
  readonly p: number;
  readonly salt: Buffer;
  readonly digest: Buffer;
}

export const SALT_BYTES = 16;
export const DIGEST_BYTES = 32;

/** 16 MiB at least and 128 MiB at most: less is too cheap, more would let callers use up the memory. */
const LOG_N = { least: 14, most: 17 };

/** How the id of a key is written, in the key itself and in the configuration: no underscore, which ends it. */
export const KEY_ID_PATTERN = /^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/;

/** `gw_<id>_<256 bits in base64url>`. */
export const API_KEY_PATTERN = /^gw_([a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?)_([A-Za-z0-9_-]{43})$/;

/** Null for anything that `spellKeyHash` cannot have written, or that is too weak or too dear. */
export function parseKeyHash(text: string): KeyHash | null {
  const match = /^scrypt\.(\d{2})\.(8)\.([1-4])\.([A-Za-z0-9_-]{22})\.([A-Za-z0-9_-]{43})$/.exec(text);
  if (match === null) return null;
  const [, logN, r, p, salt = '', digest = ''] = match;
  if (Number(logN) < LOG_N.least || Number(logN) > LOG_N.most) return null;
  const hash: KeyHash = {
    logN: Number(logN),
    r: Number(r),
    p: Number(p),
    salt: Buffer.from(salt, 'base64url'),
    digest: Buffer.from(digest, 'base64url'),
  };
  return spellKeyHash(hash) === text ? hash : null;
}

export function spellKeyHash({ logN, r, p, salt, digest }: KeyHash): string {
  return ['scrypt', logN, r, p, salt.toString('base64url'), digest.toString('base64url')].join('.');
}
