import { GridweaveError } from '../model/errors.ts';
import type { CallOutcome } from './circuit.ts';

/** Whether a status tells of trouble at the provider, rather than of the request. */
export function isTroubleStatus(status: number): boolean {
  return status >= 500 || status === 429 || status === 408;
}

/** What an answer says about the provider's health. */
export function outcomeOfStatus(status: number, durationMs: number, slowCallMs: number): CallOutcome {
  return isTroubleStatus(status) || durationMs > slowCallMs ? 'FAILURE' : 'SUCCESS';
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
