import type { NativeKey, ProviderKey } from '../../model/ids.ts';
import type { ComputeNodeRecord, ComputeNodeState, Label, Resources } from '../../model/records.ts';
import { parseTimestamp } from '../../model/time.ts';
import { bytes, millis } from '../../model/units.ts';
import { intOf, isWire, listOf, numberOf, textOf, wireOf, type Wire } from '../reading.ts';
import { poolKey, projectKey, slotKey } from './keys.ts';
import { labelsOf } from './map-labels.ts';
import { errorsOf, firstMessage } from './reasons.ts';
import { guidOf, type NativeRow } from './wire.ts';
import { PHASES, POOL_STATES, phaseWord, poolWord } from './words.ts';

const NOTHING_SAID: Resources = { cpuMillis: null, memoryBytes: null, diskBytes: null, gpuMillis: null };
const MEGABYTE = 1_000_000;
const MAX_ID = 9_999_999_999;

export interface PoolSetting {
  readonly provider: ProviderKey;
  /** The project of a pool that names none. */
  readonly defaultProject: NativeKey | null;
}

/**
 * A pool as an aggregate node, followed by the slots that run in it now. Qarnot lists no machines: a slot has a size and
 * a CPU model but no host, and with several slots per machine it is a part of one. What is in use is not told.
 */
export function poolRecords(row: NativeRow, setting: PoolSetting): ComputeNodeRecord[] {
  const { wire } = row;
  const project = guidOf(wire['projectUuid']);
  const value = textOf(wire['state']) ?? '';
  const word = poolWord(value);
  const running = runningInstances(wire);
  const slots = running.map(({ instance }) => capacityOf(instance));
  const pool: ComputeNodeRecord = {
    kind: 'computeNode',
    provider: setting.provider,
    key: poolKey(row.uuid),
    nativeRef: { type: 'pool', id: row.uuid },
    name: textOf(wire['name']) ?? textOf(wire['shortname']) ?? row.uuid,
    observedAt: row.observedAt,
    nodeKind: 'AGGREGATE',
    parentKey: null,
    projectKey: project === null ? setting.defaultProject : projectKey(project),
    status: {
      state: word === null ? 'UNKNOWN' : POOL_STATES[word],
      message: firstMessage(errorsOf(row)),
      raw: { value, detail: null, field: 'state' },
      since: parseTimestamp(wire['stateTransitionTime']),
    },
    createdAt: row.createdAt,
    capacity: {
      cpuMillis: intOf(total(slots.map((slot) => slot.cpuMillis))),
      memoryBytes: bytes(total(slots.map((slot) => slot.memoryBytes))),
      diskBytes: null,
      gpuMillis: null,
    },
    allocated: NOTHING_SAID,
    available: NOTHING_SAID,
    gpus: [],
    labels: labelsOf(wire),
    cpuModel: shared(running.map(({ instance }) => textOf(instance['cpuModel']))),
    runningExecutions: null,
    queuedExecutions: null,
  };
  return [pool, ...running.map(({ id, instance }, i) => slotRecord(pool, row.uuid, id, instance, slots[i]!))];
}

function slotRecord(
  pool: ComputeNodeRecord,
  poolUuid: string,
  id: number,
  instance: Wire,
  capacity: Resources,
): ComputeNodeRecord {
  const specification = textOf(instance['specificationKey']);
  const labels: Label[] = specification === null ? [] : [{ key: 'specificationKey', value: specification }];
  const value = textOf(instance['phase']) ?? '';
  return {
    ...pool,
    key: slotKey(poolUuid, id),
    nativeRef: { type: 'pool instance', id: `${poolUuid}/${String(id)}` },
    name: `${pool.name}/${String(id)}`,
    nodeKind: 'SLOT',
    parentKey: pool.key,
    status: {
      state: slotState(value, pool.status.state),
      message: null,
      raw: { value, detail: null, field: 'status.runningInstancesInfo.perRunningInstanceInfo.phase' },
      since: null,
    },
    createdAt: null,
    capacity,
    labels,
    cpuModel: textOf(instance['cpuModel']),
  };
}

function slotState(phase: string, pool: ComputeNodeState): ComputeNodeState {
  if (pool === 'DRAINING') return 'DRAINING';
  const word = phaseWord(phase);
  return word === null ? 'UNKNOWN' : PHASES[word].slot;
}

function runningInstances(wire: Wire): { readonly id: number; readonly instance: Wire }[] {
  const info = wireOf(wireOf(wire['status'])['runningInstancesInfo']);
  const byId = new Map<number, Wire>();
  for (const instance of listOf(info['perRunningInstanceInfo']).filter(isWire)) {
    const id = numberOf(instance['instanceId']);
    if (id !== null && Number.isInteger(id) && id >= 0 && id <= MAX_ID) byId.set(id, instance);
  }
  return [...byId].sort(([a], [b]) => a - b).map(([id, instance]) => ({ id, instance }));
}

function capacityOf(instance: Wire): Resources {
  const megabytes = numberOf(instance['maxMemoryMB']);
  return {
    cpuMillis: millis(numberOf(instance['coreCount'])),
    memoryBytes: megabytes === null ? null : bytes(megabytes * MEGABYTE),
    diskBytes: null,
    gpuMillis: null,
  };
}

/** The sum, when every part is known and there is one. */
function total(parts: readonly (number | null)[]): number | null {
  if (parts.length === 0 || parts.includes(null)) return null;
  return parts.reduce<number>((sum, part) => sum + (part ?? 0), 0);
}

function shared(models: readonly (string | null)[]): string | null {
  return new Set(models).size === 1 ? (models[0] ?? null) : null;
}
