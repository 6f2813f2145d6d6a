/** Reads the `spec` of a create call: checks it, and says what one pod of it is. */
import type { Scope } from '../installation.ts';
import { poolsOf } from '../nodes/pools.ts';
import type { JsonObject } from '../wire/json.ts';
import { number, object, objects, text, texts } from '../wire/json.ts';
import { badRequest, refusal } from '../wire/replies.ts';
import { splitWords } from '../wire/words.ts';
import { readCompute } from './compute.ts';
import type { WorkloadKind } from './kind.ts';
import { categoryOf } from './kind.ts';
import type { PodRequest } from './requests.ts';
import { checkSpecRules } from './spec-rules.ts';
import { defaultPriority, preemptibleByDefault, PRIORITY_CLASSES } from './scheduling.ts';

export interface PodSpec {
  readonly image: string;
  /** Command and arguments, split as a shell would. */
  readonly commandLine: readonly string[];
  /** Literal variables only: secrets stay where they are. */
  readonly environment: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly request: PodRequest;
  readonly pods: number;
  readonly backoffLimit: number;
  readonly preemptible: boolean;
  readonly priorityClass: string;
  readonly category: string;
  readonly keptSeconds: number;
  readonly nodePools: readonly string[];
}

const DEFAULT_BACKOFF_LIMIT = 6;
const THIRTY_DAYS_SECONDS = 30 * 24 * 3600;
const FRAMEWORKS = ['MPI', 'PyTorch', 'TF', 'XGBoost', 'JAX'];
const MAX_PODS = 1000;

/** `echo` is a create call without its envelope. Throws 400, with the policy's issues where it is the policy that refuses. */
export function readPodSpec(kind: WorkloadKind, echo: JsonObject, scope: Scope): PodSpec {
  const spec = object(echo['spec']);
  const pod = kind === 'DistributedInference' ? object(spec['worker'] ?? spec['leader']) : spec;
  const image = text(pod['image']);
  if (image === null) throw badRequest('spec.image is required: no template or policy supplies one.');
  const request = readCompute(object(pod['compute']));
  if (request.gpuDevices > scope.maxGpuDevices) {
    const details = `must be at most ${scope.maxGpuDevices}`;
    throw refusal(400, 'The workload request does not comply with the policy set by the administrator', {
      complianceIssues: [{ field: 'compute.gpuDevicesRequest', details, rule: 'max' }],
    });
  }
  const priorityClass = text(spec['priorityClass']) ?? defaultPriority(kind);
  if (!PRIORITY_CLASSES.some(({ name }) => name === priorityClass)) {
    throw badRequest(
      `spec.priorityClass must be one of: ${PRIORITY_CLASSES.map(({ name }) => name).join(', ')}.`,
    );
  }
  const preemptibility = oneOf(spec, 'preemptibility', ['preemptible', 'non-preemptible']);
  checkSpecRules(pod);
  oneOf(pod, 'imagePullPolicy', ['Always', 'Never', 'IfNotPresent']);
  return {
    image,
    commandLine: [...line(pod, 'command'), ...line(pod, 'args')],
    environment: pairsOf(pod['environmentVariables']),
    labels: pairsOf(pod['labels']),
    request,
    pods: podsOf(kind, spec, echo),
    backoffLimit: whole(spec, 'backoffLimit', 0) ?? DEFAULT_BACKOFF_LIMIT,
    preemptible: preemptibility === null ? preemptibleByDefault(kind) : preemptibility === 'preemptible',
    priorityClass,
    category: text(spec['category']) ?? categoryOf(kind),
    keptSeconds: whole(spec, 'autoDeletionTimeAfterCompletionSeconds', 0) ?? THIRTY_DAYS_SECONDS,
    nodePools: poolsNamed(spec, scope),
  };
}

function podsOf(kind: WorkloadKind, spec: JsonObject, echo: JsonObject): number {
  const pods = askedPods(kind, spec, echo);
  if (pods > MAX_PODS) throw badRequest(`A workload has at most ${MAX_PODS} pods.`);
  return pods;
}

function askedPods(kind: WorkloadKind, spec: JsonObject, echo: JsonObject): number {
  if (kind === 'Training') {
    return Math.max(1, whole(spec, 'completions', 1) ?? whole(spec, 'parallelism', 1) ?? 1);
  }
  if (kind === 'Distributed') {
    if (oneOf(spec, 'distributedFramework', FRAMEWORKS) === null) {
      throw badRequest(`spec.distributedFramework must be one of: ${FRAMEWORKS.join(', ')}.`);
    }
    const master = echo['masterSpecSameAsWorker'] === true || echo['masterSpec'] !== undefined;
    return (whole(spec, 'numWorkers', 1) ?? 1) + (master ? 1 : 0);
  }
  if (kind === 'Inference') {
    const { minReplicas, initialReplicas } = object(spec['autoscaling']);
    // Scaling to zero and back is not simulated: something is always there.
    return Math.max(1, number(initialReplicas) ?? number(minReplicas) ?? 1);
  }
  if (kind === 'DistributedInference') {
    return (whole(spec, 'replicas', 0) ?? 1) * (1 + (whole(spec, 'workers', 0) ?? 0)) || 1;
  }
  return 1;
}

/** Commands are strings in this API. One whose quotes do not match is split at blanks. */
function line(spec: JsonObject, name: string): readonly string[] {
  const value = spec[name];
  if (value === undefined || value === null) return [];
  if (typeof value !== 'string') throw badRequest(`spec.${name} must be a string.`);
  return splitWords(value) ?? value.split(/\s+/).filter((word) => word !== '');
}

function whole(spec: JsonObject, name: string, least: number): number | null {
  const value = spec[name];
  if (value === undefined || value === null) return null;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < least) {
    throw badRequest(`spec.${name} must be an integer of at least ${least}.`);
  }
  return value;
}

function oneOf(spec: JsonObject, name: string, words: readonly string[]): string | null {
  const value = spec[name];
  if (value === undefined || value === null) return null;
  if (typeof value === 'string' && words.includes(value)) return value;
  throw badRequest(`spec.${name} must be one of: ${words.join(', ')}.`);
}

function pairsOf(value: unknown): Readonly<Record<string, string>> {
  const pairs = objects(value).flatMap((item): [string, string][] => {
    const name = text(item['name']);
    const { value: literal } = item;
    const isLiteral = typeof literal === 'string' && item['exclude'] !== true;
    return name !== null && isLiteral ? [[name, literal]] : [];
  });
  return Object.fromEntries(pairs);
}

function poolsNamed(spec: JsonObject, scope: Scope): readonly string[] {
  const names = texts(spec['nodePools']);
  const known = new Set(poolsOf(scope.site).map(({ name }) => name));
  const unknown = names.find((name) => !known.has(name));
  if (unknown !== undefined) throw badRequest(`No node pool is named ${unknown}.`);
  return names;
}
