/** `GET /api/v1/workloads` and its count. */
import type { ListFields } from '../listing/fields.ts';
import { dateField, numberField, pickFields, textField } from '../listing/fields.ts';
import type { ListKind } from '../listing/list.ts';
import { countReply, listReply } from '../listing/list.ts';
import type { Scope } from '../installation.ts';
import type { Release } from '../release.ts';
import type { Call } from '../routing/call.ts';
import { flag } from '../routing/call.ts';
import type { Reply } from '../wire/replies.ts';
import { categoryOf } from './kind.ts';
import { allocatedGpus, idleGpus } from './resources.ts';
import type { WorkloadRow } from './row.ts';
import { listedRows } from './row.ts';
import { priorityOf } from './scheduling.ts';
import { frameworkOf, workloadView } from './view.ts';

/** Neither `updatedAt` nor `id` is among them. */
function fieldsOf(scope: Scope): ListFields<WorkloadRow> {
  return {
    type: textField(({ workload }) => workload.kind),
    name: textField(({ workload }) => workload.job.name),
    clusterId: textField(() => scope.clusterId),
    projectId: textField(({ project }) => project.id),
    projectName: textField(({ project }) => project.name),
    departmentId: textField(({ project }) => project.department.id),
    departmentName: textField(({ project }) => project.department.name),
    createdAt: dateField(({ workload }) => workload.createdAt),
    deletedAt: dateField(({ standing }) => standing.deletedAt),
    submittedBy: textField(submitterOf),
    phase: textField(({ standing }) => standing.phase),
    completedAt: dateField(({ standing }) => standing.completedAt),
    nodepool: textField(({ currentPools }) => currentPools),
    distributedFramework: textField((row) => (row.workload.kind === 'Distributed' ? frameworkOf(row) : null)),
    allocatedGPU: numberField(({ pods }) => allocatedGpus(pods)),
    phaseUpdatedAt: dateField(({ standing }) => standing.since),
    idleGpus: numberField(({ pods }) => Math.floor(idleGpus(pods))),
    idleAllocatedGpus: numberField(({ pods }) => idleGpus(pods)),
    category: textField(({ workload }) => workload.submission?.category ?? categoryOf(workload.kind)),
    priority: numberField(({ workload }) => priorityOf(workload).value),
    priorityClassName: textField(({ workload }) => priorityOf(workload).name),
    totalPendingTimeSeconds: numberField(({ standing }) => Math.floor(standing.pendingMs / 1000)),
    totalRunningTimeSeconds: numberField(({ standing }) => Math.floor(standing.runningMs / 1000)),
    guaranteedRuntimeEndsAt: dateField(() => null),
    aiApplicationId: textField(() => null),
    aiApplicationName: textField(() => null),
  };
}

const OLD_FIELDS = [
  'type', 'name', 'clusterId', 'projectId', 'projectName', 'departmentId', 'departmentName', 'createdAt', 'deletedAt',
  'submittedBy', 'phase', 'completedAt', 'nodepool', 'allocatedGPU', 'distributedFramework',
]; // prettier-ignore

function inRelease(fields: ListFields<WorkloadRow>, release: Release): ListFields<WorkloadRow> {
  if (release.newestSortFields) return fields;
  return pickFields(fields, release.phaseUpdatedAt ? [...OLD_FIELDS, 'phaseUpdatedAt'] : OLD_FIELDS);
}

function submitterOf({ workload }: WorkloadRow): string {
  return workload.submission?.createdBy ?? `${workload.job.owner}@sandbox.example`;
}

function kindOf(scope: Scope): ListKind<WorkloadRow> {
  return {
    collection: 'workloads',
    fields: inRelease(fieldsOf(scope), scope.release),
    byDefault: { field: 'createdAt', order: 'desc' },
    idOf: ({ workload }) => workload.id,
    searched: (row) => [row.workload.job.name, row.project.name, row.workload.kind, submitterOf(row)],
  };
}

const rowsOf = (call: Call): readonly WorkloadRow[] =>
  listedRows(call.scope, call.identity, flag(call.query, 'deleted'));

export function listWorkloads(call: Call): Reply {
  return listReply(call, kindOf(call.scope), rowsOf(call), (row) => workloadView(row, call.scope));
}

export function countWorkloads(call: Call): Reply {
  return countReply(call, kindOf(call.scope), rowsOf(call));
}
