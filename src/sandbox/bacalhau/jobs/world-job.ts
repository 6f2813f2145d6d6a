/** A job of a client as the world runs it. */
import { deriveFate } from '../../world/fate.ts';
import type { SimFate, SimJobSpec, SimJobType, SimNode } from '../../world/types.ts';
import type { Installation } from '../installation.ts';
import { capacityText, ENGINES } from '../nodes/capacity.ts';
import { nodeLabels } from '../nodes/node-labels.ts';
import { shortId, wireNodeId } from '../wire/ids.ts';
import type { Requirement } from '../wire/selector.ts';
import { matchesSelector } from '../wire/selector.ts';
import type { StoredSpec } from './ledger.ts';
import { bytesOf, cpuMillisOf, gpusOf } from './quantities.ts';
import type { Verdict } from './shortage.ts';
import { noMatchingNodes, notEnoughNodes } from './shortage.ts';
import type { Constraint, SpecConfig } from './spec.ts';
import { COMPLETED_UNEXPECTEDLY } from './transitions.ts';

/** Failures are tried again; a real orchestrator stops when it has tried every node twice. */
const RETRIES = 2;
const YEAR_MS = 365 * 24 * 3600 * 1000;

type FatelessJob = Omit<SimJobSpec, 'fate'>;

export function worldJobOf(installation: Installation, spec: StoredSpec, owner: string): SimJobSpec {
  const job = withoutFate(spec, owner);
  return { ...job, fate: fateOf(installation, spec, job) };
}

function withoutFate(spec: StoredSpec, owner: string): FatelessJob {
  const task = spec.Tasks[0];
  const type = spec.Type as SimJobType;
  const { ExecutionTimeout = 0, TotalTimeout = 0 } = task?.Timeouts ?? {};
  const everywhere = type === 'ops' || type === 'daemon';
  // Alone, the time for the job is the time for its executions; when it is over there is nothing left to try again.
  const onlyTotal = ExecutionTimeout === 0 && TotalTimeout > 0;
  const timeoutSeconds = onlyTotal ? TotalTimeout : ExecutionTimeout;
  const limited = timeoutSeconds > 0 && type !== 'service' && type !== 'daemon';
  return {
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
    maxRetries: everywhere || onlyTotal ? 0 : RETRIES,
    timeoutMs: limited ? timeoutSeconds * 1000 : null,
  };
}

function fateOf(installation: Installation, spec: StoredSpec, job: FatelessJob): SimFate {
  const fate = deriveFate(job);
  if (spec.Count === 0 && (job.type === 'batch' || job.type === 'service')) {
    return { ...fate, prepareMs: 0, runMs: 0, finalizeMs: 0, outcome: { kind: 'success' } };
  }
  const unplaced = placementProblem(installation, spec, job);
  if (unplaced !== null) {
    const outcome = { kind: 'failure', cause: 'unschedulable', message: unplaced.message } as const;
    return { ...fate, prepareMs: unplaced.waitMs, outcome };
  }
  const forever = job.type === 'service' || job.type === 'daemon';
  return forever ? { ...fate, ...endlessFate(fate, job.command.join(' ')) } : fate;
}

/** A service is taken to serve for ever, unless its command says that it exits. */
function endlessFate(fate: SimFate, command: string): Partial<SimFate> {
  if (fate.outcome.kind === 'failure') return {};
  if (fate.outcome.kind === 'success' && !/\bexit\s+0\b/.test(command)) return { runMs: YEAR_MS };
  // The world does not try again what ran to its end, and a real orchestrator does: hence a failure.
  return { outcome: { kind: 'failure', cause: 'output', message: COMPLETED_UNEXPECTEDLY } };
}

/** The code that a service's program exited with. */
export function exitCodeOfService(spec: StoredSpec): number {
  const { outcome } = deriveFate(withoutFate(spec, ''));
  return outcome.kind === 'nonzero' ? outcome.exitCode : 0;
}

interface Unplaced {
  readonly message: string;
  /** How long the job may queue before it fails. */
  readonly waitMs: number;
}

/**
 * Why no node, or too few of them, could ever run the job; null when there are enough. `Count` executions need as many
 * different nodes (seen on 1.9.3). That a node is merely busy is the world's business.
 */
function placementProblem(installation: Installation, spec: StoredSpec, job: FatelessJob): Unplaced | null {
  // What no selector can be is accepted and then trips the scheduler: the job stays Pending, without a word.
  if (!spec.Constraints.every(isSelector)) {
    return { message: '', waitMs: YEAR_MS };
  }
  const requirements = spec.Constraints.map(requirementOf);
  const nodes = [...installation.site.nodes.values()].filter((node) => node.up);
  const verdicts = nodes.map((node) => verdictOn(node, spec, job, requirements));
  const suitable = verdicts.filter((verdict) => verdict.suitable).length;
  if (job.type === 'ops' || job.type === 'daemon') {
    return suitable > 0 ? null : { message: noMatchingNodes(verdicts), waitMs: 0 };
  }
  const requested = spec.Count;
  if (suitable >= requested) return null;
  const queueSeconds = spec.Tasks[0]?.Timeouts.QueueTimeout ?? 0;
  return { message: notEnoughNodes(requested, verdicts), waitMs: queueSeconds * 1000 };
}

function verdictOn(
  node: SimNode,
  spec: StoredSpec,
  job: FatelessJob,
  requirements: readonly Requirement[],
): Verdict {
  const reason = objectionOf(node, spec, job, requirements);
  return { node: shortId(wireNodeId(node.id)), suitable: reason === '', reason };
}

/** Empty for a node that could run the job if it were idle. */
function objectionOf(
  node: SimNode,
  spec: StoredSpec,
  job: FatelessJob,
  requirements: readonly Requirement[],
): string {
  const engine = spec.Tasks[0]?.Engine.Type ?? '';
  if (!ENGINES.some((name) => name === engine.toLowerCase())) {
    return `does not support ${engine}, only ${ENGINES.join(', ')}`;
  }
  if (!matchesSelector(nodeLabels(node), requirements)) return 'labels do not match the required selectors';
  const fits =
    job.cpuMillis <= node.cpuMillis &&
    job.memoryBytes <= node.memoryBytes &&
    job.diskBytes <= node.diskBytes &&
    job.gpus <= node.gpus.length;
  return fits ? '' : `node busy with available capacity ${capacityText(node)}`;
}

const OPERATORS: ReadonlySet<string> = new Set(['in', 'notin', '=', '==', '!=', 'exists', '!', 'gt', 'lt']);
const LABEL_KEY = /^(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?\/)?[A-Za-z0-9](?:[\w.-]{0,61}[A-Za-z0-9])?$/;
const LABEL_VALUE = /^(?:[A-Za-z0-9](?:[\w.-]{0,61}[A-Za-z0-9])?)?$/;

/** A number below 0 is no label's value, and so nothing can be compared with it (seen on 1.9.3). */
function isSelector({ Key, Operator, Values }: Constraint): boolean {
  if (!OPERATORS.has(Operator) || !LABEL_KEY.test(Key)) return false;
  const isComparison = Operator === 'gt' || Operator === 'lt';
  return Values.every((value) => LABEL_VALUE.test(value) && (!isComparison || /^\d+$/.test(value)));
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
