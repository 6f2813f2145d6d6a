import { describe, expect, it } from 'vitest';
import { startRunaiRig } from '../../../../test/support/runai-client.ts';

const PROJECTS = '/api/v1/org-unit/projects';
const DEPARTMENTS = '/api/v1/org-unit/departments';

interface ProjectOnWire {
  readonly id: string;
  readonly name: string;
  readonly updatedAt: string;
  readonly totalResources: { readonly gpuQuota: number };
  readonly status: {
    readonly quotaStatus: { readonly allocated: { readonly gpu: number; readonly cpu: number } };
  };
}

describe('projects', () => {
  it('are the teams, with quotas that fit into the cluster', async () => {
    const rig = await startRunaiRig();
    const { projects } = await rig.read<{ projects: ProjectOnWire[] }>(PROJECTS);
    expect(projects.map(({ name }) => name)).toEqual([
      'climate', 'genomics', 'nlp', 'platform', 'render-farm', 'vision',
    ]); // prettier-ignore
    const quota = projects.reduce((sum, { totalResources }) => sum + totalResources.gpuQuota, 0);
    expect(quota).toBeGreaterThan(30);
    expect(quota).toBeLessThanOrEqual(56);
    expect(projects.at(-1)).toMatchObject({
      clusterId: rig.clusterId,
      parent: { name: 'research' },
      status: { phase: 'Ready', namespace: 'runai-vision' },
      effective: { schedulingRules: { trainingJobTimeLimitSeconds: null } },
    });
  });

  it('use what their pods hold, without updatedAt moving', async () => {
    const rig = await startRunaiRig();
    const id = await rig.projectId('nlp');
    const before = await rig.read<ProjectOnWire>(`${PROJECTS}/${id}`);
    await rig.create({ project: 'nlp', spec: { compute: { gpuDevicesRequest: 2, cpuCoreRequest: 8 } } });
    rig.pass(5000);
    const after = await rig.read<ProjectOnWire>(`${PROJECTS}/${id}`);
    expect(before.status.quotaStatus.allocated).toEqual({ gpu: 0, cpu: 0, memory: 0 });
    expect(after.status.quotaStatus.allocated).toMatchObject({ gpu: 2, cpu: 8000 });
    expect(after.updatedAt).toBe(before.updatedAt);
    const busiest = await rig.read(`${PROJECTS}?sortBy=gpuAllocated&sortOrder=desc&limit=1`);
    expect(busiest).toMatchObject({ next: 1, projects: [{ name: 'nlp' }] });
    expect(await rig.read(`${PROJECTS}/count?filterBy=gpuAllocated>=1`)).toEqual({ count: 1 });
    expect(await rig.read(`${PROJECTS}/count?search=FARM`)).toEqual({ count: 1 });
  });

  it('can be made, changed and deleted', async () => {
    const rig = await startRunaiRig();
    const body = {
      name: 'fresh',
      clusterId: rig.clusterId,
      resources: [{ nodePool: { id: '1', name: 'default' }, gpu: { deserved: 0 }, cpu: { deserved: 4000 } }],
    };
    const made = await rig.call('POST', PROJECTS, body);
    expect(made.status).toBe(201);
    const { id } = made.json<{ id: string }>();
    expect(made.json()).toMatchObject({ name: 'fresh', totalResources: { gpuQuota: 0, cpuQuota: 4000 } });
    expect((await rig.call('POST', PROJECTS, body)).status).toBe(409);
    expect((await rig.call('POST', PROJECTS, { ...body, name: 'x', resources: 'all' })).status).toBe(400);
    const resources = [{ nodePool: { id: '2' }, gpu: { deserved: 3 } }];
    const put = await rig.call('PUT', `${PROJECTS}/${id}`, { description: 'ours', resources });
    expect(put.json()).toMatchObject({ description: 'ours', totalResources: { gpuQuota: 3 } });
    const patch = await rig.call('PATCH', `${PROJECTS}/${id}/resources`, [
      { nodePool: { id: '2' }, gpu: { deserved: 1 } },
    ]);
    expect(patch.json<{ gpu: { deserved: number } }[]>()[1]?.gpu.deserved).toBe(1);
    const workload = await rig.create({ project: 'fresh', command: 'sleep 500' });
    rig.pass(5000);
    expect((await rig.call('DELETE', `${PROJECTS}/${id}`)).status).toBe(202);
    expect(await rig.read(`${PROJECTS}/${id}`)).toMatchObject({ status: { phase: 'Deleting' } });
    rig.pass(5000);
    expect(await rig.status(`${PROJECTS}/${id}`)).toBe(404);
    expect(await rig.list('?deleted=true')).toMatchObject([{ id: workload, projectName: 'fresh' }]);
  });

  it('of the world stay', async () => {
    const rig = await startRunaiRig();
    expect((await rig.call('DELETE', `${PROJECTS}/${await rig.projectId()}`)).status).toBe(403);
  });

  it('have telemetry', async () => {
    const rig = await startRunaiRig();
    const path = `${PROJECTS}/telemetry?telemetryType=GPU_QUOTA&groupBy=ParentId`;
    const { values } = await rig.read<{ values: { value: string; groups: { name: string }[] }[] }>(path);
    const names = new Set(values.map(({ groups }) => groups[0]?.name));
    expect(names).toEqual(new Set(['production', 'research']));
    expect(await rig.status(`${DEPARTMENTS}/telemetry?telemetryType=GPU_ALLOCATION&groupBy=CLUSTER_ID`)).toBe(
      200,
    );
  });
});

describe('departments', () => {
  it('show a status in the verbose form only', async () => {
    const rig = await startRunaiRig();
    const { departments } = await rig.read<{ departments: Record<string, unknown>[] }>(DEPARTMENTS);
    expect(departments.map(({ name }) => name)).toEqual(['production', 'research']);
    expect(departments[0]).not.toHaveProperty('status');
    const verbose = await rig.read(`${DEPARTMENTS}?verbosity=verbose&filterBy=name==research`);
    expect(verbose).toMatchObject({ departments: [{ status: { quotaStatus: { allocated: { gpu: 0 } } } }] });
    expect(await rig.read(`${DEPARTMENTS}/count`)).toEqual({ count: 2 });
    expect(await rig.status(`${DEPARTMENTS}/${String(departments[0]?.['id'])}`)).toBe(200);
    expect(await rig.status(`${DEPARTMENTS}/nowhere`)).toBe(404);
  });
});
