import { createHash } from 'node:crypto';

/** Digest of a part of the configuration: equal as long as it says the same. */
export function sourceOf(kind: 'key' | 'issuer' | 'anonymous', part: object): string {
  return createHash('sha256')
    .update(JSON.stringify([kind, part]))
    .digest('base64');
}
