/** A workload as the typed endpoints print it: other names for the same things, and the spec as it was submitted. */
import type { Scope } from '../installation.ts';
import type { JsonObject } from '../wire/json.ts';
import { printBytes } from '../wire/quantities.ts';
import type { WorkloadRow } from './row.ts';
import { frameworkOf } from './view.ts';

/** `name, requestedName, workloadId, …, desiredPhase, actualPhase, spec`. */
export function typedView(row: WorkloadRow, scope: Scope): JsonObject {
  const { workload, standing, project } = row;
  const { submission, job } = workload;
  const going = standing.deletedAt !== null || standing.phase === 'Deleting';
  const resting = standing.phase === 'Stopped' || standing.phase === 'Stopping';
  return {
    name: job.name,
    requestedName: submission?.requestedName ?? job.name,
    workloadId: workload.id,
    projectId: project.id,
    departmentId: project.department.id,
    clusterId: scope.clusterId,
    createdBy: submission?.createdBy ?? `${job.owner}@sandbox.example`,
    createdAt: scope.date(workload.createdAt),
    deletedAt: standing.deletedAt === null ? null : scope.date(standing.deletedAt),
    desiredPhase: going ? 'Deleted' : resting ? 'Stopped' : 'Running',
    ...(scope.omitActualPhase ? {} : { actualPhase: standing.phase }),
    ...(submission?.echo ?? { spec: specOf(row) }),
  };
}

/** The spec that one of the world's own people would have submitted. */
function specOf(row: WorkloadRow): JsonObject {
  const { job, kind, request } = row.workload;
  const [command, ...args] = job.command;
  return {
    image: job.image,
    command: command ?? null,
    args: args.length === 0 ? null : args.join(' '),
    environmentVariables: Object.entries(job.env).map(([name, value]) => ({ name, value })),
    labels: Object.entries(job.labels).map(([name, value]) => ({ name, value })),
    compute: {
      gpuDevicesRequest: request.gpuDevices,
      gpuRequestType: request.gpuRequestType,
      gpuPortionRequest: request.gpuDevices === 0 ? null : 1,
      cpuCoreRequest: request.cpuCores,
      cpuMemoryRequest: printBytes(request.memoryBytes),
    },
    ...(kind === 'Inference' ? {} : { backoffLimit: job.maxRetries }),
    ...(kind === 'Training' ? { parallelism: job.count, completions: job.count } : {}),
    ...(kind === 'Distributed' ? { distributedFramework: frameworkOf(row), numWorkers: job.count } : {}),
  };
}
