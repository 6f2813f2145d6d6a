import type { ComputeNodeRecord, ComputeNodeStatus, Gpu, Resources } from '../../model/records.ts';
import type { ComputeNodeState } from '../../model/records.ts';
import { bytes, millis } from '../../model/units.ts';
import { parseTimestamp } from '../../model/time.ts';
import {
  countOf,
  isWire,
  listOf,
  numberOf,
  requiredText,
  RowError,
  textOf,
  wireOf,
  type Wire,
} from '../reading.ts';
import { isId } from './keys.ts';
import { labelsOf } from './map-job.ts';
import type { Observed } from './wire.ts';

const MIB = 1_048_576;
const UNSAID: Resources = { cpuMillis: null, memoryBytes: null, diskBytes: null, gpuMillis: null };

/** The id of a node row of `GET nodes`. */
export function nodeIdOf(row: Wire): string {
  const id = requiredText(wireOf(row['Info']), 'NodeID');
  if (!isId(id)) throw new RowError('NodeID is no usable id');
  return id;
}

/** An amount of the wire: cores, bytes, bytes, GPUs. Zero amounts are left out, so absent means none. */
function amountOf(value: unknown): Resources {
  if (!isWire(value)) return UNSAID;
  const { CPU: cpu, Memory: memory, Disk: disk, GPU: gpu } = value;
  return {
    cpuMillis: millis(cpu ?? 0),
    memoryBytes: bytes(memory ?? 0),
    diskBytes: bytes(disk ?? 0),
    gpuMillis: millis(gpu ?? 0),
  };
}

function difference<T extends number>(whole: T | null, part: T | null): T | null {
  return whole === null || part === null ? null : (Math.max(whole - part, 0) as T);
}

function minus(whole: Resources, part: Resources): Resources {
  return {
    cpuMillis: difference(whole.cpuMillis, part.cpuMillis),
    memoryBytes: difference(whole.memoryBytes, part.memoryBytes),
    diskBytes: difference(whole.diskBytes, part.diskBytes),
    gpuMillis: difference(whole.gpuMillis, part.gpuMillis),
  };
}

function gpuOf(value: unknown, position: number): Gpu {
  const { Index: index, Name: name, Vendor: vendor, Memory: memoryMib } = wireOf(value);
  const mib = numberOf(memoryMib);
  return {
    index: countOf(index) ?? position,
    model: textOf(name) ?? 'unknown',
    vendor: textOf(vendor),
    memoryBytes: mib === null ? null : bytes(mib * MIB),
  };
}

function stateOf(membership: string, connection: string): ComputeNodeState {
  if (membership === 'PENDING' || membership === 'REJECTED') return membership;
  if (connection === 'DISCONNECTED') return 'OFFLINE';
  // Only a node that is approved and connected is given work.
  return membership === 'APPROVED' && connection === 'CONNECTED' ? 'READY' : 'UNKNOWN';
}

function statusOf(row: Wire): ComputeNodeStatus {
  const details = wireOf(row['ConnectionState']);
  const membership = textOf(row['Membership']) ?? '';
  const connection = textOf(details['Status']) ?? textOf(row['Connection']) ?? '';
  const state = stateOf(membership, connection);
  const byMembership = state === 'PENDING' || state === 'REJECTED';
  const connected = connection === 'CONNECTED';
  const since = connected ? details['ConnectedSince'] : details['DisconnectedSince'];
  return {
    state,
    message: textOf(details['LastError']),
    raw: {
      value: byMembership ? membership : connection,
      detail: (byMembership ? connection : membership) || null,
      field: byMembership ? 'Membership' : 'ConnectionState.Status',
    },
    // When an operator approved or rejected a node is not told, only when its connection changed.
    since: byMembership ? null : parseTimestamp(since),
  };
}

/**
 * A row of `GET nodes`. Nodes that only orchestrate are listed, too, with no capacity. What is free is unknown while a
 * node is disconnected: the server then sends an empty amount, which would read as "nothing is free", and the counts
 * of executions that the node told last. These are told less often than the rest (every minute, unless configured):
 * they lag behind the list of executions.
 */
export function mapNode(row: Wire, at: Observed): ComputeNodeRecord {
  const id = nodeIdOf(row);
  const info = wireOf(row['Info']);
  const compute = wireOf(info['ComputeNodeInfo']);
  const status = statusOf(row);
  const maximum = wireOf(compute['MaxCapacity']);
  const capacity = amountOf(compute['MaxCapacity']);
  const offline = status.state === 'OFFLINE';
  const available = offline ? UNSAID : amountOf(compute['AvailableCapacity']);
  return {
    kind: 'computeNode',
    provider: at.provider,
    key: id as ComputeNodeRecord['key'],
    nativeRef: { type: 'node', id },
    name: id,
    observedAt: at.observedAt,
    nodeKind: 'MACHINE',
    parentKey: null,
    projectKey: null,
    status,
    createdAt: null,
    capacity,
    allocated: minus(capacity, available),
    available,
    gpus: listOf(maximum['GPUs']).map(gpuOf),
    labels: labelsOf(info['Labels']),
    cpuModel: null,
    runningExecutions: offline ? null : countOf(compute['RunningExecutions']),
    queuedExecutions: offline ? null : countOf(compute['EnqueuedExecutions']),
  };
}
