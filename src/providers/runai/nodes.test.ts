import { describe, expect, it } from 'vitest';
import {
  adapterOf,
  callContext,
  CLUSTER,
  refusal,
  RunaiService,
  uuid,
} from '../../../test/support/runai-service.ts';
import type { NativeKey } from '../../model/ids.ts';
import type { ComputeNodeRecord } from '../../model/records.ts';
import type { ListPage } from '../provider.ts';

const order = { field: 'NAME', direction: 'ASC' } as const;
const query = { after: null, limit: 50, filter: {}, order };
const OTHER = uuid(0xc2);

function figures(values: Record<string, string>): unknown[] {
  return Object.entries(values).map(([name, value]) => ({
    value,
    groups: [
      { key: 'ClusterId', value: CLUSTER, name: 'c1' },
      { key: 'node', value: name, name },
    ],
  }));
}

function service(): RunaiService {
  const model = new RunaiService();
  const node = (name: string, more: Record<string, unknown> = {}) => ({
    name,
    clusterUuid: CLUSTER,
    id: uuid(name.length),
    status: 'Ready',
    conditions: [],
    taints: [],
    nodePool: 'a100',
    createdAt: '2026-01-01T00:00:00Z',
    gpuInfo: { gpuType: 'A100-SXM4-80GB', gpuCount: 8 },
    ...more,
  });
  model.nodes = [
    node('dgx-01'),
    node('dgx-02', { taints: [{ key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }] }),
    node('cpu-01', { gpuInfo: null, nodePool: 'default', taints: [{ key: 'team', value: 'x', effect: 'NoSchedule' }] }), // prettier-ignore
    node('dgx-03', { status: 'NotReady', conditions: [{ type: 'Ready', reason: 'KubeletNotReady', message: 'no heartbeat' }] }), // prettier-ignore
    node('odd-01', { status: 'Melting', clusterUuid: OTHER, nodePool: 'default' }),
  ];
  model.nodePools = [
    { id: 5, name: 'a100', clusterId: CLUSTER, phase: 'Ready', createdAt: '2026-01-01T00:00:00Z' },
    { id: '6', name: 'default', clusterId: CLUSTER, phase: 'Empty', phaseMessage: 'no nodes' },
    { id: '7', name: 'default', clusterId: OTHER, phase: 'Sinking' },
  ];
  model.telemetry = {
    TOTAL_CPU_CORES: figures({ 'dgx-01': '128', 'dgx-02': '128', 'dgx-03': '128', 'cpu-01': '64' }),
    TOTAL_CPU_MEMORY_BYTES: figures({ 'dgx-01': '1000', 'dgx-02': '1000', 'dgx-03': '1000' }),
    ALLOCATED_CPU_CORES: figures({ 'dgx-01': '32.5', 'dgx-02': '0', 'dgx-03': '0' }),
    ALLOCATED_CPU_MEMORY_BYTES: figures({ 'dgx-01': '400', 'dgx-02': 'NaN', 'dgx-03': '0' }),
    ALLOCATED_GPUS: figures({ 'dgx-01': '6.25', 'dgx-02': '0', 'dgx-03': '0' }),
  };
  return model;
}

function byName(page: ListPage<'computeNode'>): Map<string, ComputeNodeRecord> {
  return new Map(page.rows.map(({ record }) => [`${record.nodeKind} ${record.name}`, record]));
}

describe('nodes', () => {
  it('are listed by name with their pools and what is in use', async () => {
    const model = service();
    const page = await adapterOf(model).list('computeNode', query, callContext());
    expect(page.rows.map(({ record }) => record.name)).toEqual(['a100', 'cpu-01', 'default', 'default', 'dgx-01', 'dgx-02', 'dgx-03', 'odd-01']); // prettier-ignore
    expect(model.calls).toHaveLength(7);
    const nodes = byName(page);
    const dgx = nodes.get('MACHINE dgx-01');
    expect(dgx).toMatchObject({
      key: `n:${CLUSTER}/dgx-01`,
      parentKey: null,
      status: { state: 'READY', raw: { value: 'Ready', field: 'status' } },
      capacity: { cpuMillis: 128_000, memoryBytes: 1000, gpuMillis: 8000, diskBytes: null },
      allocated: { cpuMillis: 32_500, memoryBytes: 400, gpuMillis: 6250 },
      available: { cpuMillis: 95_500, memoryBytes: 600, gpuMillis: 1750 },
    });
    expect(dgx?.gpus).toHaveLength(8);
    expect(dgx?.gpus[7]).toMatchObject({ index: 7, model: 'A100-SXM4-80GB' });
    expect(nodes.get('MACHINE dgx-02')).toMatchObject({ status: { state: 'DRAINING' }, allocated: { memoryBytes: null } }); // prettier-ignore
    expect(nodes.get('MACHINE dgx-03')?.status).toMatchObject({ state: 'OFFLINE', message: 'no heartbeat' });
    expect(nodes.get('MACHINE cpu-01')).toMatchObject({ status: { state: 'READY' }, gpus: [], capacity: { gpuMillis: 0, memoryBytes: null } }); // prettier-ignore
    expect(nodes.get('MACHINE odd-01')).toMatchObject({
      status: { state: 'UNKNOWN' },
      capacity: { cpuMillis: null },
    });
    expect(nodes.get('AGGREGATE a100')).toMatchObject({
      key: `p:${CLUSTER}/a100`,
      nativeRef: { type: 'node pool', id: '5' },
      status: { state: 'READY' },
      capacity: { cpuMillis: 384_000, gpuMillis: 24_000 },
      allocated: { cpuMillis: 32_500, memoryBytes: null, gpuMillis: 6250 },
    });
  });

  it('hold the nodes that executions name', async () => {
    const model = service();
    model.putWorkload(uuid(1), 1e12);
    model.putPod(uuid(2), uuid(1), 1e12);
    const adapter = adapterOf(model);
    const key = uuid(1) as NativeKey;
    const { found } = await adapter.executionsOfJobs([key], callContext());
    const nodeKey = found.get(key)!.records[0]!.nodeKey!;
    const nodes = await adapter.get('computeNode', [nodeKey, 'n:x/y' as NativeKey], callContext());
    expect(nodes.found.get(nodeKey)?.name).toBe('dgx-01');
    expect(nodes.missing.size).toBe(1);
  });

  it('page by name and key', async () => {
    const adapter = adapterOf(service());
    for (const direction of ['ASC', 'DESC'] as const) {
      const whole = await adapter.list(
        'computeNode',
        { ...query, order: { ...order, direction } },
        callContext(),
      );
      const keys: string[] = [];
      for (let after: string | null = null, more = true; more;) {
        const page: ListPage<'computeNode'> = await adapter.list('computeNode', { after, limit: 3, filter: {}, order: { ...order, direction } }, callContext()); // prettier-ignore
        keys.push(...page.rows.map(({ record }) => record.key));
        [after, more] = [page.endPosition, page.hasMore];
      }
      expect(keys).toEqual(whole.rows.map(({ record }) => record.key));
    }
    await expect(adapter.list('computeNode', { ...query, after: '[1,"x"]' }, callContext())).rejects.toMatchObject({ code: 'INVALID_CURSOR' }); // prettier-ignore
  });

  it('are read past the first page of a list that never says that there is more', async () => {
    const model = service();
    model.nodes = Array.from({ length: 1_200 }, (_, n) => ({ name: `n${String(n)}`, clusterUuid: CLUSTER }));
    const page = await adapterOf(model, { nodeTelemetry: false, nodePools: false }).list('computeNode', { ...query, limit: 2000 }, callContext()); // prettier-ignore
    expect(page.rows).toHaveLength(1_200);
    expect(model.calls).toHaveLength(3);
  });

  it('are told without what cannot be read', async () => {
    const model = service();
    model.scripted.set('/api/v1/nodes/telemetry', refusal(403, 'no'));
    model.scripted.set('/api/v1/node-pools', refusal(500, 'no'));
    const page = await adapterOf(model).list('computeNode', query, callContext());
    expect(page.rows).toHaveLength(5);
    expect(page.rows[1]?.record).toMatchObject({ allocated: { gpuMillis: null } });
    expect(page.notes).toHaveLength(2);
    model.scripted.set('/api/v1/nodes', refusal(403, 'no'));
    await expect(adapterOf(model).list('computeNode', query, callContext())).rejects.toMatchObject({ code: 'FORBIDDEN' }); // prettier-ignore
  });

  it('drop and count rows that are none', async () => {
    const model = service();
    model.nodes = [{ name: 'x' }, 5, { clusterUuid: CLUSTER }, { name: 'ok', clusterUuid: CLUSTER, gpuInfo: { gpuCount: 1e9 } }]; // prettier-ignore
    const page = await adapterOf(model, { nodePools: false, nodeTelemetry: false }).list('computeNode', query, callContext()); // prettier-ignore
    expect(page.rows.map(({ record }) => record.name)).toEqual(['ok']);
    expect(page.rows[0]?.record.gpus.length).toBeLessThanOrEqual(64);
    expect(page.dropped.count).toBe(3);
  });
});

describe('projects', () => {
  function tenant(): RunaiService {
    const model = new RunaiService();
    model.projects = [
      {
        id: '33',
        name: 'vision',
        clusterId: CLUSTER,
        parentId: '4',
        description: 'Eyes',
        totalResources: { gpuQuota: 8, cpuQuota: -1, memoryQuota: null },
        resources: [
          { nodePool: { id: '5', name: 'a100' }, gpu: { deserved: 8, limit: 16 } },
          { nodePool: null },
        ],
        status: {
          phase: 'Ready',
          quotaStatus: { allocated: { gpu: 2.5, cpu: 4000, memory: 512 } },
          nodePoolQuotaStatuses: [{ nodePoolName: 'a100', allocated: { gpu: 2.5 } }],
        },
      },
      { id: 34, name: 'speech', clusterId: OTHER, parent: { id: '4', name: 'research' } },
      { id: '35', clusterId: CLUSTER },
    ];
    model.departments = [{ id: '4', name: 'research', clusterId: CLUSTER, totalResources: { gpuQuota: 64 } }];
    return model;
  }

  it('stand in departments, which are projects, too', async () => {
    const model = tenant();
    const page = await adapterOf(model).list('project', query, callContext());
    expect(page.rows.map(({ record }) => [record.key, record.name, record.parentKey])).toEqual([
      ['d:4', 'research', null],
      ['34', 'speech', 'd:4'],
      ['33', 'vision', 'd:4'],
    ]);
    expect(page.dropped.count).toBe(1);
    expect(model.calls).toHaveLength(2);
    expect(page.rows[2]?.record).toMatchObject({
      description: 'Eyes',
      origin: 'NATIVE',
      quota: [
        { name: 'gpu', limit: 8, used: 2.5 },
        { name: 'cpuMillis', limit: null, used: 4000 },
        { name: 'memoryMegabytes', limit: null, used: 512 },
        { name: 'nodePool.a100.gpu', limit: 8, used: 2.5 },
        { name: 'nodePool.a100.gpuLimit', limit: 16, used: null },
      ],
    });
  });

  it('are looked up one by one when they are few, else in one list', async () => {
    const model = tenant();
    const adapter = adapterOf(model);
    const one = await adapter.get('project', ['33' as NativeKey], callContext());
    expect(one.found.size).toBe(1);
    expect(model.calls).toEqual(['GET /api/v1/org-unit/projects/33']);
    model.calls.length = 0;
    const keys = ['33', '34', '99', 'd:4', 'd:5'] as NativeKey[];
    const { found, missing } = await adapter.get('project', keys, callContext());
    expect([...found.keys()]).toEqual(['33', '34', 'd:4']);
    expect([...missing.keys()]).toEqual(['99', 'd:5']);
    expect(model.calls).toHaveLength(2);
  });

  it('are shown without departments that may not be read', async () => {
    const model = tenant();
    model.scripted.set('/api/v1/org-unit/departments', refusal(403, 'no'));
    const adapter = adapterOf(model);
    const page = await adapter.list('project', query, callContext());
    expect(page.rows).toHaveLength(2);
    expect(page.notes[0]).toContain('FORBIDDEN');
    const key = 'd:4' as NativeKey;
    expect((await adapter.get('project', [key], callContext())).missing.get(key)?.code).toBe('FORBIDDEN');
  });
});
