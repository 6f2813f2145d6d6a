import { GridweaveError } from '../model/errors.ts';
import type { Call } from './call.ts';
import type { CallOutcome } from './circuit.ts';
import type { UpstreamResponse } from './types.ts';

/** Whether a status tells of trouble at the provider, rather than of the request. */
export function isTroubleStatus(status: number): boolean {
  return status >= 500 || status === 429 || status === 408;
}

/** The same of an answer, by the words of an API that refuses with a fault. */
export function isTrouble(
  { status, body }: Pick<UpstreamResponse, 'status' | 'body'>,
  { refusesWithFault }: Pick<Call, 'refusesWithFault'>,
): boolean {
  if (!isTroubleStatus(status)) return false;
  return status < 500 || typeof body !== 'string' || refusesWithFault?.(body) !== true;
}

/** What an answer says about the provider's health. */
export function outcomeOfAnswer(trouble: boolean, durationMs: number, slowCallMs: number): CallOutcome {
  return trouble || durationMs > slowCallMs ? 'FAILURE' : 'SUCCESS';
}

/**
 * What an error of a sent call says about the provider's health. A caller that was almost out of time when it called
 * (less than `fairMs`) proves nothing by its timeout: one slow provider must not open another one's circuit.
 */
export function outcomeOfError(error: unknown, durationMs: number, fairMs: number): CallOutcome {
  if (!(error instanceof GridweaveError)) return 'NONE';
  switch (error.code) {
    case 'PROVIDER_UNAVAILABLE':
      return 'FAILURE';
    case 'PROVIDER_TIMEOUT':
      return durationMs >= fairMs ? 'FAILURE' : 'NONE';
    case 'PROVIDER_PROTOCOL':
      // It did answer; what is wrong with one answer need not be wrong with the others.
      return 'SUCCESS';
    default:
      return 'NONE';
  }
}
