/**
 * Preemption: who is within quota does not wait for those who are over theirs. The world knows no quotas, so this looks
 * after the workloads that were submitted here, and those alone: watching the sandbox never changes what happens in it.
 */
import type { Scope } from '../installation.ts';
import { forgetReads } from '../installation.ts';
import { versionKey } from '../ledger.ts';
import { isOverQuota, totalDeserved, totalUsage } from '../org/quotas.ts';
import { isPlaced } from '../pods/pod.ts';
import type { WorkloadRow } from './row.ts';
import { everyRow } from './row.ts';
import { isPreemptible } from './scheduling.ts';

/** A workload that could be placed at once would have been by then. */
const PATIENCE_MS = 1000;

/** Puts one over-quota workload back in line for each waiting workload that is within quota and fits in its place. */
export function preemptForSubmissions(scope: Scope): void {
  if (scope.ledger.submissions.size === 0) return;
  const waiting = everyRow(scope).filter((row) => waitsWithinQuota(row, scope));
  for (const row of waiting) {
    const victim = victimFor(row, scope);
    if (victim === undefined) continue;
    const { job } = victim.workload;
    scope.ledger.continuations.set(versionKey(job.id, job.version + 1), 'preempt');
    scope.ledger.edition += 1;
    const message = `Preempted by ${row.project.name}/${row.workload.job.name}, which is within its quota.`;
    scope.site.rerun(job.id, message);
    forgetReads(scope);
  }
}

function waitsWithinQuota({ workload, standing, project }: WorkloadRow, scope: Scope): boolean {
  const { submission, request, job } = workload;
  if (submission === undefined || request.gpuDevices === 0 || standing.phase !== 'Pending') return false;
  if (standing.since + PATIENCE_MS > scope.nowMs) return false;
  const { gpu } = totalUsage(scope, project.name).allocated;
  return gpu + request.gpus * job.count <= totalDeserved(scope, project).gpu;
}

/** The newest of those that may be moved and hold enough on one node. */
function victimFor({ workload, project }: WorkloadRow, scope: Scope): WorkloadRow | undefined {
  const { gpuDevices } = workload.request;
  return everyRow(scope).findLast(
    (row) =>
      row.standing.phase === 'Running' &&
      row.project.name !== project.name &&
      row.workload.job.stopRequestedAt === null &&
      isPreemptible(row.workload) &&
      row.pods.some((pod) => isPlaced(pod) && pod.workload.request.gpuDevices >= gpuDevices) &&
      isOverQuota(scope, row.project.name),
  );
}
