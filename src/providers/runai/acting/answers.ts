import { GridweaveError } from '../../../model/errors.ts';
import type { ProviderKey } from '../../../model/ids.ts';
import { failureForStatus } from '../../../upstream/failure.ts';
import type { UpstreamResponse } from '../../../upstream/types.ts';
import { listOf, textOf, wireOf } from '../../reading.ts';
import { scrubValues } from '../../scrub.ts';
import { messageOf } from '../errors.ts';
import { objectIn } from './calls.ts';

/** What is known of a write that did not succeed. */
export type Failure =
  | { readonly outcome: 'REFUSED'; readonly error: GridweaveError }
  | { readonly outcome: 'UNKNOWN'; readonly error: GridweaveError };

export function isAccepted({ status }: UpstreamResponse): boolean {
  return status >= 200 && status < 300;
}

/** A status that says that nothing was done. Redirects that keep the method were not looked into by the API at all. */
function saysNo(status: number): boolean {
  return (status >= 400 && status < 500 && status !== 408) || [301, 302, 307, 308].includes(status);
}

/** What an answer outside 2xx says of a write. `hidden`: values that must not be repeated from the provider's words. */
export function failureIn(
  response: UpstreamResponse,
  provider: ProviderKey,
  hidden: readonly string[] = [],
): Failure {
  const words = reasonIn(response);
  const error = failureForStatus(response, provider, words === null ? null : scrubValues(words, hidden));
  return { outcome: saysNo(response.status) ? 'REFUSED' : 'UNKNOWN', error };
}

/** The provider's reason, and each breach of a policy with the field it is about. */
function reasonIn(response: UpstreamResponse): string | null {
  const { body } = response;
  const issues = listOf(objectIn(response)?.['complianceIssues'])
    .map(wireOf)
    .flatMap((issue) => {
      const parts = [textOf(issue['field']), textOf(issue['details']) ?? textOf(issue['rule'])];
      const said = parts.filter((part) => part !== null);
      return said.length === 0 ? [] : [said.join(' ')];
    });
  const message = messageOf(body);
  if (issues.length === 0) return message;
  return `${message ?? 'The policy forbids it'} (${issues.join('; ')})`;
}

/**
 * Whether a create was refused because the name is taken. The specification of 2.24 lists no status for it: 409 is what
 * a later API answers, and older releases may say it with 400. Unverified.
 */
export function isDuplicate(response: UpstreamResponse): boolean {
  if (response.status === 409) return true;
  const words = response.status === 400 ? (messageOf(response.body) ?? '') : '';
  return /\b(?:name|workload)\b/i.test(words) && /already (?:exists|in use|taken)|duplicate/i.test(words);
}

/** These codes say that no token was to be had, or that our own limits held the call back. */
const NEVER_SENT = new Set(['UNAUTHENTICATED', 'RATE_LIMITED']);

/**
 * What is known of a write that got no answer. Rethrows what is no outcome of a call: the caller left, has no call
 * left to spend, or we made a mistake.
 */
export function failureOf(error: unknown): Failure {
  if (!(error instanceof GridweaveError)) throw error;
  if (error.code === 'CANCELLED' || error.code === 'CALL_BUDGET_EXCEEDED' || error.code === 'INTERNAL')
    throw error;
  const held = error.details.sent === false || NEVER_SENT.has(error.code);
  return { outcome: held ? 'REFUSED' : 'UNKNOWN', error };
}
