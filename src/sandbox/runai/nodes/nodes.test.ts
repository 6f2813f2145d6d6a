import { describe, expect, it } from 'vitest';
import { startRunaiRig } from '../../../../test/support/runai-client.ts';

interface NodeOnWire {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly nodePool: string;
  readonly updatedAt: string;
  readonly gpuInfo: { readonly gpuType: string; readonly gpuCount: number } | null;
  readonly taints: readonly { readonly effect: string }[];
  readonly conditions: readonly unknown[];
}
interface Nodes {
  readonly nodes: readonly NodeOnWire[];
}
interface Telemetry {
  readonly timestamp: string;
  readonly values: readonly {
    readonly value: string;
    readonly groups: readonly { readonly key: string; readonly value: string }[];
  }[];
}

const NODES = '/api/v1/nodes';

describe('nodes', () => {
  it('have no capacity, a pool, and GPUs or null', async () => {
    const rig = await startRunaiRig();
    const { nodes } = await rig.read<Nodes>(NODES);
    expect(nodes).toHaveLength(rig.site.nodes.size);
    const of = (name: string) => nodes.find((node) => node.name === name);
    expect(of('cpu-01')).toMatchObject({ gpuInfo: null, nodePool: 'default', status: 'Ready', taints: [] });
    expect(of('dgx-a100-01')).toMatchObject({
      gpuInfo: { gpuType: 'NVIDIA-A100-SXM4-80GB', gpuCount: 8 },
      nodePool: 'dgx-a100',
    });
    expect(Object.keys(nodes[0] ?? {}).filter((member) => /cpu|memory|allocat/i.test(member))).toEqual([]);
  });

  it('page without next: until a page is short', async () => {
    const rig = await startRunaiRig();
    const first = await rig.read<Nodes>(`${NODES}?limit=6`);
    const second = await rig.read<Nodes>(`${NODES}?limit=6&offset=6`);
    expect(first).not.toHaveProperty('next');
    expect(first.nodes).toHaveLength(6);
    expect(second.nodes).toHaveLength(rig.site.nodes.size - 6);
    expect(await rig.read(`${NODES}/count`)).toEqual({ count: rig.site.nodes.size });
    expect(await rig.read(`${NODES}/count?filterBy=nodePool==l40s`)).toEqual({ count: 2 });
    expect(await rig.status(`${NODES}?filterBy=cpu==4`)).toBe(400);
  });

  it('are NotReady and tainted while they are away', async () => {
    const rig = await startRunaiRig();
    const { nodes } = await rig.read<Nodes>(`${NODES}?filterBy=name==l40s-01`);
    rig.pass(1000);
    rig.site.setNodeUp(nodes[0]?.id ?? '', false);
    const [down] = (await rig.read<Nodes>(`${NODES}?filterBy=status==NotReady`)).nodes;
    expect(down).toMatchObject({ name: 'l40s-01', conditions: [{ type: 'Ready' }] });
    expect(down?.taints.map(({ effect }) => effect)).toContain('NoSchedule');
    expect((down?.updatedAt ?? '') > (nodes[0]?.updatedAt ?? '')).toBe(true);
  });

  it('of a cluster: nodeName stands alone', async () => {
    const rig = await startRunaiRig();
    const path = `/api/v1/clusters/${rig.clusterId}/nodes`;
    expect((await rig.read<Nodes>(`${path}?nodeName=cpu-02`)).nodes).toHaveLength(1);
    expect(await rig.status(`${path}?nodeName=cpu-02&limit=5`)).toBe(400);
    expect((await rig.read<Nodes>(`${path}?limit=3`)).nodes).toHaveLength(3);
    expect(await rig.read(`${path}/count`)).toEqual({ count: rig.site.nodes.size });
    expect(await rig.status('/api/v1/clusters/6f1c0000-0000-4000-8000-000000000000/nodes')).toBe(404);
  });
});

describe('node telemetry', () => {
  it('has strings for numbers, a space in its time, and adds up', async () => {
    const rig = await startRunaiRig();
    const spec = { compute: { gpuDevicesRequest: 2, gpuRequestType: 'portion', gpuPortionRequest: 0.5 } };
    const id = await rig.create({ spec });
    rig.pass(5000);
    const { pods } = await rig.read<{ pods: { nodeName: string }[] }>(`/api/v1/workloads/${id}/pods`);
    const path = `${NODES}/telemetry?telemetryType=ALLOCATED_GPUS&clusterId=${rig.clusterId}`;
    const byNode = await rig.read<Telemetry>(`${path}&groupBy=Node`);
    expect(byNode.timestamp).toBe('2026-03-02 09:00:05.000');
    const busy = byNode.values.filter(({ value }) => value !== '0');
    expect(busy).toMatchObject([{ value: '1', groups: [{ value: pods[0]?.nodeName }] }]);
    expect(busy[0]?.groups[0]?.key.toLowerCase()).toBe('node');
    expect((await rig.read<Telemetry>(path)).values).toEqual([{ value: '1', groups: [] }]);
    const both = await rig.read<Telemetry>(`${path}&groupBy=Nodepool,Node`);
    expect(both.values[0]?.groups).toHaveLength(2);
    expect(await rig.status(`${path}&groupBy=Nodepool,Node,ClusterId`)).toBe(400);
    expect(await rig.status(`${NODES}/telemetry?telemetryType=LUCK`)).toBe(400);
  });

  it('knows totals and what is free', async () => {
    const rig = await startRunaiRig();
    const total = async (type: string, query = '') => {
      const answer = await rig.read<Telemetry>(`${NODES}/telemetry?telemetryType=${type}${query}`);
      return answer.values[0]?.value;
    };
    expect(await total('TOTAL_GPUS')).toBe('56');
    expect(await total('FREE_GPUS')).toBe('56');
    expect(await total('TOTAL_GPU_NODES')).toBe('8');
    expect(await total('TOTAL_GPUS', '&nodepoolName=l40s')).toBe('8');
    expect(await total('TOTAL_CPU_CORES', '&nodepoolName=default')).toBe('128');
  });
});

describe('node pools', () => {
  it('are listed with their members, under small numbers', async () => {
    const rig = await startRunaiRig();
    const { nodepools } = await rig.read<{ nodepools: { id: string; name: string; status: unknown }[] }>(
      '/api/v1/node-pools',
    );
    expect(nodepools.map(({ name }) => name)).toEqual(['default', 'dgx-a100', 'hgx-h100', 'l40s', 'mi300x']);
    expect(nodepools[0]).toMatchObject({ id: '1', isDefault: true, status: { nodes: ['cpu-01', 'cpu-02'] } });
    expect(await rig.read('/api/v1/node-pools/4')).toMatchObject({ name: 'l40s', phase: 'Ready' });
    expect(await rig.status('/api/v1/node-pools/40')).toBe(404);
    expect(await rig.read('/api/v1/node-pools/count?filterBy=phase==Ready')).toEqual({ count: 5 });
  });

  it('can be filtered by updatedAt, which moves with their nodes', async () => {
    const rig = await startRunaiRig();
    rig.pass(1000);
    const since = new Date(rig.clock.now()).toISOString();
    const [node] = [...rig.site.nodes.values()].filter(({ name }) => name === 'mi300x-01');
    rig.site.setNodeUp(node?.id ?? '', false);
    const path = `/api/v1/node-pools?sortBy=updatedAt&filterBy=updatedAt>=${since}`;
    expect(await rig.read(path)).toMatchObject({ nodepools: [{ name: 'mi300x', phase: 'Unschedulable' }] });
  });
});

describe('clusters', () => {
  it('are a bare array, by uuid', async () => {
    const rig = await startRunaiRig();
    const clusters = await rig.read<readonly Record<string, unknown>[]>('/api/v1/clusters');
    expect(clusters).toMatchObject([
      { uuid: rig.clusterId, name: 'sandbox', version: '2.24.7', status: { state: 'Connected' } },
    ]);
    expect(clusters[0]).not.toHaveProperty('id');
    expect(clusters[0]?.['domain']).toBe(new URL(rig.emulator.url).host);
    const short = await rig.read('/api/v1/clusters?verbosity=metadata');
    expect(short).toMatchObject([{ uuid: rig.clusterId, status: { state: 'Connected' } }]);
    expect(await rig.status('/api/v1/clusters?verbosity=loud')).toBe(400);
    expect(await rig.status(`/api/v1/clusters/${rig.clusterId}`)).toBe(200);
    expect(await rig.status('/api/v1/clusters/other')).toBe(404);
  });
});
