import type { Report } from './campaign.ts';

/** What one process says of its surface. */
export interface Told extends Omit<Report, 'outcomes'> {
  readonly name: string;
  /** The most frequent first. */
  readonly outcomes: readonly (readonly [string, number])[];
  readonly residentBytes: number;
}

/**
 * By how much what is in use may grow in the second half of a run, emulators and generators included: what two gateways set
 * aside for parsed documents. A leak of 20 KB for each request is more.
 */
export const GROWTH_BYTES = 128 * 1_048_576;
