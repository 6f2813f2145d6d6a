import type { Installation } from '../installation.ts';
import { namedJobs } from './ids.ts';
import { isTerminal, jobWord } from './words.ts';

/**
 * Aborts these jobs: what waits at once, what runs a moment later. What has ended stays as it ended, without complaint.
 * With an id that is not there nothing is cancelled at all; that is our reading.
 */
export function cancelJobs(installation: Installation, ids: readonly string[]): void {
  for (const job of namedJobs(installation, ids)) {
    if (!isTerminal(jobWord(job))) installation.site.stop(job.id, 'Cancelled by the user.');
  }
}
