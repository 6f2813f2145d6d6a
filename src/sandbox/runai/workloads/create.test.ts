import { describe, expect, it } from 'vitest';
import type { Answer, RunaiRig } from '../../../../test/support/runai-client.ts';
import { startRunaiRig } from '../../../../test/support/runai-client.ts';

const TYPED = '/api/v1/workloads';

async function post(
  rig: RunaiRig,
  fields: Readonly<Record<string, unknown>>,
  kind = 'trainings',
): Promise<Answer> {
  const envelope = { name: 'probe', projectId: await rig.projectId(), clusterId: rig.clusterId };
  return rig.call('POST', `${TYPED}/${kind}`, { ...envelope, spec: { image: 'busybox' }, ...fields });
}

describe('a create call', () => {
  it('is accepted, and answers with other names than the list', async () => {
    const rig = await startRunaiRig();
    const spec = {
      image: 'acme/seg:6',
      command: 'python',
      args: 'train.py --epochs 40',
      compute: { gpuDevicesRequest: 1 },
    };
    const answer = await post(rig, { name: 'seg-21', spec });
    expect(answer.status).toBe(202);
    const body = answer.json();
    expect(body).toMatchObject({
      name: 'seg-21',
      requestedName: 'seg-21',
      clusterId: rig.clusterId,
      createdBy: 'sandbox-runai-client',
      desiredPhase: 'Running',
      actualPhase: 'Creating',
      deletedAt: null,
      spec,
    });
    expect(body).not.toHaveProperty('id');
    expect(body).not.toHaveProperty('phase');
    const typed = await rig.read(`${TYPED}/trainings/${String(body['workloadId'])}`);
    expect(typed).toEqual(body);
    expect((await rig.list())[0]).toMatchObject({
      id: body['workloadId'],
      submittedBy: 'sandbox-runai-client',
      command: 'python',
      arguments: 'train.py --epochs 40',
      images: ['acme/seg:6'],
      source: 'Control-plane',
    });
  });

  it('can leave actualPhase out', async () => {
    const rig = await startRunaiRig({ omitActualPhase: true });
    expect((await post(rig, {})).json()).not.toHaveProperty('actualPhase');
  });

  it('makes names unique when asked to', async () => {
    const rig = await startRunaiRig();
    const first = (await post(rig, { useGivenNameAsPrefix: true })).json();
    const second = (await post(rig, { useGivenNameAsPrefix: true })).json();
    expect(first['name']).toMatch(/^probe-[a-z0-9]{5}$/);
    expect(first['requestedName']).toBe('probe');
    expect(second['name']).not.toBe(first['name']);
  });

  it('refuses a name that the project has, and takes it in another', async () => {
    const rig = await startRunaiRig();
    expect((await post(rig, {})).status).toBe(202);
    const again = await post(rig, {});
    expect(again.status).toBe(409);
    expect(again.json()).toMatchObject({ code: 409 });
    expect((await post(rig, { projectId: await rig.projectId('nlp') })).status).toBe(202);
  });

  it.each([
    [{ name: '' }],
    [{ name: 'No Label' }],
    [{ name: 'x'.repeat(64) }],
    [{ projectId: 'nowhere' }],
    [{ projectId: undefined }],
    [{ clusterId: '6f1c0000-0000-4000-8000-000000000000' }],
    [{ templateId: '6f1c0000-0000-4000-8000-000000000000' }],
    [{ spec: {} }],
    [{ spec: { image: 'a', command: ['sh'] } }],
    [{ spec: { image: 'a', backoffLimit: -1 } }],
    [{ spec: { image: 'a', priorityClass: 'urgent' } }],
    [{ spec: { image: 'a', preemptibility: 'sometimes' } }],
    [{ spec: { image: 'a', nodePools: ['moon'] } }],
    [{ spec: { image: 'a', environmentVariables: [{ value: 'x' }] } }],
    [{ spec: { image: 'a', compute: { gpuDevicesRequest: -1 } } }],
    [{ spec: { image: 'a', compute: { gpuDevicesRequest: 0.5 } } }],
    [{ spec: { image: 'a', compute: { gpuDevicesRequest: 1, gpuRequestType: 'portion' } } }],
    [{ spec: { image: 'a', compute: { gpuDevicesRequest: 1, gpuRequestType: 'memory' } } }],
    [
      {
        spec: {
          image: 'a',
          compute: { gpuDevicesRequest: 2, gpuRequestType: 'memory', gpuMemoryRequest: '1G' },
        },
      },
    ],
    [{ spec: { image: 'a', compute: { cpuCoreRequest: 2, cpuCoreLimit: 1 } } }],
    [{ spec: { image: 'a', compute: { cpuMemoryRequest: '-5Mi' } } }],
    [{ spec: { image: 'a', compute: { cpuMemoryRequest: '0' } } }],
    [{ spec: { image: 'a', labels: [{ name: 'two words', value: 'x' }] } }],
    [{ spec: { image: 'a', labels: [{ name: 'x', value: 'two words' }] } }],
    [{ spec: { image: 'a', annotations: [{ name: 'x'.repeat(64), value: 'x' }] } }],
    [{ spec: { image: 'a', environmentVariables: [{ name: '1', value: 'x' }] } }],
    [{ spec: { image: 'a', environmentVariables: [{ name: 'A', secret: { name: 's' } }] } }],
    [{ spec: { image: 'a', storage: { pvc: [{ existingPvc: true, path: '/data' }] } } }],
    [{ spec: { image: 'a', storage: { pvc: [{ claimName: 'set', path: 'data' }] } } }],
    [{ spec: { image: 'a', storage: { s3: [{ path: '/data' }] } } }],
    [{ spec: { image: 'a', storage: { git: [{ path: '/src' }] } } }],
    [
      {
        spec: {
          image: 'a',
          storage: { git: [{ repository: 'r', path: '/a' }], s3: [{ bucket: 'b', path: '/a' }] },
        },
      },
    ],
    [{ spec: { image: 'a', ports: [{ container: 80 }] } }],
    [{ spec: { image: 'a', servingPort: { container: 0 } } }],
  ])('refuses %j with 400', async (fields) => {
    const rig = await startRunaiRig();
    const answer = await post(rig, fields);
    expect(answer.status).toBe(400);
    expect(answer.json()).toMatchObject({ code: 400, message: expect.any(String) as string });
    expect(await rig.list()).toEqual([]);
  });

  it('can answer a taken name with 400', async () => {
    const rig = await startRunaiRig({ duplicateNameStatus: 400 });
    await post(rig, {});
    expect((await post(rig, {})).json()).toMatchObject({ code: 400, message: expect.stringContaining('already exists') as string }); // prettier-ignore
  });

  it.each([
    ['sh -c \'sleep 1; echo "a b"\'', ['sh', '-c', 'sleep 1; echo "a b"']],
    ['a  "b \\" c" d\\ e \'\'', ['a', 'b " c', 'd e', '']],
    ["don't", ["don't"]],
  ])('splits the command %s as a shell would', async (command, words) => {
    const rig = await startRunaiRig();
    await post(rig, { spec: { image: 'a', command } });
    expect([...rig.site.jobs.values()].map((job) => job.command)).toEqual([words]);
  });

  it('names the policy that it violates', async () => {
    const rig = await startRunaiRig({ maxGpuDevices: 2 });
    const answer = await post(rig, { spec: { image: 'a', compute: { gpuDevicesRequest: 3 } } });
    expect(answer.status).toBe(400);
    expect(answer.json()['complianceIssues']).toEqual([
      { field: 'compute.gpuDevicesRequest', details: 'must be at most 2', rule: 'max' },
    ]);
  });

  it('reads portions, quantities, environment and priority', async () => {
    const rig = await startRunaiRig();
    const spec = {
      image: 'a',
      command: 'sleep 100',
      compute: {
        gpuDevicesRequest: 1,
        gpuRequestType: 'portion',
        gpuPortionRequest: 0.5,
        cpuCoreRequest: 4,
        cpuMemoryRequest: '16Gi',
      },
      environmentVariables: [
        { name: 'EPOCHS', value: '40' },
        { name: 'KEY', secret: { name: 's', key: 'k' } },
      ],
      priorityClass: 'very-high',
      preemptibility: 'non-preemptible',
      category: 'Eval',
    };
    await post(rig, { spec });
    rig.pass(5000);
    expect((await rig.list())[0]).toMatchObject({
      phase: 'Running',
      workloadRequestedResources: {
        gpuRequestType: 'portion',
        gpu: { request: 0.5 },
        cpu: { request: 4 },
        cpuMemory: { request: '16Gi' },
      },
      allocatedResources: { gpu: 0.5, cpu: 4, cpuMemory: '16Gi' },
      environmentVariables: { EPOCHS: '40' },
      priorityClassName: 'very-high',
      preemptible: false,
      category: 'Eval',
    });
  });

  it('prints 0B of what nothing holds any more', async () => {
    const rig = await startRunaiRig();
    await post(rig, { spec: { image: 'a', command: 'sleep 1' } });
    rig.pass(20_000);
    expect((await rig.list())[0]?.allocatedResources).toMatchObject({
      gpu: 0,
      gpuMemory: '0B',
      cpuMemory: '0B',
    });
  });
});

describe('kinds', () => {
  const distributed = {
    spec: { image: 'a', command: 'sleep 100', distributedFramework: 'PyTorch', numWorkers: 3 },
  };

  it('a distributed workload has workers, and a master when it says so', async () => {
    const rig = await startRunaiRig();
    await post(rig, { ...distributed, name: 'plain' }, 'distributed');
    await post(rig, { ...distributed, name: 'led', masterSpecSameAsWorker: true }, 'distributed');
    rig.pass(5000);
    const of = async (name: string) => (await rig.list(`?filterBy=name==${name}`))[0];
    expect(await of('plain')).toMatchObject({
      type: 'Distributed',
      distributedFramework: 'PyTorch',
      runningPods: 3,
    });
    expect(await of('led')).toMatchObject({ requestedPods: { number: 4 }, runningPods: 4 });
    expect((await post(rig, { spec: { image: 'a' } }, 'distributed')).status).toBe(400);
  });

  it.each([
    ['trainings', 'Training', 'Train'],
    ['workspaces', 'Workspace', 'Build'],
    ['inferences', 'Inference', 'Deploy'],
  ])('%s are of type %s', async (kind, type, category) => {
    const rig = await startRunaiRig();
    const id = await rig.create({ kind });
    expect(await rig.workload(id)).toMatchObject({ type, category });
  });

  it('the endpoint of another kind does not know it', async () => {
    const rig = await startRunaiRig();
    const id = await rig.create();
    for (const kind of ['workspaces', 'distributed', 'inferences', 'distributed-inferences']) {
      expect(await rig.status(`${TYPED}/${kind}/${id}`)).toBe(404);
      expect((await rig.call('DELETE', `${TYPED}/${kind}/${id}`)).status).toBe(404);
    }
    expect((await rig.call('DELETE', `${TYPED}/${id}`)).status).toBe(405);
  });

  it('a foreign kind has no typed endpoint at all', async () => {
    const rig = await startRunaiRig({ world: { jobsPerSite: 300 } });
    const [job] = await rig.list('?filterBy=type==Job&limit=1');
    expect(job).toMatchObject({ source: 'Other', actionsSupport: { suspend: false } });
    for (const kind of ['trainings', 'workspaces', 'distributed', 'inferences']) {
      expect(await rig.status(`${TYPED}/${kind}/${job?.id}`)).toBe(404);
    }
  });
});

describe('the batch', () => {
  it('acts without knowing kinds, and answers for each id', async () => {
    const rig = await startRunaiRig();
    const training = await rig.create();
    const inference = await rig.create({ kind: 'inferences' });
    const ghost = '6f1c0000-0000-4000-8000-000000000000';
    rig.pass(3000);
    const batch = async (action: string, ids: readonly string[]) =>
      (await rig.call('POST', `${TYPED}/batch`, { ids, action })).json();
    expect(await batch('suspend', [training, inference, ghost])).toMatchObject({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      succeeded: [training],
      failed: [
        { id: inference, code: 400 },
        { id: ghost, code: 404, message: 'workload not found' },
      ],
    });
    rig.pass(5000);
    expect(await rig.workload(training)).toMatchObject({ phase: 'Stopped' });
    expect(await batch('resume', [training])).toMatchObject({ succeeded: [training], failed: [] });
    expect(await batch('delete', [training, inference])).toMatchObject({ succeeded: [training, inference] });
    rig.pass(5000);
    expect(await rig.list()).toEqual([]);
    expect((await rig.call('POST', `${TYPED}/batch`, { ids: [], action: 'delete' })).status).toBe(400);
    expect((await rig.call('POST', `${TYPED}/batch`, { ids: [ghost], action: 'explode' })).status).toBe(400);
    const many = Array.from({ length: 101 }, () => ghost);
    expect((await rig.call('POST', `${TYPED}/batch`, { ids: many, action: 'delete' })).status).toBe(400);
  });
});
