import type { NativeKey, ProviderKey } from '../../model/ids.ts';
import type { ExecutionRecord, Resources, TaskRecord } from '../../model/records.ts';
import { isTerminal, type State } from '../../model/state.ts';
import { parseTimestamp, type EpochMs } from '../../model/time.ts';
import { bytes, millis } from '../../model/units.ts';
import { listOf, numberOf, textOf, wireOf, type Wire } from '../reading.ts';
import { instancesAt, instancesOf, listInstances, type Instances } from './instances.ts';
import { implicitJobKey, nativeJobKey, poolKey, projectKey, taskKey } from './keys.ts';
import { executionRecord, type TaskFacts } from './map-execution.ts';
import { labelsOf } from './map-labels.ts';
import { errorsOf, firstMessage, taskReason } from './reasons.ts';
import { modifiedAtOf, revisionOf, type TaskRow } from './wire.ts';
import { TASK_STATES, taskWord } from './words.ts';

/** What a task cannot be mapped without, beside itself. */
export interface TaskSetting {
  readonly provider: ProviderKey;
  /** The project of a task that names none; null when it could not be found out. */
  readonly defaultProject: NativeKey | null;
  readonly poolsAsNodes: boolean;
}

/** Tasks with more instances than this carry none of them inside: they are asked for when they are wanted. */
const MAX_EMBEDDED = 100;

export function taskRecord(row: TaskRow, setting: TaskSetting): TaskRecord {
  const { wire } = row;
  const { facts, instances } = readTask(row, setting);
  const { nodeKey: _, ...shared } = facts;
  const { facts: listed, omitted } = listInstances(instances, MAX_EMBEDDED);
  const constants = constantsOf(wire);
  const command = constants.get('DOCKER_CMD') ?? '';
  return {
    kind: 'task',
    ...shared,
    nativeRef: { type: 'task', id: row.uuid },
    status: statusOf(row, taskStateOf(row), instances),
    generation: 1,
    startedAt: null,
    projectKey: row.projectUuid === null ? setting.defaultProject : projectKey(row.projectUuid),
    engine: textOf(wire['profile']),
    image: imageOf(constants),
    command: command === '' ? [] : [command],
    environmentNames: [...constants.keys()].filter((name) => !name.startsWith('DOCKER_')),
    resources: resourcesOf(wire),
    timeoutMs: null,
    labels: labelsOf(wire),
    executions: omitted > 0 ? null : listed.map((fact) => executionRecord(facts, fact)),
  };
}

/** A task's executions, by index and attempt, and how many more there are than `limit`. */
export function executionRecords(
  row: TaskRow,
  setting: TaskSetting,
  limit: number,
): { readonly records: readonly ExecutionRecord[]; readonly omitted: number } {
  const { facts, instances } = readTask(row, setting);
  const { facts: listed, omitted } = listInstances(instances, limit);
  return { records: listed.map((fact) => executionRecord(facts, fact)), omitted };
}

/** Every attempt known of one instance, oldest first. */
export function executionsAt(row: TaskRow, setting: TaskSetting, index: number): ExecutionRecord[] {
  const { facts, instances } = readTask(row, setting);
  return instancesAt(instances, index).map((fact) => executionRecord(facts, fact));
}

export function taskStateOf(row: TaskRow): State {
  const word = taskWord(row.wire['state']);
  return word === null ? 'UNKNOWN' : TASK_STATES[word];
}

function readTask(
  row: TaskRow,
  setting: TaskSetting,
): { readonly facts: TaskFacts; readonly instances: Instances } {
  const { wire } = row;
  const instances = instancesOf(row);
  const facts: TaskFacts = {
    provider: setting.provider,
    key: taskKey(row.uuid),
    name: textOf(wire['name']) ?? textOf(wire['shortname']) ?? row.uuid,
    observedAt: row.observedAt,
    revision: revisionOf(row.createdAt, modifiedAtOf(row)),
    createdAt: row.createdAt,
    endedAt: isTerminal(taskStateOf(row)) ? endOf(wire) : null,
    jobKey: row.jobUuid === null ? implicitJobKey(row.uuid) : nativeJobKey(row.jobUuid),
    count: instances.count,
    nodeKey: row.poolUuid !== null && setting.poolsAsNodes ? poolKey(row.poolUuid) : null,
  };
  return { facts, instances };
}

function statusOf(row: TaskRow, state: State, instances: Instances): TaskRecord['status'] {
  const { wire } = row;
  const errors = errorsOf(row);
  const word = taskWord(wire['state']);
  const failed = instances.told.filter((fact) => fact.state === 'FAILED');
  return {
    state,
    reason: taskReason(row, state, failed.map((fact) => fact.reason)), // prettier-ignore
    message:
      firstMessage(errors) ??
      (state === 'FAILED' ? (failed.find((fact) => fact.message !== null)?.message ?? null) : null),
    raw: {
      value: textOf(wire['state']) ?? '',
      detail: errors.map((error) => textOf(error['code'])).find((code) => code !== null) ?? null,
      field: 'state',
    },
    desired: word === 'PendingCancel' ? 'STOP' : word === 'PendingDelete' ? 'DELETE' : null,
    degraded: false,
    counts: instances.counts,
    confidence: 'REPORTED',
    since: parseTimestamp(wire['stateTransitionTime']),
  };
}

function endOf(wire: Wire): EpochMs | null {
  return parseTimestamp(wire['endDate']) ?? parseTimestamp(wire['stateTransitionTime']);
}

/** Constants by key. Their values may be secrets: only those that name the container are ever shown. */
function constantsOf(wire: Wire): Map<string, string> {
  const constants = new Map<string, string>();
  for (const item of listOf(wire['constants'])) {
    const { key, value } = wireOf(item);
    if (typeof key === 'string' && key !== '') constants.set(key, typeof value === 'string' ? value : '');
  }
  return constants;
}

/** The container profiles take their image from two constants. Null where a pool, or another profile, decides. */
function imageOf(constants: ReadonlyMap<string, string>): string | null {
  const repository = constants.get('DOCKER_REPO') ?? '';
  const tag = constants.get('DOCKER_TAG') ?? '';
  if (repository === '') return null;
  return tag === '' ? repository : `${repository}:${tag}`;
}

const MEGABYTE = 1_000_000;

/**
 * What one instance asks for at least. Memory is in MB by the name of the member and the Python documentation (the
 * OpenAPI text says GB; unverified). A GPU can be demanded, but not how many.
 */
function resourcesOf(wire: Wire): Resources {
  let cpuMillis: number | null = null;
  let memoryBytes: Resources['memoryBytes'] = null;
  let gpuMillis: number | null = null;
  for (const item of listOf(wire['hardwareConstraints'])) {
    const constraint = wireOf(item);
    if (constraint['discriminator'] === 'MinimumCoreHardwareConstraint')
      cpuMillis = millis(numberOf(constraint['coreCount']));
    if (constraint['discriminator'] === 'MinimumRamHardwareConstraint')
      memoryBytes = bytes((numberOf(constraint['minimumMemoryMB']) ?? -1) * MEGABYTE);
    if (constraint['discriminator'] === 'NoGpuHardwareConstraint') gpuMillis = 0;
  }
  return { cpuMillis, memoryBytes, diskBytes: null, gpuMillis };
}
