import type { JobRecord, Label, Resources, TaskRecord } from '../../model/records.ts';
import type { ProviderKey } from '../../model/ids.ts';
import { isTerminal } from '../../model/state.ts';
import { parseTimestamp } from '../../model/time.ts';
import { bytes, millis, parseQuantity } from '../../model/units.ts';
import { intOf, isWire, numberOf, textOf, textsOf, wireOf, type Wire } from '../reading.ts';
import { jobKey, projectKey, taskKey } from './keys.ts';
import { workloadStatus } from './status.ts';
import { idOf, revisionOf, type WorkloadRow } from './wire.ts';
import { jobKindOf } from './words.ts';

const NOTHING_SAID: Resources = { cpuMillis: null, memoryBytes: null, diskBytes: null, gpuMillis: null };

/**
 * A workload as a job with one task. Distributed workloads have pods in two roles, master and worker, but no list tells
 * what each was given: they are one task all the same.
 */
export function jobRecord(provider: ProviderKey, row: WorkloadRow): JobRecord {
  const { id, wire } = row;
  const type = textOf(wire['type']);
  const jobKind = jobKindOf(type, textOf(wire['category']));
  const status = workloadStatus(wire, jobKind);
  const project = idOf(wire['projectId']);
  const ended = isTerminal(status.state);
  const common = {
    provider,
    nativeRef: { type: 'workload', id },
    name: textOf(wire['name']) ?? id,
    observedAt: row.observedAt,
    generation: 1,
    revision: revisionOf(row),
    createdAt: row.createdAt,
    // No list tells when the first container started.
    startedAt: null,
    endedAt: ended ? (parseTimestamp(wire['completedAt']) ?? status.since) : null,
    projectKey: project === null ? null : projectKey(project),
    labels: labelsOf(wire, type),
  } as const;
  const task: TaskRecord = {
    ...common,
    kind: 'task',
    key: taskKey(id),
    status,
    jobKey: jobKey(id),
    count: jobKind === 'DAEMON' ? null : countOf(wire),
    engine: textOf(wire['distributedFramework']) ?? type,
    image: textsOf(wire['images'])[0] ?? null,
    command: [textOf(wire['command']), textOf(wire['arguments'])].filter((part) => part !== null),
    environmentNames: Object.keys(wireOf(wire['environmentVariables'])).filter((name) => name !== ''),
    resources: resourcesOf(wire),
    timeoutMs: null,
    executions: null,
  };
  return {
    ...common,
    kind: 'job',
    key: jobKey(id),
    status: { ...status, counts: { [status.state]: 1 } },
    jobKind,
    origin: 'NATIVE',
    priority: intOf(wire['priority']),
    tasks: [task],
  };
}

/** Where and what it is, since the lists hold no labels of users. */
function labelsOf(wire: Wire, type: string | null): Label[] {
  const labels: Label[] = [];
  const add = (key: string, value: string | null): void => {
    if (value !== null) labels.push({ key, value });
  };
  add('cluster', textOf(wire['clusterId']));
  add('department', textOf(wire['departmentName']));
  add('type', type);
  add('category', textOf(wire['category']));
  add('framework', textOf(wire['distributedFramework']));
  add('submittedBy', textOf(wire['submittedBy']));
  add('actions', actionsIn(wire['actionsSupport']));
  for (const pool of textsOf(wire['currentNodePools'])) add('nodePool', pool);
  return labels;
}

/** What the service can do with workloads of this kind, whatever their phase. `suspend` also means resume. */
function actionsIn(support: unknown): string | null {
  if (!isWire(support)) return null;
  // Nothing but a plain no says that it cannot be deleted.
  const actions = [support['delete'] !== false && 'delete', support['suspend'] === true && 'suspend'];
  return actions.filter((action) => action !== false).join(',') || 'none';
}

/** How many pods are to run or to succeed; what runs now where nothing is asked for. At least one. */
function countOf(wire: Wire): number {
  const asked = wireOf(wire['requestedPods']);
  const count = ['completions', 'number', 'parallelism', 'min'].map((member) => numberOf(asked[member])).find((value) => value !== null && value > 0); // prettier-ignore
  return Math.max(1, Math.trunc(count ?? numberOf(wire['runningPods']) ?? 1));
}

/** What one pod asks for. Where only the whole workload's amounts are told, they are a pod's only if it is alone. */
function resourcesOf(wire: Wire): Resources {
  const alone = countOf(wire) === 1;
  const source = wire['podsRequestedResources'] ?? (alone ? wire['workloadRequestedResources'] : null);
  const asked = wireOf(source);
  if (Object.keys(asked).length === 0) return NOTHING_SAID;
  return {
    cpuMillis: millis(numberOf(wireOf(asked['cpu'])['request'])),
    memoryBytes: memoryOf(wireOf(asked['cpuMemory'])['request']),
    diskBytes: null,
    gpuMillis: gpuOf(asked),
  };
}

/** A share of a GPU's memory is no share of the GPU: how large the GPU will be is not known. */
function gpuOf(asked: Wire): number | null {
  const request = numberOf(wireOf(asked['gpu'])['request']);
  const byMemory = textOf(asked['gpuRequestType'])?.toLowerCase() === 'memory';
  return byMemory && (request === null || request === 0) ? null : millis(request);
}

/** Bytes of a Kubernetes quantity; null for anything else. */
export function memoryOf(quantity: unknown): Resources['memoryBytes'] {
  return typeof quantity === 'string' ? bytes(parseQuantity(quantity)) : bytes(quantity);
}
