/** What the control plane notices between two requests. Runs before every answer. */
import type { Installation } from '../installation.ts';

/** Forgotten jobs that are remembered as deleted workloads, at most. */
const MAX_FORGOTTEN = 1000;

/** Takes note of the world's new jobs, and of those it has forgotten: they were cleaned up after their time. */
export function noticeJobs({ site, ledger }: Installation, nowMs: number): void {
  for (const [id, job] of site.jobs) if (!ledger.known.has(id)) ledger.known.set(id, job);
  if (ledger.known.size === site.jobs.size) return;
  for (const id of ledger.known.keys()) {
    if (site.jobs.has(id) || ledger.forgotten.has(id)) continue;
    ledger.forgotten.set(id, nowMs);
    ledger.edition += 1;
  }
  for (const id of ledger.forgotten.keys()) {
    if (ledger.forgotten.size <= MAX_FORGOTTEN) return;
    ledger.forgotten.delete(id);
    ledger.known.delete(id);
    ledger.submissions.delete(id);
  }
}
