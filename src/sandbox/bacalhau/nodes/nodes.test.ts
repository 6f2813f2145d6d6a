import { describe, expect, test } from 'vitest';
import { NODES, startRig } from '../../../../test/support/bacalhau-emulator.ts';
import { startBacalhauEmulator } from '../emulator.ts';

interface NodeOnWire {
  readonly Info: {
    readonly NodeID: string;
    readonly NodeType: string;
    readonly Labels: Record<string, string>;
    readonly ComputeNodeInfo?: Record<string, unknown> & {
      readonly AvailableCapacity: {
        readonly CPU?: number;
        readonly GPUs?: readonly { readonly Memory: number }[];
      };
      readonly MaxCapacity: { readonly CPU?: number; readonly Memory?: number };
    };
  };
  readonly Membership: string;
  readonly Connection: string;
  readonly ConnectionState?: Record<string, unknown>;
}
interface Nodes {
  readonly NextToken: string;
  readonly Nodes: readonly NodeOnWire[];
}

test('the list is under "Nodes", has no token, and holds the orchestrator once', async () => {
  const rig = await startRig();
  const page = await rig.read<Nodes>(`${NODES}?next_token=ignored`);
  expect(Object.keys(page)).toEqual(['NextToken', 'Nodes']);
  expect(page.NextToken).toBe('');
  expect(page.Nodes).toHaveLength(rig.site.nodes.size + 1);
  const [orchestrator] = page.Nodes.filter((node) => node.Info.NodeType === 'Requester');
  expect(orchestrator?.Info.ComputeNodeInfo).toEqual({
    ExecutionEngines: null,
    Publishers: null,
    StorageSources: null,
    MaxCapacity: {},
    QueueCapacity: {},
    AvailableCapacity: {},
    MaxJobRequirements: {},
    RunningExecutions: 0,
    EnqueuedExecutions: 0,
    address: '',
  });
});

test('what nodes offer has lower-case names, in no order, and no address (seen on 1.9.3)', async () => {
  const rig = await startRig();
  const { Nodes } = await rig.read<Nodes>(NODES);
  const compute = Nodes.flatMap(({ Info }) => (Info.NodeType === 'Compute' ? [Info.ComputeNodeInfo] : []));
  const lists = (name: string) => compute.map((info) => info?.[name] as string[]);
  for (const [name, expected] of [
    ['ExecutionEngines', ['docker', 'wasm']],
    ['Publishers', ['local', 'noop', 's3', 's3managed']],
    ['StorageSources', ['inline', 's3', 'urldownload']],
  ] as const) {
    for (const list of lists(name)) expect([...list].sort()).toEqual(expected);
    expect(new Set(lists(name).map((list) => list.join())).size).toBeGreaterThan(1);
  }
  for (const info of compute) expect(info?.['address']).toBe('');
});

test('capacities: cores, bytes, MiB; zero is left out; what runs is taken off', async () => {
  const rig = await startRig();
  await rig.submit(
    {
      Tasks: [
        {
          Name: 'm',
          Engine: { Type: 'docker', Params: { Image: 'a', Parameters: ['sleep 600'] } },
          Resources: { CPU: '2500m', Memory: '1gib', GPU: '1' },
        },
      ],
    },
    'sleep 600',
  );
  rig.pass(5000);
  const { Nodes } = await rig.read<Nodes>(NODES);
  const busy = Nodes.find((node) => node.Info.ComputeNodeInfo?.['RunningExecutions'] === 1)?.Info
    .ComputeNodeInfo;
  expect((busy?.MaxCapacity.CPU ?? 0) - (busy?.AvailableCapacity.CPU ?? 0)).toBe(2.5);
  expect(busy?.AvailableCapacity.GPUs?.[0]?.Memory).toBeGreaterThan(1000);
  const plain = Nodes.find((node) => node.Info.NodeType === 'Compute' && !('GPU-0' in node.Info.Labels));
  expect(plain?.Info.ComputeNodeInfo?.MaxCapacity).not.toHaveProperty('GPU');
  expect(Number.isInteger(plain?.Info.ComputeNodeInfo?.MaxCapacity.Memory)).toBe(true);
  const gpu = Nodes.find((node) => 'GPU-0' in node.Info.Labels);
  expect(gpu?.Info.Labels['GPU-0']).not.toContain(' ');
  expect(gpu?.Info.Labels['GPU-0-Memory']).toMatch(/^\d+-MiB$/);
});

test('a node that goes away is disconnected and reports nothing free', async () => {
  const rig = await startRig();
  const [id = ''] = rig.site.nodes.keys();
  rig.pass(60_000);
  rig.site.setNodeUp(id, false);
  rig.pass(30_000);
  const { Node } = await rig.read<{ Node: NodeOnWire }>(`${NODES}/n-${id}`);
  expect(Node).toMatchObject({
    Membership: 'APPROVED',
    Connection: 'DISCONNECTED',
    ConnectionState: { Status: 'DISCONNECTED', DisconnectedSince: '2025-11-22T05:41:00Z' },
    Info: { ComputeNodeInfo: { AvailableCapacity: {}, QueueCapacity: {} } },
  });
  const lost = await rig.read<Nodes>(`${NODES}?filter-status=disconnected`);
  expect(lost.Nodes.map((node) => node.Info.NodeID)).toEqual([`n-${id}`]);
  rig.site.setNodeUp(id, true);
  const back = await rig.read<{ Node: NodeOnWire }>(`${NODES}/n-${id}`);
  expect(back.Node.ConnectionState).toMatchObject({
    Status: 'CONNECTED',
    DisconnectedSince: '0001-01-01T00:00:00Z',
  });
});

test('filters have hyphens and any case; unknown values match nothing', async () => {
  const rig = await startRig();
  const count = async (query: string) => (await rig.read<Nodes>(`${NODES}?${query}`)).Nodes.length;
  const all = rig.site.nodes.size + 1;
  expect(await count('filter-approval=Approved')).toBe(all);
  expect(await count('filter_approval=rejected')).toBe(all);
  expect(await count('filter-approval=rejected')).toBe(0);
  expect(await count('filter-approval=sometimes')).toBe(0);
  expect(await count('filter-status=CONNECTED')).toBe(all);
  expect(await count(`labels=${encodeURIComponent('GPU-0')}`)).toBeLessThan(all - 1);
  expect(await count(`labels=${encodeURIComponent('os_arch in (arm64)')}`)).toBe(0);
  expect(await count('limit=2')).toBe(2);
});

test('orders', async () => {
  const rig = await startRig();
  const list = async (query: string) => (await rig.read<Nodes>(`${NODES}?${query}`)).Nodes;
  const ids = (await list('')).map((node) => node.Info.NodeID);
  expect(ids).toEqual([...ids].sort());
  expect((await list('reverse=true')).map((node) => node.Info.NodeID)).toEqual([...ids].reverse());
  const cores = (await list('order_by=available_cpu')).map(
    (node) => node.Info.ComputeNodeInfo?.AvailableCapacity.CPU ?? 0,
  );
  expect(cores).toEqual([...cores].sort((a, b) => b - a));
  expect((await list('order_by=type')).at(-1)?.Info.NodeType).toBe('Requester');
  expect((await rig.get(`${NODES}?order_by=colour`)).json()).toMatchObject({
    Status: 400,
    Message: 'invalid order_by',
  });
});

describe('one node', () => {
  test('by prefix; none is a 404, several a 409 that names three', async () => {
    const rig = await startRig();
    const [id = ''] = rig.site.nodes.keys();
    const { Node } = await rig.read<{ Node: NodeOnWire }>(`${NODES}/n-${id.slice(0, 8)}`);
    expect(Node.Info.NodeID).toBe(`n-${id}`);
    expect((await rig.get(`${NODES}/x-1`)).json()).toMatchObject({
      Status: 404,
      Code: 'NotFound',
      Component: 'NodesManager',
    });
    const several = (await rig.get(`${NODES}/n-`)).json<{ Message: string }>();
    expect(several).toMatchObject({ Status: 409, Code: 'MultipleNodesFound', Hint: expect.any(String) });
    // The list as 1.9.3 writes it.
    expect(several.Message).toMatch(
      /^multiple nodes found for prefix: n-, matching IDs: \[(?:n-[0-9a-f-]{36} ){3}\.\.\.\]$/,
    );
  });

  test('a whole id that begins another one is ambiguous', async () => {
    const rig = await startRig();
    const [node] = rig.site.nodes.values();
    if (node === undefined) throw new Error('The site has no node.');
    const nodes = new Map(['node-1', 'node-10'].map((id) => [id, { ...node, id }]));
    const world = { ...rig.world, site: () => ({ ...rig.site, nodes }) };
    const emulator = await startBacalhauEmulator({ world });
    try {
      const status = async (id: string) => (await fetch(`${emulator.url}${NODES}/${id}`)).status;
      expect([await status('node-1'), await status('node-10')]).toEqual([409, 200]);
    } finally {
      await emulator.close();
    }
  });
});

describe('actions', () => {
  test('reject cuts a node off, approve brings it back, twice is a conflict', async () => {
    const rig = await startRig();
    const [id = ''] = rig.site.nodes.keys();
    const act = (Action: string) =>
      rig.call('PUT', `${NODES}/n-${id}`, { Action, Message: 'x', NodeID: 'ignored' });
    expect((await act('approve')).json()).toMatchObject({ Status: 409, Code: 'ConflictNodeState' });
    expect((await act('reject')).text).toBe('{"Success":true}\n');
    const { Node } = await rig.read<{ Node: NodeOnWire }>(`${NODES}/n-${id}`);
    expect(Node).toMatchObject({
      Membership: 'REJECTED',
      Connection: 'DISCONNECTED',
      ConnectionState: { LastError: 'node rejected' },
    });
    expect((await act('reject')).status).toBe(409);
    expect((await act('approve')).status).toBe(200);
    // It stays away until it tries again by itself (seen on 1.9.3: twelve seconds).
    const state = async () => (await rig.read<{ Node: NodeOnWire }>(`${NODES}/n-${id}`)).Node;
    rig.pass(11_000);
    expect(await state()).toMatchObject({
      Membership: 'APPROVED',
      Connection: 'DISCONNECTED',
      ConnectionState: { LastError: 'node rejected' },
      Info: { ComputeNodeInfo: { AvailableCapacity: {} } },
    });
    rig.pass(1000);
    expect(await state()).toMatchObject({ Membership: 'APPROVED', Connection: 'CONNECTED' });
    expect((await state()).ConnectionState).not.toHaveProperty('LastError');
    expect((await rig.read<Nodes>(`${NODES}?filter-approval=APPROVED`)).Nodes).toHaveLength(
      rig.site.nodes.size + 1,
    );
  });

  test('delete forgets a node until its next heartbeat; other words are an unclassified error', async () => {
    const rig = await startRig();
    const [id = ''] = rig.site.nodes.keys();
    const act = (Action: string, node = id) => rig.call('PUT', `${NODES}/n-${node}`, { Action });
    expect((await act('delete')).status).toBe(200);
    expect((await rig.get(`${NODES}/n-${id}`)).status).toBe(404);
    rig.pass(15_000);
    expect((await rig.get(`${NODES}/n-${id}`)).status).toBe(200);
    expect((await act('explode')).json()).toMatchObject({ Status: 500, Component: 'Unknown' });
    expect((await act('delete', 'none')).status).toBe(404);
  });

  test('before 1.6 failures are a 200 that says no', async () => {
    const rig = await startRig({ version: '1.5.0' });
    const [id = ''] = rig.site.nodes.keys();
    const answer = await rig.call('PUT', `${NODES}/n-${id}`, { Action: 'approve' });
    expect(answer.status).toBe(200);
    expect(answer.json()).toEqual({ Success: false, Error: expect.any(String) });
  });
});

test('what nodes lacked before 1.6 and 1.7', async () => {
  const five = await startRig({ version: '1.5.0' });
  const { Nodes } = await five.read<Nodes>(`${NODES}?order_by=type`);
  expect(Nodes[0]).not.toHaveProperty('ConnectionState');
  expect(Nodes[0]?.Info).not.toHaveProperty('SupportedProtocols');
  expect(Nodes.at(-1)?.Info).not.toHaveProperty('ComputeNodeInfo');
  const six = await startRig({ version: '1.6.0' });
  const page = await six.read<Nodes>(`${NODES}?order_by=type`);
  expect(page.Nodes[0]).toHaveProperty('ConnectionState');
  expect(page.Nodes[0]?.Info.ComputeNodeInfo).not.toHaveProperty('address');
});
