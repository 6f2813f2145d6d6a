import { describe, expect, it } from 'vitest';
import type { ProviderKey } from '../../model/ids.ts';
import { epochMs } from '../../model/time.ts';
import { RowError } from '../reading.ts';
import { mapNode } from './map-node.ts';

const AT = { provider: 'lab' as ProviderKey, observedAt: epochMs(1) };
const FULL = {
  Info: {
    NodeID: 'n-77',
    NodeType: 'Compute',
    Labels: { os_arch: 'amd64', 'GPU-0': 'Tesla-T4' },
    ComputeNodeInfo: {
      ExecutionEngines: ['docker'],
      MaxCapacity: {
        CPU: 6.4,
        Memory: 26_843_545_600,
        Disk: 80_530_636_800,
        GPU: 1,
        GPUs: [{ Index: 0, Name: 'Tesla T4', Vendor: 'NVIDIA', Memory: 15_360 }],
      },
      QueueCapacity: {},
      AvailableCapacity: { CPU: 4.4, Memory: 22_548_578_304, Disk: 80_530_636_800 },
      RunningExecutions: 1,
      EnqueuedExecutions: 0,
    },
  },
  Membership: 'APPROVED',
  Connection: 'CONNECTED',
  ConnectionState: {
    Status: 'CONNECTED',
    ConnectedSince: '2025-11-21T17:02:11Z',
    DisconnectedSince: '0001-01-01T00:00:00Z',
  },
};

/** The shape of a node that was lost, as seen on 1.9.3: amounts gone, counts still what the node told last. */
const LOST = {
  Info: {
    NodeID: 'n-78',
    NodeType: 'Compute',
    Labels: { name: 'n-78', os_arch: 'amd64', os_type: 'linux' },
    SupportedProtocols: ['bprotocol/v2', 'ncl/v1'],
    ComputeNodeInfo: {
      ExecutionEngines: ['wasm'],
      Publishers: ['s3managed', 'local', 'noop'],
      StorageSources: ['inline', 'urldownload'],
      MaxCapacity: { CPU: 1.6, Memory: 20_220_850_995, Disk: 204_804_289_331 },
      QueueCapacity: {},
      AvailableCapacity: {},
      MaxJobRequirements: { CPU: 1.6, Memory: 20_220_850_995, Disk: 204_804_289_331 },
      RunningExecutions: 2,
      EnqueuedExecutions: 1,
      address: '',
    },
    BacalhauVersion: { Major: '1', Minor: '9', GitVersion: 'v1.9.3' },
  },
  Membership: 'APPROVED',
  Connection: 'DISCONNECTED',
  ConnectionState: {
    Status: 'DISCONNECTED',
    LastHeartbeat: '2026-01-11T08:59:59.930557593Z',
    LastComputeSeqNum: 245,
    ConnectedSince: '2026-01-11T08:52:05.92841832Z',
    DisconnectedSince: '2026-01-11T09:00:06.036267859Z',
    LastError: 'heartbeat timeout',
  },
};

describe('mapNode', () => {
  it('claims nothing of a lost node but what it is made of (seen on 1.9.3)', () => {
    expect(mapNode(LOST, AT)).toMatchObject({
      key: 'n-78',
      status: {
        state: 'OFFLINE',
        message: 'heartbeat timeout',
        since: Date.parse('2026-01-11T09:00:06.036267859Z'),
      },
      capacity: { cpuMillis: 1600, memoryBytes: 20_220_850_995, gpuMillis: 0 },
      available: { cpuMillis: null, memoryBytes: null, diskBytes: null, gpuMillis: null },
      allocated: { cpuMillis: null, memoryBytes: null, diskBytes: null, gpuMillis: null },
      runningExecutions: null,
      queuedExecutions: null,
    });
  });

  it('reads capacity, what is free, and the difference', () => {
    expect(mapNode(FULL, AT)).toMatchObject({
      key: 'n-77',
      name: 'n-77',
      nodeKind: 'MACHINE',
      status: { state: 'READY', since: Date.parse('2025-11-21T17:02:11Z') },
      capacity: { cpuMillis: 6400, memoryBytes: 26_843_545_600, diskBytes: 80_530_636_800, gpuMillis: 1000 },
      available: { cpuMillis: 4400, memoryBytes: 22_548_578_304, diskBytes: 80_530_636_800, gpuMillis: 0 },
      allocated: { cpuMillis: 2000, memoryBytes: 4_294_967_296, diskBytes: 0, gpuMillis: 1000 },
      gpus: [{ index: 0, model: 'Tesla T4', vendor: 'NVIDIA', memoryBytes: 16_106_127_360 }],
      runningExecutions: 1,
      queuedExecutions: 0,
    });
  });

  it.each([
    ['APPROVED', 'CONNECTED', 'READY', 'CONNECTED'],
    ['APPROVED', 'DISCONNECTED', 'OFFLINE', 'DISCONNECTED'],
    ['PENDING', 'CONNECTED', 'PENDING', 'PENDING'],
    ['PENDING', 'DISCONNECTED', 'PENDING', 'PENDING'],
    ['REJECTED', 'DISCONNECTED', 'REJECTED', 'REJECTED'],
    ['REJECTED', 'CONNECTED', 'REJECTED', 'REJECTED'],
    ['', 'CONNECTED', 'UNKNOWN', 'CONNECTED'],
    ['', 'DISCONNECTED', 'OFFLINE', 'DISCONNECTED'],
    ['APPROVED', 'WOBBLY', 'UNKNOWN', 'WOBBLY'],
  ])('%s and %s is %s', (membership, connection, state, raw) => {
    const node = mapNode({ ...FULL, Membership: membership, ConnectionState: { Status: connection } }, AT);
    expect([node.status.state, node.status.raw.value]).toEqual([state, raw]);
    // Before 1.6 only the plain word is there.
    const old = mapNode(
      { ...FULL, Membership: membership, Connection: connection, ConnectionState: undefined },
      AT,
    );
    expect(old.status.state).toBe(state);
  });

  it('does not take the empty amounts of a disconnected node for none', () => {
    const info = { ...FULL.Info, ComputeNodeInfo: { ...FULL.Info.ComputeNodeInfo, AvailableCapacity: {} } };
    const node = mapNode({ ...FULL, Info: info, ConnectionState: { Status: 'DISCONNECTED' } }, AT);
    expect(node.available.cpuMillis).toBeNull();
    expect(node.allocated.cpuMillis).toBeNull();
    expect(node.capacity.cpuMillis).toBe(6400);
  });

  it('lists nodes that only orchestrate', () => {
    const compute = {
      ExecutionEngines: null,
      Publishers: null,
      StorageSources: null,
      MaxCapacity: {},
      AvailableCapacity: {},
    };
    const info = { NodeID: 'n-orchestrator', NodeType: 'Requester', ComputeNodeInfo: compute };
    expect(mapNode({ ...FULL, Info: info }, AT).capacity.cpuMillis).toBe(0);
    const older = { NodeID: 'n-orchestrator', NodeType: 'Requester' };
    expect(mapNode({ ...FULL, Info: older }, AT).capacity.cpuMillis).toBeNull();
  });

  it('cannot do without an id', () => {
    expect(() => mapNode({ Info: {} }, AT)).toThrow(RowError);
  });
});
