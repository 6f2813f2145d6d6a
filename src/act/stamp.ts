/**
 * Everything that changes something at a provider. This folder owns when a call may be repeated: intents written before a
 * create, stamps that find it again, reconciliation after a lost answer; it checks what was asked before anything is
 * sent, audits every action, and tells `live/` what it did. `graph/` calls it; adapters are asked through `providers/acting.ts`.
 */
import { createHash } from 'node:crypto';
import type { Viewer } from '../model/access.ts';
import type { ProviderKey } from '../model/ids.ts';
import type { SubmissionStamp } from '../providers/acting.ts';

const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';
const ID_LETTERS = 26;
const HASH_DIGITS = 16;

/** Whose keys these are: the same key of two scopes means two submissions. */
export type KeyScope = string & { readonly __brand: 'KeyScope' };

/** Every caller's own. `own`: tells apart those who ask under one name, by the credentials that they have of their own. */
export function scopeOf({ id, tenant }: Viewer, own = ''): KeyScope {
  return (tenant === null && own === '' ? id : JSON.stringify([id, tenant, own])) as KeyScope;
}

/**
 * The stamp of a submission: made of the scope, the provider and the caller's key alone, so that it needs no storage to be
 * found again. A digest, because keys are the callers' own and stamps are shown to whoever can read the provider.
 */
export function stampOf(
  scope: KeyScope,
  provider: ProviderKey,
  idempotencyKey: string,
  asked: unknown,
): SubmissionStamp {
  const digest = createHash('sha256')
    .update(JSON.stringify([scope, provider, idempotencyKey]))
    .digest();
  const hash = createHash('sha256').update(canonical(asked)).digest('hex');
  return { id: base32(digest), specHash: hash.slice(0, HASH_DIGITS) };
}

function base32(bytes: Buffer): string {
  let bits = 0n;
  for (const byte of bytes) bits = (bits << 8n) | BigInt(byte);
  let text = '';
  for (let i = 0; i < ID_LETTERS; i += 1) {
    text += BASE32[Number(bits & 31n)] ?? '';
    bits >>= 5n;
  }
  return text;
}

/** JSON with sorted members and without absent ones: the same question gives the same text. */
export function canonical(value: unknown): string {
  return (
    JSON.stringify(value, (_name, member: unknown) =>
      typeof member === 'object' && member !== null && !Array.isArray(member)
        ? Object.fromEntries(
            Object.entries(member)
              .filter(([, inner]) => inner !== undefined && inner !== null)
              .sort(([a], [b]) => (a < b ? -1 : 1)),
          )
        : member,
    ) ?? 'null'
  );
}
