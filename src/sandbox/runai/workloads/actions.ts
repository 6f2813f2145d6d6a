/** Delete, suspend and resume. All are taken optimistically: what makes no sense in a phase changes nothing. */
import type { Scope } from '../installation.ts';
import { forgetReads } from '../installation.ts';
import { versionKey } from '../ledger.ts';
import type { Phase } from './phases.ts';
import type { WorkloadRow } from './row.ts';

const SUSPENDABLE: readonly Phase[] = [
  'Creating', 'Pending', 'Initializing', 'Running', 'Degraded', 'Updating', 'Resuming', 'Unknown',
]; // prettier-ignore

export type Action = 'delete' | 'suspend' | 'resume';

/** Does it, unless the phase has no use for it. Whether the kind supports it is the caller's question. */
export function act(scope: Scope, row: WorkloadRow, action: Action): void {
  if (row.standing.deletedAt !== null || row.standing.phase === 'Deleting') return;
  if (action === 'delete') deleteWorkload(scope, row);
  else if (action === 'suspend') suspend(scope, row);
  else resume(scope, row);
  forgetReads(scope);
}

function deleteWorkload({ site, ledger, nowMs }: Scope, { workload }: WorkloadRow): void {
  if (workload.deletionRequestedAt !== null) return;
  ledger.deletions.set(workload.id, nowMs);
  ledger.edition += 1;
  site.stop(workload.job.id, 'Deleted by user');
}

function suspend({ site, ledger }: Scope, { workload, standing }: WorkloadRow): void {
  const { job } = workload;
  if (!SUSPENDABLE.includes(standing.phase) || job.stopRequestedAt !== null) return;
  ledger.suspensions.add(versionKey(job.id, job.version));
  ledger.edition += 1;
  site.stop(job.id, 'Suspended by user');
}

function resume({ site, ledger }: Scope, { workload, standing }: WorkloadRow): void {
  const { job } = workload;
  if (standing.phase !== 'Stopped') return;
  ledger.continuations.set(versionKey(job.id, job.version + 1), 'resume');
  ledger.edition += 1;
  site.rerun(job.id, 'Resumed by user');
}
