/** Projects and departments as the API prints them. */
import type { Scope } from '../installation.ts';
import { poolsOf } from '../nodes/pools.ts';
import { shareOf } from '../wire/ids.ts';
import type { JsonObject } from '../wire/json.ts';
import type { Department, Project } from './projects.ts';
import { projectsOf } from './projects.ts';
import type { Amount, Usage } from './quotas.ts';
import { addUsage, deservedOf, totalDeserved, totalUsage, usageIn } from './quotas.ts';

function amountView({ gpu, cpu, memory }: Amount): JsonObject {
  return { gpu, cpu, memory };
}

function usageView({ allocated, allocatedNonPreemptible, requested }: Usage): JsonObject {
  return {
    allocated: amountView(allocated),
    allocatedNonPreemptible: amountView(allocatedNonPreemptible),
    requested: amountView(requested),
  };
}

function resourceView(pool: { readonly id: string; readonly name: string }, deserved: Amount): JsonObject {
  const free = { limit: null, overQuotaWeight: 2 };
  return {
    nodePool: { id: pool.id, name: pool.name },
    gpu: { deserved: deserved.gpu, ...free },
    cpu: { deserved: deserved.cpu, ...free },
    memory: { deserved: deserved.memory, ...free, units: 'MB' },
    priority: null,
  };
}

function totalView({ gpu, cpu, memory }: Amount): JsonObject {
  return { gpuQuota: gpu, cpuQuota: cpu, memoryQuota: memory };
}

/** No rule of a project limits anything: a limit that is off is null, never 0. */
const NO_RULES = {
  interactiveJobTimeLimitSeconds: null,
  interactiveJobMaxIdleDurationSeconds: null,
  interactiveJobPreemptIdleDurationSeconds: null,
  trainingJobMaxIdleDurationSeconds: null,
  trainingJobTimeLimitSeconds: null,
};

/** Averages of the past: steady figures around the present use. */
export function averagesOf(scope: Scope, name: string, gpus: number): readonly AverageRange[] {
  return (['24h', '7d', '30d'] as const).map((range) => ({
    range,
    averageGpuAllocation: Math.round(gpus * (0.7 + 0.5 * shareOf('allocation', name, range)) * 100) / 100,
    averageGpuUtilization: Math.round(40 + 50 * shareOf('utilization', name, range)),
    averageGpuMemoryUtilization: Math.round(30 + 50 * shareOf('memory', name, range)),
    updatedAt: scope.date(scope.asOfMs - (scope.asOfMs % 3_600_000)),
  }));
}

export interface AverageRange {
  readonly range: '24h' | '7d' | '30d';
  readonly averageGpuAllocation: number;
  readonly averageGpuUtilization: number;
  readonly averageGpuMemoryUtilization: number;
  readonly updatedAt: string;
}

function overtimeView(ranges: readonly AverageRange[]): JsonObject {
  const views = ranges.map(({ range, ...data }) => [`range${range}Data`, data] as const);
  return Object.fromEntries(views);
}

export function projectView(project: Project, scope: Scope): JsonObject {
  const { date, site, ledger } = scope;
  const pools = poolsOf(site);
  const usage = totalUsage(scope, project.name);
  const names = pools.map(({ name }) => name);
  return {
    id: project.id,
    name: project.name,
    clusterId: scope.clusterId,
    parentId: project.department.id,
    parent: { id: project.department.id, name: project.department.name, parent: null },
    description: project.description,
    requestedNamespace: project.requestedNamespace,
    enforceRunaiScheduler: true,
    defaultNodePools: names,
    nodeTypes: { training: [], workspace: [], names: {} },
    schedulingRules: null,
    effective: {
      schedulingRules: NO_RULES,
      defaultNodePools: names,
      nodeTypes: { training: [], workspace: [], names: {} },
    },
    resources: pools.map((pool) => resourceView(pool, deservedOf(scope, project, pool))),
    totalResources: totalView(totalDeserved(scope, project)),
    status: {
      namespace: project.namespace,
      phase: project.phase,
      phaseMessage: null,
      // Quota figures move without `updatedAt` moving.
      lastUpdatedTime: date(scope.asOfMs),
      quotaStatus: usageView(usage),
      nodePoolQuotaStatuses: pools.map(({ id, name }) => ({
        nodePoolId: id,
        nodePoolName: name,
        ...usageView(usageIn(scope, project.name, name)),
      })),
      additionalStatusData: null,
    },
    overtimeData: overtimeView(averagesOf(scope, project.name, usage.allocated.gpu)),
    createdAt: date(project.createdAt),
    updatedAt: date(ledger.projectEdits.get(project.id)?.updatedAt ?? project.updatedAt),
    createdBy: project.createdBy,
    updatedBy: project.updatedBy,
  };
}

/** What a department's projects deserve and hold together. */
export function departmentTotals(
  department: Department,
  scope: Scope,
): { readonly deserved: Amount; readonly usage: Usage; readonly projects: readonly Project[] } {
  const projects = projectsOf(scope).filter((project) => project.department.id === department.id);
  const deserved = projects.map((project) => totalDeserved(scope, project));
  const sum = (of: (amount: Amount) => number): number => deserved.reduce((total, one) => total + of(one), 0);
  return {
    projects,
    deserved: { gpu: sum(({ gpu }) => gpu), cpu: sum(({ cpu }) => cpu), memory: sum(({ memory }) => memory) },
    usage: addUsage(projects.map(({ name }) => totalUsage(scope, name))),
  };
}

/** `status` comes with `verbose` only. */
export function departmentView(department: Department, scope: Scope, verbose: boolean): JsonObject {
  const { date, site } = scope;
  const { projects, deserved, usage } = departmentTotals(department, scope);
  const pools = poolsOf(site);
  return {
    id: department.id,
    name: department.name,
    clusterId: scope.clusterId,
    description: department.description,
    schedulingRules: null,
    defaultNodePools: null,
    nodeTypes: { training: [], workspace: [], names: {} },
    children: projects.map(({ id, name }) => ({ id, name, children: [] })),
    resources: pools.map((pool) => {
      const amounts = projects.map((project) => deservedOf(scope, project, pool));
      const sum = (of: (amount: Amount) => number): number =>
        amounts.reduce((total, one) => total + of(one), 0);
      const total = {
        gpu: sum(({ gpu }) => gpu),
        cpu: sum(({ cpu }) => cpu),
        memory: sum((one) => one.memory),
      };
      return resourceView(pool, total);
    }),
    totalResources: totalView(deserved),
    ...(verbose ? { status: { quotaStatus: usageView(usage) } } : {}),
    overtimeData: overtimeView(averagesOf(scope, department.name, usage.allocated.gpu)),
    createdAt: date(scope.createdAt),
    updatedAt: date(scope.createdAt),
    createdBy: 'admin@sandbox.example',
    updatedBy: 'admin@sandbox.example',
  };
}
