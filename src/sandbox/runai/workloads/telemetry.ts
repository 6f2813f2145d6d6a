/** `GET /api/v1/workloads/telemetry`: how many workloads there are, and what they hold. */
import { telemetryReply, telemetryType } from '../metrics/telemetry.ts';
import type { Call } from '../routing/call.ts';
import { listOf } from '../routing/call.ts';
import type { Reply } from '../wire/replies.ts';
import { categoryOf } from './kind.ts';
import { allocatedGpus } from './resources.ts';
import type { WorkloadRow } from './row.ts';
import { listedRows } from './row.ts';

const TYPES = ['WORKLOADS_COUNT', 'GPU_ALLOCATION', 'PENDING_TIME_DISTRIBUTION'] as const;

const one = (value: string): readonly { readonly value: string; readonly name: string }[] => [
  { value, name: value },
];

/** A distribution is answered as its mean, in seconds: how the service cuts it up is not documented. */
function measure(type: (typeof TYPES)[number], rows: readonly WorkloadRow[]): number {
  if (type === 'WORKLOADS_COUNT') return rows.length;
  if (type === 'GPU_ALLOCATION') return rows.reduce((sum, { pods }) => sum + allocatedGpus(pods), 0);
  const pending = rows.reduce((sum, { standing }) => sum + standing.pendingMs / 1000, 0);
  return rows.length === 0 ? 0 : pending / rows.length;
}

export function workloadTelemetry(call: Call): Reply {
  const { scope, query, identity } = call;
  const type = telemetryType(query, TYPES);
  const phases = listOf(query, 'filterByPhases');
  const fits = (name: string, value: string): boolean => (query.get(name) ?? value) === value;
  const rows = listedRows(scope, identity, false).filter(
    ({ standing, project, currentPools }) =>
      (phases.length === 0 || phases.includes(standing.phase)) &&
      fits('clusterId', scope.clusterId) &&
      fits('departmentId', project.department.id) &&
      (query.get('nodepoolName') === null || currentPools.includes(query.get('nodepoolName') ?? '')),
  );
  const groupings = {
    ClusterId: () => [{ value: scope.clusterId, name: scope.clusterName }],
    DepartmentId: ({ project }: WorkloadRow) => [
      { value: project.department.id, name: project.department.name },
    ],
    ProjectId: ({ project }: WorkloadRow) => [{ value: project.id, name: project.name }],
    Type: ({ workload }: WorkloadRow) => one(workload.kind),
    CurrentNodepools: ({ currentPools }: WorkloadRow) => currentPools.flatMap(one),
    Phase: ({ standing }: WorkloadRow) => one(standing.phase),
    Category: ({ workload }: WorkloadRow) => one(workload.submission?.category ?? categoryOf(workload.kind)),
  };
  return telemetryReply(call, type, rows, groupings, (group) => measure(type, group));
}
