import { describe, expect, it } from 'vitest';
import { startRunaiRig } from '../../../../test/support/runai-client.ts';

interface Metrics {
  readonly measurements: readonly {
    readonly type: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly values: readonly { readonly value: string; readonly timestamp: string }[];
  }[];
}

const RANGE = 'start=2026-03-02T09:00:00Z&end=2026-03-02T09:01:00Z';

describe('metrics', () => {
  it('are samples of strings between two times', async () => {
    const rig = await startRunaiRig();
    const id = await rig.create({ command: 'sleep 30', spec: { compute: { gpuDevicesRequest: 2 } } });
    rig.pass(60_000);
    const path = `/api/v1/workloads/${id}/metrics?${RANGE}`;
    const answer = await rig.read<Metrics>(
      `${path}&metricType=GPU_ALLOCATION,GPU_UTILIZATION&numberOfSamples=7`,
    );
    const [allocation, utilization] = answer.measurements;
    expect(allocation?.values.map(({ value }) => value)).toEqual(['0', '2', '2', '2', '0', '0', '0']);
    expect(allocation?.values[1]?.timestamp).toBe('2026-03-02T09:00:10.000Z');
    for (const { value } of utilization?.values ?? []) expect(Number(value)).toBeLessThanOrEqual(100);
    expect((await rig.read<Metrics>(`${path}&metricType=POD_COUNT`)).measurements[0]?.values).toHaveLength(
      20,
    );
    expect(
      (await rig.read<Metrics>(`${path}&metricType=POD_COUNT&numberOfSamples=0`)).measurements[0]?.values,
    ).toEqual([]);
  });

  it('are a partial success when a type is not measured', async () => {
    const rig = await startRunaiRig();
    const id = await rig.create();
    const path = `/api/v1/workloads/${id}/metrics?${RANGE}&metricType=CPU_USAGE_CORES,NIM_NUM_REQUESTS_RUNNING`;
    const answer = await rig.call('GET', path);
    expect(answer.status).toBe(207);
    expect(answer.json<Metrics>().measurements.map(({ type }) => type)).toEqual(['CPU_USAGE_CORES']);
  });

  it.each([
    RANGE,
    'metricType=CPU_USAGE_CORES',
    `${RANGE}&metricType=LUCK`,
    `${RANGE}&metricType=CPU_USAGE_CORES&numberOfSamples=1001`,
    'start=2026-03-02T10:00:00Z&end=2026-03-02T09:00:00Z&metricType=CPU_USAGE_CORES',
  ])('refuse %s', async (query) => {
    const rig = await startRunaiRig();
    const id = await rig.create();
    expect(await rig.status(`/api/v1/workloads/${id}/metrics?${query}`)).toBe(400);
  });

  it('come as CSV to those who accept it', async () => {
    const rig = await startRunaiRig();
    const id = await rig.create();
    const path = `/api/v1/workloads/${id}/metrics?${RANGE}&metricType=POD_COUNT&numberOfSamples=2`;
    const answer = await rig.call('GET', path, undefined, { accept: 'text/csv' });
    expect(answer.headers.get('content-type')).toBe('text/csv');
    expect(answer.text.split('\n')[0]).toBe('type,timestamp,value');
  });

  it('of nodes, pods, clusters, pools and projects', async () => {
    const rig = await startRunaiRig();
    const id = await rig.create({ spec: { compute: { gpuDevicesRequest: 1 } } });
    rig.pass(30_000);
    const { pods } = await rig.read<{ pods: { id: string; nodeName: string }[] }>(
      `/api/v1/workloads/${id}/pods`,
    );
    const node = [...rig.site.nodes.values()].find(({ name }) => name === pods[0]?.nodeName);
    const first = async (path: string) => (await rig.read<Metrics>(`${path}&${RANGE}`)).measurements;
    const perGpu = await first(`/api/v1/nodes/${node?.id}/metrics?metricType=GPU_ALLOCATION_PER_GPU`);
    expect(perGpu.map(({ labels }) => labels?.['gpu'])).toEqual(node?.gpus.map((_, index) => String(index)));
    expect(
      await first(`/api/v1/workloads/${id}/pods/${pods[0]?.id}/metrics?metricType=CPU_USAGE_CORES`),
    ).toHaveLength(1);
    const cluster = `/api/v1/clusters/${rig.clusterId}`;
    const [total, allocated] = await first(`${cluster}/metrics?metricType=TOTAL_GPU,ALLOCATED_GPU`);
    expect(total?.values[0]?.value).toBe('56');
    expect(allocated?.values.at(-1)?.value).toBe('1');
    expect((await first(`${cluster}/nodepools/l40s/metrics?metricType=TOTAL_GPU`))[0]?.values[0]?.value).toBe(
      '8',
    );
    const project = `/api/v1/org-unit/projects/${await rig.projectId()}/metrics`;
    expect((await first(`${project}?metricType=GPU_ALLOCATION`))[0]?.values.at(-1)?.value).toBe('1');
  });
});

describe('workload telemetry', () => {
  it('counts by phase, as a fingerprint', async () => {
    const rig = await startRunaiRig();
    await rig.create({ command: 'sleep 1' });
    await rig.create({ command: 'sleep 500' });
    await rig.create({ command: 'sleep 500' });
    rig.pass(30_000);
    const path = '/api/v1/workloads/telemetry?telemetryType=WORKLOADS_COUNT';
    interface Values {
      readonly values: readonly {
        readonly value: string;
        readonly groups: readonly { readonly value: string }[];
      }[];
    }
    const { values } = await rig.read<Values>(`${path}&groupBy=Phase`);
    const counts = Object.fromEntries(values.map(({ value, groups }) => [groups[0]?.value, value]));
    expect(counts).toEqual({ Completed: '1', Running: '2' });
    const running = await rig.read<Values>(`${path}&filterByPhases=Running,Failed`);
    expect(running.values[0]?.value).toBe('2');
  });
});
