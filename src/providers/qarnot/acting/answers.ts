import { GridweaveError, type ErrorCode } from '../../../model/errors.ts';
import type { ProviderKey } from '../../../model/ids.ts';
import { failureForStatus } from '../../../upstream/failure.ts';
import type { UpstreamResponse } from '../../../upstream/types.ts';
import { scrubValues } from '../../scrub.ts';
import { messageOf } from '../errors.ts';

/** What became of a call that was sent at most once. */
export type Sent =
  | { readonly outcome: 'ANSWERED'; readonly response: UpstreamResponse }
  | { readonly outcome: 'REFUSED'; readonly error: GridweaveError; readonly refusal: Refusal | null }
  | { readonly outcome: 'UNKNOWN'; readonly error: GridweaveError };

/** What the service said, to judge by: unlike the error, it may hold what was sent in confidence. */
export interface Refusal {
  readonly status: number;
  readonly message: string;
}

/** What the adapter contract lets through as a rejection. */
const REJECTED: readonly ErrorCode[] = ['CANCELLED', 'CALL_BUDGET_EXCEEDED'];

export function isRejection(error: unknown): boolean {
  return !(error instanceof GridweaveError) || REJECTED.includes(error.code);
}

/**
 * Sorts what came of a call by whether it may have taken effect. An answer below 500 tells; a redirect was not followed, so
 * nothing was done, except for 303, which is sent when something was. 408 says that the service did not hear all of it,
 * which a proxy may say of a request that it passed on.
 */
export async function sentOnce(
  provider: ProviderKey,
  call: Promise<UpstreamResponse>,
  secrets: readonly string[],
): Promise<Sent> {
  let response: UpstreamResponse;
  try {
    response = await call;
  } catch (error) {
    if (!(error instanceof GridweaveError) || isRejection(error)) throw error;
    return error.details.sent === false
      ? { outcome: 'REFUSED', error, refusal: null }
      : { outcome: 'UNKNOWN', error };
  }
  const { status } = response;
  if (status >= 200 && status < 300) return { outcome: 'ANSWERED', response };
  const unknown = status >= 500 || status === 408 || status === 303 || status < 200;
  const said = messageOf(response.body);
  const error = errorOf(provider, response, said, secrets);
  return unknown
    ? { outcome: 'UNKNOWN', error }
    : { outcome: 'REFUSED', error, refusal: { status, message: said ?? '' } };
}

/** The provider's refusal, in its own words but for what it was sent in confidence. */
function errorOf(
  provider: ProviderKey,
  response: UpstreamResponse,
  said: string | null,
  secrets: readonly string[],
): GridweaveError {
  const message = said === null ? null : scrubValues(said, secrets);
  const error = failureForStatus(response, provider, message);
  return isQuota(response.status, said ?? '')
    ? new GridweaveError('QUOTA_EXCEEDED', error.message, error.details)
    : error;
}

/**
 * 402 means too few credits, but for hardware that was not found; 403 may mean a full quota, in the words that the official
 * Python SDK looks for.
 */
function isQuota(status: number, message: string): boolean {
  if (status === 402) return !/hardware constraint/i.test(message);
  return status === 403 && /maximum number of \w+ reached|quota|not enough credits/i.test(message);
}
