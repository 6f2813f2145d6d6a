import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { GridweaveError } from '../../model/errors.ts';

/** Whether an `Authorization` header holds the one user and password that are accepted. */
export type BasicCheck = (header: string | undefined) => boolean;

const MAX_HEADER = 4_096;

/**
 * A check for `Authorization: Basic …`. User and password live in the closure alone, as a keyed digest: comparing digests
 * of one length takes the same time wherever two secrets differ, and however long they are.
 */
export function basicCheck(user: string, password: string): BasicCheck {
  if (user === '' || user.includes(':') || password === '') {
    throw new GridweaveError(
      'INVALID_ARGUMENT',
      'The capacity callback needs a user without a colon, and a password.',
      { field: 'user' },
    );
  }
  const key = randomBytes(32);
  const digest = (pair: Buffer): Buffer => createHmac('sha256', key).update(pair).digest();
  const expected = digest(Buffer.from(`${user}:${password}`));
  return (header) => {
    const given = header !== undefined && header.length <= MAX_HEADER ? header : '';
    const token = /^basic +([A-Za-z0-9+/]+={0,2})$/i.exec(given)?.[1] ?? '';
    return timingSafeEqual(digest(Buffer.from(token, 'base64')), expected);
  };
}
