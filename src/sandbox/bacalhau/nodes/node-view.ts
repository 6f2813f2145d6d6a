/** Nodes as the wire shows them. */
import type { SimNode } from '../../world/types.ts';
import type { Scope } from '../installation.ts';
import { goMap } from '../wire/go-json.ts';
import { fnv1a, rfc3339Ms, ZERO_TIME } from '../wire/nanos.ts';
import { availableCapacity, ENGINES, maxCapacity, viewAmounts } from './capacity.ts';
import { HEARTBEAT_MS } from './membership.ts';
import { nodeLabels } from './node-labels.ts';
import type { RosterEntry } from './roster.ts';

const NOTHING = { cpuMillis: 0, memoryBytes: 0, diskBytes: 0, gpus: [] };

/** NodeState: what the orchestrator knows of a node. */
export function viewNodeState(scope: Scope, entry: RosterEntry): unknown {
  const Connection = entry.connected ? 'CONNECTED' : 'DISCONNECTED';
  return {
    Info: viewNodeInfo(scope, entry),
    Membership: entry.membership,
    Connection,
    ConnectionState: scope.release.connectionState ? viewConnection(scope, entry, Connection) : undefined,
  };
}

/** NodeInfo: what a node says of itself. */
export function viewNodeInfo(scope: Scope, entry: RosterEntry): unknown {
  const { release } = scope;
  const labels =
    entry.node === null ? { name: entry.id, os_type: 'linux', os_arch: 'amd64' } : nodeLabels(entry.node);
  return {
    NodeID: entry.id,
    NodeType: entry.node === null ? 'Requester' : 'Compute',
    Labels: goMap(labels),
    SupportedProtocols: release.connectionState ? ['bprotocol/v2', 'ncl/v1'] : undefined,
    ComputeNodeInfo:
      entry.node === null
        ? orchestratorComputeInfo(scope)
        : viewComputeInfo(scope, entry.node, entry.connected),
    BacalhauVersion: release.build,
  };
}

/** Absent before 1.6; since then all null and empty. */
function orchestratorComputeInfo({ release }: Scope): unknown {
  if (!release.connectionState) return undefined;
  return {
    ExecutionEngines: null,
    Publishers: null,
    StorageSources: null,
    MaxCapacity: {},
    QueueCapacity: {},
    AvailableCapacity: {},
    MaxJobRequirements: {},
    RunningExecutions: 0,
    EnqueuedExecutions: 0,
    address: release.partitions ? '' : undefined,
  };
}

/** What every compute node of the site offers: names in lower case, as they are advertised (seen on 1.9.3). */
const PUBLISHERS = ['local', 'noop', 's3', 's3managed'] as const;
const STORAGE = ['inline', 's3', 'urldownload'] as const;

function viewComputeInfo({ release, site }: Scope, node: SimNode, connected: boolean): unknown {
  const max = maxCapacity(node);
  return {
    ExecutionEngines: inSomeOrder(node, ENGINES),
    Publishers: inSomeOrder(
      node,
      PUBLISHERS.filter((name) => release.versionedJobs || name !== 's3managed'),
    ),
    StorageSources: inSomeOrder(node, STORAGE),
    MaxCapacity: viewAmounts(node, max, true),
    QueueCapacity: {},
    // A disconnected node reports nothing as free.
    AvailableCapacity: viewAmounts(node, connected ? availableCapacity(site, node) : NOTHING, true),
    MaxJobRequirements: viewAmounts(node, max, false),
    RunningExecutions: connected ? node.running.size : 0,
    EnqueuedExecutions: 0,
    // The key is there and empty on nodes that were not told their address.
    address: release.partitions ? '' : undefined,
  };
}

/** Real lists are in no order: every node has another one, and another one after a restart. */
function inSomeOrder(node: SimNode, names: readonly string[]): readonly string[] {
  const weight = (name: string): number => fnv1a(`${node.id}/${name}`);
  return [...names].sort((a, b) => weight(a) - weight(b));
}

function viewConnection(scope: Scope, entry: RosterEntry, Status: string): unknown {
  const { nowMs, skewMs } = scope;
  const since = entry.node?.upSince ?? scope.startedAt;
  const changes = scope.site.executions.size;
  const time = (ms: number): string => rfc3339Ms(ms + skewMs);
  const beats = Math.max(0, Math.floor((nowMs - since) / HEARTBEAT_MS));
  return {
    Status,
    LastHeartbeat: time(entry.connected ? since + beats * HEARTBEAT_MS : since),
    LastComputeSeqNum: entry.node === null || changes === 0 ? undefined : changes,
    LastOrchestratorSeqNum: entry.node === null || changes === 0 ? undefined : changes,
    ConnectedSince: time(entry.node?.up === false ? entry.node.createdAt : since),
    DisconnectedSince: entry.connected ? ZERO_TIME : time(since),
    LastError: lastErrorOf(entry),
  };
}

function lastErrorOf(entry: RosterEntry): string | undefined {
  if (entry.shutOut) return 'node rejected';
  return entry.connected ? undefined : 'heartbeat timeout';
}
