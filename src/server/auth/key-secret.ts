import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { API_KEY_PATTERN, DIGEST_BYTES, SALT_BYTES, type KeyHash } from '../../config/key-hash.ts';

/**
 * 16 MiB for some 40 ms. A key is 256 random bits, so nobody guesses it from its hash whatever the hash is; the cost is
 * for keys that people made up against all advice.
 */
export const DEFAULT_COST = { logN: 14, r: 8, p: 1 } as const;

const SECRET_BYTES = 32;

/** A new key for an id. */
export function createKey(id: string): string {
  const key = `gw_${id}_${randomBytes(SECRET_BYTES).toString('base64url')}`;
  if (!API_KEY_PATTERN.test(key)) throw new RangeError('not an id of a key');
  return key;
}

/** What the configuration is to hold of a key. */
export async function hashKey(key: string): Promise<KeyHash> {
  const salt = randomBytes(SALT_BYTES);
  return { ...DEFAULT_COST, salt, digest: await derive(key, { ...DEFAULT_COST, salt }) };
}

/** A hash that no key has, and that costs what others of its kind cost. */
export function hashOfNothing(cost: Pick<KeyHash, 'logN' | 'r' | 'p'> = DEFAULT_COST): KeyHash {
  const { logN, r, p } = cost;
  return { logN, r, p, salt: randomBytes(SALT_BYTES), digest: randomBytes(DIGEST_BYTES) };
}

/** Whether a key is the one that was hashed. Takes equally long for every key. */
export async function isKeyOf(key: string, hash: KeyHash): Promise<boolean> {
  return timingSafeEqual(await derive(key, hash), hash.digest);
}

function derive(key: string, { logN, r, p, salt }: Omit<KeyHash, 'digest'>): Promise<Buffer> {
  const N = 2 ** logN;
  return new Promise((resolve, reject) => {
    // Node asks for room beside the 128 · N · r bytes of the algorithm itself.
    scrypt(key, salt, DIGEST_BYTES, { N, r, p, maxmem: 256 * N * r }, (error, digest) => {
      if (error === null) resolve(digest);
      else reject(error);
    });
  });
}
