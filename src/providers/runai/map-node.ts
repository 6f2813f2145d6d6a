import type { ProviderKey } from '../../model/ids.ts';
import type { ComputeNodeRecord, ComputeNodeState, Gpu, Label, Resources } from '../../model/records.ts';
import { parseTimestamp, type EpochMs } from '../../model/time.ts';
import { bytes, millis, type Bytes } from '../../model/units.ts';
import { listOf, numberOf, requiredText, textOf, wireOf, type Wire } from '../reading.ts';
import { nodeKey, poolKey } from './keys.ts';
import type { Telemetry } from './telemetry.ts';
import { idOf, requiredId } from './wire.ts';
import { NODE_STATES, nodeWord, POOL_PHASES, poolWord } from './words.ts';

const NOTHING_SAID: Resources = { cpuMillis: null, memoryBytes: null, diskBytes: null, gpuMillis: null };
/** More than any machine has: a larger number is a mistake, and would make a list of its own. */
const MAX_GPUS = 64;
/** What `kubectl cordon` sets. Other taints only keep some work away. */
const CORDON = 'node.kubernetes.io/unschedulable';

export interface NodeSetting {
  readonly provider: ProviderKey;
  readonly telemetry: Telemetry;
}

export function nodeRecord(wire: Wire, observedAt: EpochMs, setting: NodeSetting): ComputeNodeRecord {
  const clusterId = requiredId(wire, 'clusterUuid');
  const name = requiredText(wire, 'name');
  const pool = textOf(wire['nodePool']);
  const value = textOf(wire['status']) ?? '';
  const word = nodeWord(value);
  const conditions = listOf(wire['conditions']).map(wireOf);
  const taints = listOf(wire['taints']).map(wireOf);
  const cordoned = taints.some((taint) => textOf(taint['key']) === CORDON);
  const state: ComputeNodeState = word === null ? 'UNKNOWN' : NODE_STATES[word];
  const figures = setting.telemetry.of(clusterId, name);
  // Nodes without GPUs say null.
  const info = wireOf(wire['gpuInfo']);
  const gpuCount = numberOf(info['gpuCount']) ?? 0;
  const capacity: Resources = {
    cpuMillis: figures.cpuMillis,
    memoryBytes: figures.memoryBytes,
    diskBytes: null,
    gpuMillis: millis(gpuCount),
  };
  const allocated: Resources = {
    cpuMillis: figures.allocatedCpuMillis,
    memoryBytes: figures.allocatedMemoryBytes,
    diskBytes: null,
    gpuMillis: figures.allocatedGpuMillis,
  };
  return {
    kind: 'computeNode',
    provider: setting.provider,
    key: nodeKey(clusterId, name),
    nativeRef: { type: 'node', id: idOf(wire['id']) ?? name },
    name,
    observedAt,
    nodeKind: 'MACHINE',
    parentKey: null,
    projectKey: null,
    status: {
      state: state === 'READY' && cordoned ? 'DRAINING' : state,
      message: firstText(conditions, 'message'),
      raw: { value, detail: firstText(conditions, 'reason'), field: 'status' },
      since: null,
    },
    createdAt: parseTimestamp(wire['createdAt']),
    capacity,
    allocated,
    available: minus(capacity, allocated),
    gpus: gpusOf(textOf(info['gpuType']), gpuCount),
    labels: labelsOf({ cluster: clusterId, nodePool: pool, taints }),
    cpuModel: null,
    runningExecutions: null,
    queuedExecutions: null,
  };
}

/** A node pool: what its nodes have together, where those are known. */
export function poolRecord(
  wire: Wire,
  observedAt: EpochMs,
  provider: ProviderKey,
  nodes: readonly ComputeNodeRecord[],
): ComputeNodeRecord {
  const clusterId = requiredId(wire, 'clusterId');
  const name = requiredText(wire, 'name');
  const own = nodes.filter((node) => isIn(node, clusterId, name));
  const value = textOf(wire['phase']) ?? '';
  const word = poolWord(value);
  const capacity = total(own.map((node) => node.capacity));
  const allocated = total(own.map((node) => node.allocated));
  return {
    kind: 'computeNode',
    provider,
    key: poolKey(clusterId, name),
    nativeRef: { type: 'node pool', id: idOf(wire['id']) ?? name },
    name,
    observedAt,
    nodeKind: 'AGGREGATE',
    parentKey: null,
    projectKey: null,
    status: {
      state: word === null ? 'UNKNOWN' : POOL_PHASES[word],
      message: textOf(wire['phaseMessage']),
      raw: { value, detail: null, field: 'phase' },
      since: null,
    },
    createdAt: parseTimestamp(wire['createdAt']),
    capacity,
    allocated,
    available: minus(capacity, allocated),
    gpus: [],
    labels: labelsOf({ cluster: clusterId, nodePool: null, taints: [] }),
    cpuModel: null,
    runningExecutions: null,
    queuedExecutions: null,
  };
}

function isIn({ labels }: ComputeNodeRecord, clusterId: string, pool: string): boolean {
  const has = (key: string, value: string): boolean =>
    labels.some((label) => label.key === key && label.value === value);
  return has('cluster', clusterId) && has('nodePool', pool);
}

function labelsOf(of: {
  readonly cluster: string;
  readonly nodePool: string | null;
  readonly taints: readonly Wire[];
}): Label[] {
  const labels: Label[] = [{ key: 'cluster', value: of.cluster }];
  if (of.nodePool !== null) labels.push({ key: 'nodePool', value: of.nodePool });
  for (const taint of of.taints) {
    const key = textOf(taint['key']);
    if (key !== null) labels.push({ key: `taint:${key}`, value: textOf(taint['effect']) });
  }
  return labels;
}

function gpusOf(model: string | null, count: number): Gpu[] {
  const whole = Math.min(Math.max(Math.trunc(count), 0), MAX_GPUS);
  return Array.from({ length: whole }, (_, index) => ({
    index,
    model: model ?? 'unknown',
    vendor: null,
    memoryBytes: null,
  }));
}

function firstText(items: readonly Wire[], member: string): string | null {
  return items.map((item) => textOf(item[member])).find((text) => text !== null) ?? null;
}

function difference<T extends number>(whole: T | null, part: T | null): T | null {
  return whole === null || part === null ? null : (Math.max(whole - part, 0) as T);
}

function minus(whole: Resources, part: Resources): Resources {
  return {
    cpuMillis: difference(whole.cpuMillis, part.cpuMillis),
    memoryBytes: difference<Bytes>(whole.memoryBytes, part.memoryBytes),
    diskBytes: null,
    gpuMillis: difference(whole.gpuMillis, part.gpuMillis),
  };
}

/** The sum of each amount that every part tells. */
function total(parts: readonly Resources[]): Resources {
  if (parts.length === 0) return NOTHING_SAID;
  const sum = (amounts: readonly (number | null)[]): number | null =>
    amounts.includes(null) ? null : amounts.reduce<number>((all, amount) => all + (amount ?? 0), 0);
  return {
    cpuMillis: sum(parts.map((part) => part.cpuMillis)),
    memoryBytes: bytes(sum(parts.map((part) => part.memoryBytes))),
    diskBytes: null,
    gpuMillis: sum(parts.map((part) => part.gpuMillis)),
  };
}
