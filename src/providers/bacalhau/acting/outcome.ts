import { GridweaveError } from '../../../model/errors.ts';
import type { ProviderKey } from '../../../model/ids.ts';
import type { UpstreamResponse } from '../../../upstream/types.ts';
import { complaintOf, failureOf, type Complaint } from '../errors.ts';

/** What a call that was no success tells of its effect. */
export type NoSuccess =
  | { readonly outcome: 'REFUSED'; readonly error: GridweaveError }
  | { readonly outcome: 'UNKNOWN'; readonly error: GridweaveError };

/** Not answers of the provider: the caller went, the operation has no calls left, or the request was no request. */
const NOT_ANSWERS: ReadonlySet<string> = new Set(['CANCELLED', 'CALL_BUDGET_EXCEEDED', 'INTERNAL']);

/** A call without an answer: refused when it never left, and unknown when it may have. Throws what is no answer. */
export function unanswered(error: unknown): NoSuccess {
  if (!(error instanceof GridweaveError) || NOT_ANSWERS.has(error.code)) throw error;
  return { outcome: error.details.sent === false ? 'REFUSED' : 'UNKNOWN', error };
}

/** A call before the one that matters: without its answer that one is not made. Throws what is no answer. */
export function notTried(error: unknown): { readonly outcome: 'REFUSED'; readonly error: GridweaveError } {
  return { outcome: 'REFUSED', error: unanswered(error).error };
}

/** Client errors that a proxy may send while the server is still at work. */
const STILL_AT_WORK: ReadonlySet<number> = new Set([408, 499]);

/**
 * An answer that is no success. Nothing is done of what is refused with 4xx, nor of what a redirect answers: it comes
 * from something on the way. Of the others (a handler's 30 s are over, a proxy lost the server, a fault within) only what
 * `isRefusal` recognises is certain.
 */
export function noSuccess(
  response: UpstreamResponse,
  provider: ProviderKey,
  isRefusal: (complaint: Complaint) => boolean,
  hidden: readonly string[] = [],
): NoSuccess {
  const error = failureOf(response, provider, hidden);
  const { status } = response;
  const isCertain = status < 500 ? !STILL_AT_WORK.has(status) : isRefusal(complaintOf(response.body));
  return { outcome: isCertain ? 'REFUSED' : 'UNKNOWN', error };
}

export function isSuccess({ status }: UpstreamResponse): boolean {
  return status >= 200 && status <= 299;
}

/** The same failure under another code: what the server's words say, and its status does not. */
export function recoded(
  error: GridweaveError,
  code: GridweaveError['code'],
  message = error.message,
): GridweaveError {
  return new GridweaveError(code, message, error.details);
}
