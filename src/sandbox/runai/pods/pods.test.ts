import { describe, expect, it } from 'vitest';
import type { RunaiRig } from '../../../../test/support/runai-client.ts';
import { startRunaiRig } from '../../../../test/support/runai-client.ts';

interface PodOnWire {
  readonly id: string;
  readonly name: string;
  readonly workloadId: string;
  readonly k8sPhase: string;
  readonly nodeName: string | null;
  readonly completedAt: string | null;
  readonly deletedAt: string | null;
  readonly containers: readonly { readonly startedAt: string | null }[];
}

const PODS = '/api/v1/workloads/pods';

async function podsAt(rig: RunaiRig, path: string): Promise<readonly PodOnWire[]> {
  return (await rig.read<{ pods: PodOnWire[] }>(path)).pods;
}

describe('pods', () => {
  it('are placed, run and finish with their containers', async () => {
    const rig = await startRunaiRig();
    const id = await rig.create({ name: 'walk', command: 'sleep 5' });
    const own = `/api/v1/workloads/${id}/pods`;
    expect(await podsAt(rig, own)).toEqual([]);
    rig.pass(230);
    expect(await podsAt(rig, own)).toMatchObject([
      { k8sPhase: 'Pending', nodeName: null, currentNodePool: null },
    ]);
    rig.pass(270);
    expect(await podsAt(rig, own)).toMatchObject([
      { k8sPhase: 'Pending', nodeName: expect.any(String) as string, containers: [{ startedAt: null }] },
    ]);
    rig.pass(2000);
    const [running] = await podsAt(rig, own);
    expect(running).toMatchObject({ k8sPhase: 'Running', workloadId: id, completedAt: null });
    expect(running?.name).toMatch(/^walk-0-0-[a-z0-9]{5}$/);
    expect(Date.parse(running?.containers[0]?.startedAt ?? '')).toBeGreaterThan(0);
    rig.pass(10_000);
    const [done] = await podsAt(rig, own);
    expect(done).toMatchObject({ id: running?.id, k8sPhase: 'Succeeded', deletedAt: null });
    expect(done?.completedAt).not.toBeNull();
    for (const member of ['exitCode', 'restartCount', 'state']) expect(done).not.toHaveProperty(member);
  });

  it('of the whole tenant: by placement, by completion, brief or full', async () => {
    const rig = await startRunaiRig();
    const done = await rig.create({ command: 'sleep 1' });
    const live = await rig.create({ name: 'long', command: 'sleep 500' });
    rig.pass(20_000);
    const ids = async (query: string) => (await podsAt(rig, `${PODS}?${query}`)).map((pod) => pod.workloadId);
    expect(await ids('completed=true')).toEqual([done]);
    expect(await ids('completed=false')).toEqual([live]);
    expect(await ids('')).toHaveLength(2);
    expect(await ids(`filterBy=workloadId==${live}`)).toEqual([live]);
    const [pod] = await podsAt(rig, `${PODS}?completed=false&verbosity=full`);
    expect(pod).toMatchObject({ workloadName: 'long', projectName: 'vision' });
    expect(await ids(`completed=false&filterBy=nodeName==${pod?.nodeName}`)).toEqual([live]);
    expect((await podsAt(rig, `${PODS}?completed=false`))[0]).not.toHaveProperty('workloadName');
    expect(await rig.read(`${PODS}/count?completed=true`)).toEqual({ count: 1 });
    expect(await rig.status(`${PODS}?sortBy=name`)).toBe(400);
    expect(await rig.status(`${PODS}?completed=perhaps`)).toBe(400);
  });

  it('keep a failed attempt beside its successor', async () => {
    const rig = await startRunaiRig();
    const environmentVariables = [{ name: 'SANDBOX_FAIL_FIRST', value: '1' }];
    const id = await rig.create({ command: 'sleep 5', spec: { backoffLimit: 2, environmentVariables } });
    rig.pass(60_000);
    const pods = await podsAt(rig, `/api/v1/workloads/${id}/pods?sortBy=createdAt`);
    expect(pods.map(({ k8sPhase }) => k8sPhase)).toEqual(['Failed', 'Succeeded']);
  });

  it('that lost their node are deleted', async () => {
    const rig = await startRunaiRig();
    const id = await rig.create({ command: 'sleep 500' });
    rig.pass(5000);
    const own = `/api/v1/workloads/${id}/pods`;
    const [pod] = await podsAt(rig, own);
    const node = [...rig.site.nodes.values()].find(({ name }) => name === pod?.nodeName);
    rig.site.setNodeUp(node?.id ?? '', false);
    expect(await podsAt(rig, `${own}?deleted=true`)).toMatchObject([{ id: pod?.id, k8sPhase: 'Unknown' }]);
    rig.pass(10_000);
    expect(await rig.workload(id)).toMatchObject({ phase: 'Running' });
    expect((await podsAt(rig, own))[0]?.id).not.toBe(pod?.id);
  });
});
