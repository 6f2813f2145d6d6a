import type { EpochMs } from '../model/time.ts';

/** A day: no provider means more than that, and larger numbers are a mistake that must not stop us for good. */
const MAX_RETRY_AFTER_MS = 86_400_000;

/**
 * The wait that a `Retry-After` header asks for, in milliseconds from `receivedAt`; null when it is absent or unusable.
 * Both forms of RFC 9110 section 10.2.3 are read: whole seconds, and an HTTP date. A date in the past means 0. The
 * provider's own `Date` header, where there is one, is the date's reference: its clock need not agree with ours.
 */
export function retryAfterMs(headers: Readonly<Record<string, string>>, receivedAt: EpochMs): number | null {
  const value = headers['retry-after']?.trim();
  if (value === undefined || value === '') return null;
  if (/^\d{1,9}$/.test(value)) return Math.min(Number(value) * 1000, MAX_RETRY_AFTER_MS);
  // Date.parse also takes "-5" or "1.5" for a year: only something with a month's name is an HTTP date.
  if (!/[A-Za-z]{3}/.test(value)) return null;
  const at = Date.parse(value);
  if (Number.isNaN(at)) return null;
  const theirNow = Date.parse(headers['date'] ?? '');
  return Math.min(Math.max(at - (Number.isNaN(theirNow) ? receivedAt : theirNow), 0), MAX_RETRY_AFTER_MS);
}
