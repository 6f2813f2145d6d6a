/** Quotas: what each project deserves of each node pool, and what it holds of it now. */
import type { Scope } from '../installation.ts';
import type { NodePool } from '../nodes/pools.ts';
import { poolOf, poolsOf } from '../nodes/pools.ts';
import { isPlaced } from '../pods/pod.ts';
import { livePods } from '../pods/live.ts';
import type { JsonObject } from '../wire/json.ts';
import { number, object, text } from '../wire/json.ts';
import { megabytes } from '../wire/quantities.ts';
import { isPreemptible } from '../workloads/scheduling.ts';
import type { Project } from './projects.ts';
import { projectsOf } from './projects.ts';

/** GPUs, CPU millicores and megabytes of memory, as quota figures count them. */
export interface Amount {
  readonly gpu: number;
  readonly cpu: number;
  readonly memory: number;
}

const NOTHING: Amount = { gpu: 0, cpu: 0, memory: 0 };

function sum(amounts: readonly Amount[]): Amount {
  return amounts.reduce(
    (total, { gpu, cpu, memory }) => ({
      gpu: Math.round((total.gpu + gpu) * 1000) / 1000,
      cpu: total.cpu + cpu,
      memory: total.memory + memory,
    }),
    NOTHING,
  );
}

/** How GPUs are shared out between the world's teams, in parts of each pool. A project added later has only what it is given. */
const SHARES: Readonly<Record<string, number>> = {
  vision: 5,
  nlp: 7,
  genomics: 3,
  climate: 3,
  'render-farm': 4,
  platform: 2,
};
const PARTS = Object.values(SHARES).reduce((total, share) => total + share, 0);

/** What a project deserves of one pool. */
export function deservedOf(scope: Scope, project: Project, pool: NodePool): Amount {
  const edited = scope.ledger.projectEdits
    .get(project.id)
    ?.resources?.find((entry) => object(entry['nodePool'])['id'] === pool.id || entry['nodePool'] === null);
  if (edited !== undefined) return statedAmount(edited);
  const share = (SHARES[project.name] ?? 0) / PARTS;
  const total = (of: (node: NodePool['nodes'][number]) => number): number =>
    pool.nodes.reduce((amount, node) => amount + of(node), 0);
  return {
    gpu: Math.floor(total(({ gpus }) => gpus.length) * share),
    cpu: Math.floor((total(({ cpuMillis }) => cpuMillis) * share) / 1000) * 1000,
    memory: Math.floor(megabytes(total(({ memoryBytes }) => memoryBytes)) * share),
  };
}

/** An entry of `resources` as a request states it. */
function statedAmount(entry: JsonObject): Amount {
  const of = (name: string): number => number(object(entry[name])['deserved']) ?? 0;
  const factor = { GB: 1000, Mib: 1.048576 }[text(object(entry['memory'])['units']) ?? ''] ?? 1;
  return { gpu: of('gpu'), cpu: of('cpu'), memory: Math.round(of('memory') * factor) };
}

/** Everything a project deserves. */
export function totalDeserved(scope: Scope, project: Project): Amount {
  return sum(poolsOf(scope.site).map((pool) => deservedOf(scope, project, pool)));
}

export interface Usage {
  readonly allocated: Amount;
  readonly allocatedNonPreemptible: Amount;
  /** What runs and what waits. */
  readonly requested: Amount;
}

export const NO_USAGE: Usage = { allocated: NOTHING, allocatedNonPreemptible: NOTHING, requested: NOTHING };

export function addUsage(usages: readonly Usage[]): Usage {
  return {
    allocated: sum(usages.map(({ allocated }) => allocated)),
    allocatedNonPreemptible: sum(usages.map((usage) => usage.allocatedNonPreemptible)),
    requested: sum(usages.map(({ requested }) => requested)),
  };
}

const cache = new WeakMap<object, ReadonlyMap<string, Usage>>();
const keyOf = (projectName: string, poolName: string): string => `${projectName}/${poolName}`;

/** Usage of a project in one pool; what waits counts in the default pool. */
export function usageIn(scope: Scope, projectName: string, poolName: string): Usage {
  const usages = cache.get(scope.reading) ?? readUsages(scope);
  cache.set(scope.reading, usages);
  return usages.get(keyOf(projectName, poolName)) ?? NO_USAGE;
}

export function totalUsage(scope: Scope, projectName: string): Usage {
  return addUsage(poolsOf(scope.site).map((pool) => usageIn(scope, projectName, pool.name)));
}

function readUsages(scope: Scope): ReadonlyMap<string, Usage> {
  const usages = new Map<string, Usage>();
  for (const pod of livePods(scope)) {
    if (!isPlaced(pod) && pod.stage !== 'waiting') continue;
    const { workload, node } = pod;
    const { gpus, cpuCores, memoryBytes } = workload.request;
    const amount = { gpu: gpus, cpu: Math.round(cpuCores * 1000), memory: megabytes(memoryBytes) };
    const held = node === null ? NOTHING : amount;
    const usage = {
      allocated: held,
      allocatedNonPreemptible: isPreemptible(workload) ? NOTHING : held,
      requested: amount,
    };
    const key = keyOf(workload.job.team, node === null ? 'default' : poolOf(node));
    usages.set(key, addUsage([usages.get(key) ?? NO_USAGE, usage]));
  }
  return usages;
}

/** Whether a project holds more GPUs than it deserves. */
export function isOverQuota(scope: Scope, projectName: string): boolean {
  const project = projectsOf(scope).find(({ name }) => name === projectName);
  const deserved = project === undefined ? NOTHING : totalDeserved(scope, project);
  return totalUsage(scope, projectName).allocated.gpu > deserved.gpu;
}
