import { describe, expect, it } from 'vitest';
import { startRunaiRig } from '../../../test/support/runai-client.ts';
import { startRunaiEmulator } from './emulator.ts';
import type { RunaiVersion } from './release.ts';
import { RUNAI_VERSIONS } from './release.ts';

const WORKLOADS = '/api/v1/workloads';
const since = '2026-01-01T00:00:00Z';

/** A GET that a release first (or last) knows. */
const GATES: readonly (readonly [path: string, from: RunaiVersion, otherwise: number])[] = [
  ['/api/v1/nodes', '2.23', 404],
  ['/api/v1/nodes/count', '2.23', 404],
  [`${WORKLOADS}?filterBy=phaseUpdatedAt>=${since}`, '2.21', 400],
  [`${WORKLOADS}?sortBy=phaseUpdatedAt`, '2.21', 400],
  [`${WORKLOADS}?sortBy=category`, '2.24', 400],
  ['/api/v1/org-unit/projects/telemetry?telemetryType=GPU_QUOTA', '2.20', 404],
];

describe.each(RUNAI_VERSIONS)('control plane %s', (version) => {
  const atLeast = (from: RunaiVersion): boolean =>
    RUNAI_VERSIONS.indexOf(version) >= RUNAI_VERSIONS.indexOf(from);

  it('serves what it has', async () => {
    const rig = await startRunaiRig({ version });
    for (const [path, from, otherwise] of GATES) {
      expect([path, await rig.status(path)]).toEqual([path, atLeast(from) ? 200 : otherwise]);
    }
    const legacy = await rig.status(`/v1/k8s/clusters/${rig.clusterId}/jobs`);
    expect(legacy).toBe(atLeast('2.22') ? 404 : 200);
    const post = async (path: string, body: unknown) => (await rig.call('POST', path, body)).status;
    expect(await post(`${WORKLOADS}/batch`, { ids: [], action: 'delete' })).toBe(atLeast('2.19') ? 400 : 405);
    expect(await post('/api/v2/token', '')).toBe(atLeast('2.24') ? 400 : 404);
    const ghost = '6f1c0000-0000-4000-8000-000000000000';
    const suspended = await rig.call('POST', `${WORKLOADS}/distributed/${ghost}/suspend`);
    expect(suspended.json()['message']).toBe(atLeast('2.20') ? 'workload not found' : 'page not found');
    const metrics = await rig.call('GET', `/api/v1/nodes/${ghost}/metrics`);
    expect(metrics.json()['message']).toBe(atLeast('2.19') ? 'node not found' : 'page not found');
    const [cluster] = await rig.read<{ version: string }[]>('/api/v1/clusters');
    expect(cluster?.version.startsWith(`${version}.`)).toBe(true);
  });

  it('answers accepted actions with a body from 2.20 on', async () => {
    const rig = await startRunaiRig({ version });
    const id = await rig.create();
    const answer = await rig.call('DELETE', `${WORKLOADS}/trainings/${id}`);
    expect(answer.status).toBe(202);
    expect(answer.text === '').toBe(!atLeast('2.20'));
  });
});

describe('2.18', () => {
  it('ignores search and answers every node of a cluster at once', async () => {
    const rig = await startRunaiRig({ version: '2.18' });
    await rig.create({ name: 'one' });
    expect(await rig.list('?search=other')).toHaveLength(1);
    const { nodes } = await rig.read<{ nodes: unknown[] }>(`/api/v1/clusters/${rig.clusterId}/nodes?limit=2`);
    expect(nodes).toHaveLength(rig.site.nodes.size);
    expect(nodes[0]).not.toHaveProperty('id');
  });

  it('has small numbers for project ids and fewer members in a workload', async () => {
    const rig = await startRunaiRig({ version: '2.18' });
    expect(await rig.projectId('vision')).toMatch(/^\d+$/);
    await rig.create();
    const [workload] = await rig.list();
    expect(workload).not.toHaveProperty('category');
    expect(workload).not.toHaveProperty('totalRunningTimeSeconds');
    expect(workload).toHaveProperty('phaseUpdatedAt');
  });
});

describe('the legacy job reads', () => {
  it('are bare arrays, deleted jobs included unless asked otherwise', async () => {
    const rig = await startRunaiRig({ version: '2.21' });
    const path = `/v1/k8s/clusters/${rig.clusterId}/jobs`;
    const id = await rig.create({ name: 'old', command: 'sleep 500' });
    rig.pass(5000);
    const [job] = await rig.read<Record<string, unknown>[]>(path);
    expect(job).toMatchObject({
      JobId: id,
      jobName: 'old',
      status: 'Running',
      running: 1,
      existsInCluster: true,
    });
    expect(typeof job?.['totalRuntime']).toBe('string');
    const [pod] = await rig.read<Record<string, unknown>[]>(`${path}/${id}/pods`);
    expect(pod).toMatchObject({ jobId: id, phase: 'Running', completed: 0 });
    expect(Number.isInteger(pod?.['started'])).toBe(true);
    expect(await rig.read(`${path}/count`)).toBe(1);
    await rig.call('DELETE', `${WORKLOADS}/trainings/${id}`);
    rig.pass(5000);
    expect(await rig.read(path)).toMatchObject([{ JobId: id, existsInCluster: false }]);
    expect(await rig.read(`${path}?includeDeleted=false`)).toEqual([]);
    expect(await rig.read(`${path}?from=1&limit=1`)).toEqual([]);
  });
});

it('knows no other release', async () => {
  const rig = await startRunaiRig();
  const version = '3.0' as RunaiVersion;
  await expect(startRunaiEmulator({ world: rig.world, version })).rejects.toThrow('knows no Run:ai 3.0');
});
