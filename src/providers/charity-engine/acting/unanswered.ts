import { GridweaveError } from '../../../model/errors.ts';
import type { ActionAnswer } from '../../acting.ts';

/** What a change that got no answer may have become. */
export type Unanswered = Extract<ActionAnswer, { outcome: 'REFUSED' | 'UNKNOWN' }>;

/** Errors that say nothing of the provider: the caller left or has spent too much, or the gateway is at fault. */
const NOT_ITS_OWN = new Set(['CANCELLED', 'CALL_BUDGET_EXCEEDED', 'INTERNAL']);

/** What an error of the client says of a change: what never left this machine has had no effect. Throws what is not its own. */
export function unanswered(error: unknown): Unanswered {
  if (!(error instanceof GridweaveError) || NOT_ITS_OWN.has(error.code)) throw error;
  return { outcome: error.details.sent === false ? 'REFUSED' : 'UNKNOWN', error };
}

/**
 * Whether an answer with this status leaves open what became of a change: a failure may come from a server in front of the one
 * that has done it, and "see other" may follow something that was done.
 */
export function leavesOpen(status: number): boolean {
  return status >= 500 || status === 408 || status === 302 || status === 303 || status < 200;
}
