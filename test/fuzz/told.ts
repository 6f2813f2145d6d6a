import type { Report } from './campaign.ts';

/** What one process says of its surface. */
export interface Told extends Omit<Report, 'outcomes'> {
  readonly name: string;
  /** The most frequent first. */
  readonly outcomes: readonly (readonly [string, number])[];
  readonly residentBytes: number;
}

/** By how much what is in use may grow in the second half of a run, when all caches are full: emulators and generators included. */
export const GROWTH_BYTES = 64 * 1_048_576;
