import type { NativeKey, ProviderKey } from '../../../model/ids.ts';
import type { ExecutionRecord, JobRecord, Label, Status, TaskRecord } from '../../../model/records.ts';
import { epochMs, type EpochMs } from '../../../model/time.ts';
import { millis } from '../../../model/units.ts';
import {
  isWire,
  numberOf,
  requiredText,
  RowError,
  textOf,
  textsOf,
  wireOf,
  type Wire,
} from '../../reading.ts';
import { requiredId } from '../wire.ts';
import { jobKindOf, meaningOf } from './words.ts';

const LAST_TIME_MS = Date.UTC(9999, 11, 31);

/**
 * Native keys. job `<id>` · task `<id>/0` · execution `<id>/0/<index>` · project `<name>` (projects have no id) · node
 * `<name>`.
 */
export function taskKeyOf(jobKey: NativeKey): NativeKey {
  return `${jobKey}/0` as NativeKey;
}

/** The key of the job in the key of a job, a task or an execution. */
export function jobKeyIn(key: NativeKey): NativeKey {
  return key.split('/', 1)[0] as NativeKey;
}

/** A job with its one task and its executions: all that the service tells is in this row. */
export function jobRecord(provider: ProviderKey, wire: Wire, observedAt: EpochMs): JobRecord {
  const id = requiredId(wire, 'id');
  const createdAt = createdAtOf(wire);
  const status = statusOf(wire);
  const type = textOf(wire['type']);
  const project = textOf(wire['project']);
  const key = id as NativeKey;
  const common = {
    provider,
    name: textOf(wire['name']) ?? id,
    nativeRef: { type: 'job', id },
    observedAt,
    generation: 1,
    // No time of change is told: what can be said is only what it is now.
    revision: 1,
    createdAt,
    startedAt: null,
    endedAt: null,
    projectKey: project === null ? null : (project as NativeKey),
    labels: labelsOf(wire, type),
  } as const;
  const executions = executionsOf(wire, { ...common, key, status });
  const task: TaskRecord = {
    ...common,
    kind: 'task',
    key: taskKeyOf(key),
    status: { ...status, counts: { [status.state]: executions.length } },
    jobKey: key,
    count: executions.length,
    engine: type,
    image: textOf(wire['images']),
    command: commandOf(wire),
    environmentNames: Object.keys(wireOf(valuesOf(wire)['environment'])),
    resources: {
      cpuMillis: null,
      memoryBytes: null,
      diskBytes: null,
      gpuMillis: millis(numberOf(valuesOf(wire)['gpu'])),
    },
    timeoutMs: null,
    executions,
  };
  return {
    ...common,
    kind: 'job',
    key,
    status: { ...status, counts: { [status.state]: 1 } },
    jobKind: jobKindOf(type),
    origin: 'NATIVE',
    priority: null,
    tasks: [task],
  };
}

function createdAtOf(wire: Wire): EpochMs {
  const ms = numberOf(wire['createdAt']);
  if (ms === null || ms <= 0 || ms > LAST_TIME_MS) throw new RowError('createdAt is missing or not a time');
  return epochMs(ms);
}

function statusOf(wire: Wire): Status {
  const value = requiredText(wire, 'status');
  const meaning = meaningOf(value);
  return {
    state: meaning.state,
    reason: meaning.reason ?? null,
    message: null,
    raw: { value, detail: null, field: 'status' },
    desired: null,
    degraded: false,
    counts: null,
    confidence: 'REPORTED',
    since: null,
  };
}

/**
 * One execution for each node that the job runs on now, and one where it runs on none: more is not told, neither of
 * attempts nor of what was before.
 */
function executionsOf(
  wire: Wire,
  job: Pick<JobRecord, 'provider' | 'key' | 'name' | 'observedAt' | 'createdAt' | 'status'>,
): ExecutionRecord[] {
  const nodes = nodesOf(wire);
  const places: readonly (string | null)[] = nodes.length === 0 ? [null] : nodes;
  return places.map((node, index) => ({
    kind: 'execution',
    provider: job.provider,
    key: `${job.key}/0/${String(index)}` as NativeKey,
    // The service has no name for it: its job's, and its place.
    nativeRef: { type: 'job', id: `${job.key}/${String(index)}` },
    name: places.length === 1 ? job.name : `${job.name}/${String(index)}`,
    observedAt: job.observedAt,
    status: { ...job.status, confidence: 'DERIVED' },
    generation: 1,
    revision: 1,
    createdAt: job.createdAt,
    startedAt: null,
    endedAt: null,
    jobKey: job.key,
    taskKey: taskKeyOf(job.key),
    index,
    attempt: 1,
    nodeKey: node === null ? null : (node as NativeKey),
    exitCode: null,
    signal: null,
    output: null,
  }));
}

/** Older builds sent one text. */
export function nodesOf(wire: Wire): string[] {
  const one = textOf(wire['nodes']);
  const names = one === null ? textsOf(wire['nodes']) : [one];
  return [...new Set(names.filter((name) => name !== ''))];
}

function labelsOf(wire: Wire, type: string | null): Label[] {
  const labels: Label[] = [];
  if (type !== null) labels.push({ key: 'type', value: type });
  const user = textOf(wire['user']);
  if (user !== null) labels.push({ key: 'submittedBy', value: user });
  if (wire['isMpi'] === true) labels.push({ key: 'framework', value: 'MPI' });
  if (wire['isJupyter'] === true) labels.push({ key: 'jupyter', value: null });
  return labels;
}

/** What was submitted, which later builds repeat. */
function valuesOf(wire: Wire): Wire {
  const template = wire['template'];
  return isWire(template) ? wireOf(template['values']) : {};
}

function commandOf(wire: Wire): string[] {
  const { command, arguments: given } = valuesOf(wire);
  const words = (value: unknown): string[] => {
    const text = textOf(value);
    return text === null ? textsOf(value) : [text];
  };
  return [...words(command), ...words(given)];
}
