/** A job of a client as the world runs it. */
import { deriveFate } from '../../world/fate.ts';
import type { SimFate, SimJobSpec, SimJobType } from '../../world/types.ts';
import type { Installation } from '../installation.ts';
import { nodeLabels } from '../nodes/node-labels.ts';
import type { Requirement } from '../wire/selector.ts';
import { matchesSelector } from '../wire/selector.ts';
import type { StoredSpec } from './ledger.ts';
import { bytesOf, cpuMillisOf, gpusOf } from './quantities.ts';
import type { Constraint, SpecConfig } from './spec.ts';

/** Infrastructure failures are tried again elsewhere; a real orchestrator stops when it runs out of nodes. */
const RETRIES = 2;
const YEAR_MS = 365 * 24 * 3600 * 1000;

export function worldJobOf(installation: Installation, spec: StoredSpec, owner: string): SimJobSpec {
  const task = spec.Tasks[0];
  const type = spec.Type as SimJobType;
  const everywhere = type === 'ops' || type === 'daemon';
  const timeoutSeconds = task?.Timeouts.ExecutionTimeout ?? 0;
  const job: Omit<SimJobSpec, 'fate'> = {
    name: spec.Name,
    team: spec.Namespace,
    owner,
    type,
    count: spec.Count,
    image: imageOf(task?.Engine),
    command: task === undefined ? [] : commandOf(task.Engine),
    env: task?.Env ?? {},
    labels: spec.Labels,
    tags: [],
    cpuMillis: cpuMillisOf(task?.Resources.CPU ?? '') ?? 0,
    memoryBytes: bytesOf(task?.Resources.Memory ?? '') ?? 0,
    diskBytes: bytesOf(task?.Resources.Disk ?? '') ?? 0,
    gpus: gpusOf(task?.Resources.GPU ?? '') ?? 0,
    priority: spec.Priority,
    poolId: null,
    maxRetries: everywhere ? 0 : RETRIES,
    timeoutMs: timeoutSeconds === 0 ? null : timeoutSeconds * 1000,
  };
  return { ...job, fate: fateOf(installation, spec, job) };
}

function fateOf(installation: Installation, spec: StoredSpec, job: Omit<SimJobSpec, 'fate'>): SimFate {
  const fate = deriveFate(job);
  const suitable = suitableNodes(installation, spec.Constraints);
  if (suitable === 0) {
    const nodes = installation.site.nodes.size;
    const message = `not enough nodes to run job. requested: ${Math.max(1, spec.Count)}, available: ${nodes}, suitable: 0.`;
    return { ...fate, outcome: { kind: 'failure', cause: 'unschedulable', message } };
  }
  const forever = job.type === 'service' || job.type === 'daemon';
  return forever && fate.outcome.kind === 'success' ? { ...fate, runMs: YEAR_MS } : fate;
}

function suitableNodes(installation: Installation, constraints: readonly Constraint[]): number {
  const requirements = constraints.map(requirementOf);
  return [...installation.site.nodes.values()].filter((node) =>
    matchesSelector(nodeLabels(node), requirements),
  ).length;
}

function requirementOf({ Key, Operator, Values }: Constraint): Requirement {
  const operator = Operator === '==' ? '=' : (Operator as Requirement['operator']);
  return { key: Key, operator, values: Values };
}

function imageOf(engine: SpecConfig | undefined): string {
  const image = engine?.Params['Image'] ?? engine?.Params['image'];
  return typeof image === 'string' ? image : (engine?.Type ?? '');
}

function commandOf(engine: SpecConfig): readonly string[] {
  return ['Entrypoint', 'Parameters'].flatMap((name) => {
    const words: unknown = engine.Params[name];
    if (typeof words === 'string') return [words];
    return Array.isArray(words) ? words.filter((word) => typeof word === 'string') : [];
  });
}
