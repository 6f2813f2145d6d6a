/** Telemetry of projects and departments: quotas, and what is allocated of them. */
import type { Scope } from '../installation.ts';
import { telemetryReply, telemetryType } from '../metrics/telemetry.ts';
import type { NodePool } from '../nodes/pools.ts';
import { poolsOf } from '../nodes/pools.ts';
import type { Call } from '../routing/call.ts';
import type { RouteTable } from '../routing/router.ts';
import type { Project } from './projects.ts';
import { projectsFor } from './projects.ts';
import type { Amount } from './quotas.ts';
import { deservedOf, usageIn } from './quotas.ts';

const TYPES = [
  'GPU_QUOTA', 'CPU_QUOTA', 'MEMORY_QUOTA', 'GPU_ALLOCATION', 'CPU_ALLOCATION', 'MEMORY_ALLOCATION',
  'GPU_ALLOCATION_NON_PREEMPTIBLE', 'CPU_ALLOCATION_NON_PREEMPTIBLE', 'MEMORY_ALLOCATION_NON_PREEMPTIBLE',
] as const; // prettier-ignore

interface Part {
  readonly project: Project;
  readonly pool: NodePool;
}

function amountOf(type: (typeof TYPES)[number], { project, pool }: Part, scope: Scope): Amount {
  if (type.endsWith('_QUOTA')) return deservedOf(scope, project, pool);
  const usage = usageIn(scope, project.name, pool.name);
  return type.endsWith('_NON_PREEMPTIBLE') ? usage.allocatedNonPreemptible : usage.allocated;
}

function figure(type: (typeof TYPES)[number], part: Part, scope: Scope): number {
  const { gpu, cpu, memory } = amountOf(type, part, scope);
  if (type.startsWith('GPU')) return gpu;
  return type.startsWith('CPU') ? cpu : memory;
}

function partsOf(call: Call): readonly Part[] {
  const { scope, query, identity } = call;
  const [cluster, department] = [query.get('clusterId'), query.get('departmentId')];
  const [poolId, poolName] = [query.get('nodepoolId'), query.get('nodepoolName')];
  if (cluster !== null && cluster.toLowerCase() !== scope.clusterId) return [];
  const projects = projectsFor(scope, identity).filter(
    (project) => department === null || project.department.id === department,
  );
  const pools = poolsOf(scope.site).filter(
    ({ id, name }) => (poolId === null || id === poolId) && (poolName === null || name === poolName),
  );
  return projects.flatMap((project) => pools.map((pool) => ({ project, pool })));
}

export const orgTelemetryRoutes: RouteTable = {
  'GET /api/v1/org-unit/projects/telemetry': (call) => {
    const { scope } = call;
    const type = telemetryType(call.query, TYPES);
    const groupings = {
      ClusterId: () => [{ value: scope.clusterId, name: scope.clusterName }],
      NodepoolId: ({ pool }: Part) => [{ value: pool.id, name: pool.name }],
      ParentId: ({ project }: Part) => [{ value: project.department.id, name: project.department.name }],
    };
    return telemetryReply(call, type, partsOf(call), groupings, (parts) =>
      parts.reduce((sum, part) => sum + figure(type, part, scope), 0),
    );
  },
  'GET /api/v1/org-unit/departments/telemetry': (call) => {
    const { scope } = call;
    const type = telemetryType(call.query, TYPES);
    const groupings = { CLUSTER_ID: () => [{ value: scope.clusterId, name: scope.clusterName }] };
    return telemetryReply(call, type, partsOf(call), groupings, (parts) =>
      parts.reduce((sum, part) => sum + figure(type, part, scope), 0),
    );
  },
};
