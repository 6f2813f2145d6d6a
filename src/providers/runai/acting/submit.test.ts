import { describe, expect, it } from 'vitest';
import { ENDING, requestOf, STAMP, startActing, stampOf } from '../../../../test/support/runai-acting.ts';
import { adapterOf, callContext, refusal, RunaiService, T0 } from '../../../../test/support/runai-service.ts';
import { GridweaveError, type ErrorCode } from '../../../model/errors.ts';
import type { NativeKey } from '../../../model/ids.ts';
import type { JobSpec } from '../../../model/job-spec.ts';
import { bytes } from '../../../model/units.ts';
import type { FaultEffect } from '../../../sandbox/emulator.ts';
import { RUNAI_VERSIONS } from '../../../sandbox/runai/release.ts';
import type { SubmitAnswer } from '../../acting.ts';
import type { RunaiExtension } from '../extension.ts';

const CREATE = 'POST /api/v1/workloads/trainings';

const FULL: Partial<JobSpec> = {
  command: ['sh', '-c', 'sleep 20; echo "it\'s done"'],
  args: ['--note', 'two words'],
  env: [{ name: 'TOKEN', value: 'canary-value' }],
  resources: {
    cpuMillis: 1500,
    memoryBytes: bytes(2 ** 30),
    diskBytes: null,
    gpuMillis: 500,
    gpuModel: null,
  },
  maxRetries: 1,
  count: 2,
  labels: [{ key: 'team', value: 'nlp' }],
};

describe.each(RUNAI_VERSIONS.filter((version) => ['2.18', '2.21', '2.24'].includes(version)))(
  'a submission to %s',
  (version) => {
    it('is one create call, which is answered with the job that lists will show', async () => {
      const { submit, list, read, find, rig, callsOf, project } = await startActing({}, { version, eventualConsistencyMs: 1500 }); // prettier-ignore
      const answer = await submit(FULL);
      expect(callsOf('POST')).toBe(1);
      expect(answer).toMatchObject({ outcome: 'CREATED', memo: null, warnings: [] });
      const record = recordIn(answer);
      expect(record).toMatchObject({
        name: `segment${ENDING}`,
        projectKey: project,
        jobKind: 'BATCH',
        status: { state: 'QUEUED', reason: 'PROVIDER_SYNC', raw: { value: 'Creating' } },
        tasks: [
          {
            count: 2,
            image: 'acme/seg:6',
            environmentNames: ['TOKEN'],
            resources: { cpuMillis: 1500, memoryBytes: 2 ** 30, gpuMillis: 500 },
          },
        ],
      });
      expect(JSON.stringify(record)).not.toContain('canary');
      expect(await list()).toEqual([]);
      rig.pass(2_000);
      const [shown] = await list();
      expect(shown).toMatchObject({ key: record.key, name: record.name, createdAt: record.createdAt });
      const told = (labels: typeof record.labels) =>
        labels.filter(({ key }) => /^(?:type|cluster|actions)$/.test(key));
      expect(told(record.labels)).toEqual(told(shown!.labels));
      const found = await find();
      expect(found).toMatchObject({
        outcome: 'FOUND',
        specHash: STAMP.specHash,
        records: [{ key: record.key }],
      });
      expect([...rig.site.jobs.values()]).toMatchObject([
        {
          command: ['sh', '-c', 'sleep 20; echo "it\'s done"', '--note', 'two words'],
          count: 2,
          labels: { team: 'nlp', 'gridweave-key': STAMP.id, 'gridweave-spec': STAMP.specHash },
        },
      ]);
      rig.pass(120_000);
      expect((await read(record.key))?.status.state).toBe('SUCCEEDED');
    });

    it('of every kind of work goes to the endpoint of its kind', async () => {
      const { submit, rig, callsOf } = await startActing({}, { version });
      const kinds: [string, string, Partial<JobSpec>, RunaiExtension | null][] = [
        ['trainings', 'Training', {}, null],
        ['workspaces', 'Workspace', { jobKind: 'INTERACTIVE' }, null],
        [
          'distributed',
          'Distributed',
          {},
          { distributed: { framework: 'PyTorch', workers: 2, master: true } },
        ],
        ['inferences', 'Inference', { jobKind: 'SERVICE', count: 2 }, { servingPort: { container: 80 } }],
      ];
      let n = 0;
      for (const [path, type, spec, extension] of kinds) {
        n += 1;
        const record = recordIn(await submit(spec, extension, stampOf(n)));
        expect(callsOf(`POST /api/v1/workloads/${path}`)).toBe(1);
        expect(record.labels).toContainEqual({ key: 'type', value: type });
        expect((await rig.workload(record.key)).type).toBe(type);
      }
    });

    it('that is sent again is told to be there already', async () => {
      for (const duplicateNameStatus of [400, 409] as const) {
        const { submit, find } = await startActing({}, { version, duplicateNameStatus });
        await submit();
        expect(await submit()).toEqual({ outcome: 'EXISTS' });
        expect(await find()).toMatchObject({ outcome: 'FOUND' });
        expect(await find('Segment', stampOf(1))).toEqual({ outcome: 'ABSENT' });
      }
    });
  },
);

describe('a submission whose answer is bad', () => {
  const status = (status: number, body = ''): FaultEffect => ({ kind: 'status', status, body });
  it.each<[string, FaultEffect, 'UNKNOWN' | 'REFUSED', ErrorCode, number]>([
    ['a reset after it took effect', { kind: 'reset', afterCommit: true }, 'UNKNOWN', 'PROVIDER_UNAVAILABLE', 1],
    ['a reset before', { kind: 'reset' }, 'UNKNOWN', 'PROVIDER_UNAVAILABLE', 0],
    ['an answer after the timeout', { kind: 'latency', ms: 900 }, 'UNKNOWN', 'PROVIDER_TIMEOUT', 1],
    ['no answer at all', { kind: 'hang' }, 'UNKNOWN', 'PROVIDER_TIMEOUT', 0],
    ['an answer cut off', { kind: 'truncate', bytes: 20 }, 'UNKNOWN', 'PROVIDER_UNAVAILABLE', 1],
    ['a failure', status(500, '{"code":500,"message":"oops"}'), 'UNKNOWN', 'PROVIDER_UNAVAILABLE', 0],
    ['a bad gateway', status(502, '<html>'), 'UNKNOWN', 'PROVIDER_UNAVAILABLE', 0],
    ['no service', status(503), 'UNKNOWN', 'PROVIDER_UNAVAILABLE', 0],
    ['a gateway’s timeout', status(504), 'UNKNOWN', 'PROVIDER_TIMEOUT', 0],
    ['a server’s timeout', status(408), 'UNKNOWN', 'PROVIDER_TIMEOUT', 0],
    ['an answer that leads elsewhere', status(303), 'UNKNOWN', 'PROVIDER_PROTOCOL', 0],
    ['an address that moved', status(308), 'REFUSED', 'PROVIDER_PROTOCOL', 0],
    ['a refusal', status(400, '{"code":400,"message":"no"}'), 'REFUSED', 'PROVIDER_REFUSED', 0],
    ['no permission', status(403), 'REFUSED', 'FORBIDDEN', 0],
    ['too many calls', status(429), 'REFUSED', 'RATE_LIMITED', 0],
    ['a token that ended', { kind: 'unauthorized' }, 'REFUSED', 'UNAUTHENTICATED', 0],
    ['garbage', { kind: 'garbage', body: 'OK' }, 'UNKNOWN', 'PROVIDER_PROTOCOL', 0],
    ['an empty answer', { kind: 'garbage', body: '' }, 'UNKNOWN', 'PROVIDER_PROTOCOL', 0],
    ['an answer without an id', { kind: 'garbage', body: '{"code":202,"message":"ok"}' }, 'UNKNOWN', 'PROVIDER_PROTOCOL', 0],
  ])('by %s', async (_, effect, outcome, code, made) => {
    const { submit, find, rig, callsOf } = await startActing({}, { timeoutMs: 400 });
    rig.emulator.faults.set('f', { match: CREATE, effect });
    const answer = await submit();
    expect([answer.outcome, errorIn(answer)?.code]).toEqual([outcome, code]);
    expect(callsOf(CREATE)).toBe(1);
    rig.emulator.faults.clear();
    expect((await find()).outcome).toBe(made === 1 ? 'FOUND' : 'ABSENT');
  }); // prettier-ignore

  it('is refused when nobody was there to hear it', async () => {
    const { submit, rig, acting, request } = await startActing();
    await submit();
    await rig.emulator.close();
    // The socket that was open may have taken it; a new one cannot.
    await submit({}, null, stampOf(1));
    const answer = await acting.submit(request({}, { clusterId: rig.clusterId }), stampOf(2), callContext());
    expect([answer.outcome, errorIn(answer)?.details.sent]).toEqual(['REFUSED', false]);
  });

  it('tells which policy forbids it, and never the value of a variable', async () => {
    const { submit } = await startActing({}, { maxGpuDevices: 2 });
    const answer = await submit({ resources: { cpuMillis: null, memoryBytes: null, diskBytes: null, gpuMillis: 3000, gpuModel: null } }); // prettier-ignore
    expect(errorIn(answer)?.message).toMatch(/compute\.gpuDevicesRequest must be at most 2/);
    const { submit: again, rig } = await startActing();
    rig.emulator.faults.set('f', { match: CREATE, effect: status(400, '{"code":400,"message":"bad value canary-value"}') }); // prettier-ignore
    const refused = await again(FULL);
    expect(errorIn(refused)?.message).toMatch(/^bad value/);
    expect(errorIn(refused)?.message).not.toContain('canary');
  });

  it('does not reach the create call when its project cannot be read', async () => {
    const { acting, rig, callsOf, submit } = await startActing();
    const missing = await acting.submit(requestOf({}, null, 'ghost' as NativeKey), STAMP, callContext());
    expect([missing.outcome, errorIn(missing)?.code]).toEqual(['REFUSED', 'NOT_FOUND']);
    rig.emulator.faults.set('f', { match: 'org-unit/projects', effect: status(500) });
    expect((await submit()).outcome).toBe('REFUSED');
    expect(callsOf('POST')).toBe(0);
    rig.emulator.faults.clear();
    expect((await submit({}, { clusterId: rig.clusterId })).outcome).toBe('CREATED');
    expect((await submit({}, { clusterId: '6f1c0000-0000-4000-8000-000000000000' }, stampOf(2))).outcome).toBe('REFUSED'); // prettier-ignore
  });

  it('rejects when no call is left to spend', async () => {
    const { acting, request } = await startActing();
    const spent = { ...callContext(), budget: { spent: 1, limit: 1, take: () => { throw new GridweaveError('CALL_BUDGET_EXCEEDED', 'none'); } } }; // prettier-ignore
    await expect(acting.submit(request(), STAMP, spent)).rejects.toMatchObject({
      code: 'CALL_BUDGET_EXCEEDED',
    });
  });
});

describe('a submission that was accepted without a word', () => {
  it('is looked up by its name', async () => {
    const model = new RunaiService();
    const { acting } = adapterOf(model, { cluster: 'c1000000-0000-4000-8000-000000000001' });
    model.scripted.set('/api/v1/workloads/trainings', { status: 202, body: null });
    expect(await acting!.submit(requestOf(), STAMP, callContext())).toMatchObject({ outcome: 'UNKNOWN' });
    model.putWorkload('w1', T0, { name: `segment${ENDING}` });
    model.scripted.set('/api/v1/workloads/trainings/w1', { body: { spec: {} } });
    const answer = await acting!.submit(requestOf(), STAMP, callContext());
    expect(answer).toMatchObject({ outcome: 'CREATED', records: [{ key: 'w1' }] });
  });
});

describe('looking a submission up', () => {
  it('does not take another workload of the name for it', async () => {
    const { find, rig, project } = await startActing();
    const name = `segment${ENDING}`;
    const spec = { image: 'a', labels: [{ name: 'gridweave-key', value: 'somebody-elses' }] };
    await rig.call('POST', '/api/v1/workloads/trainings', { name, projectId: project, clusterId: rig.clusterId, spec }); // prettier-ignore
    expect(await rig.list(`?filterBy=name==${name}`)).toHaveLength(1);
    expect(await find()).toEqual({ outcome: 'ABSENT' });
  });

  it('finds what was deleted meanwhile', async () => {
    const { submit, find, act, rig, list } = await startActing();
    const record = recordIn(await submit());
    await act('DELETE', record);
    rig.pass(10_000);
    expect(await list()).toEqual([]);
    expect(await find()).toMatchObject({ outcome: 'FOUND', specHash: STAMP.specHash, records: [{ key: record.key, status: { state: 'CANCELLED' } }] }); // prettier-ignore
  });

  it('finds it by its name where its kind, or its labels, cannot be read', async () => {
    const model = new RunaiService();
    const { acting } = adapterOf(model);
    const target = { stamp: STAMP, name: 'Segment', project: null, rerunOf: null, sentAt: 0 as never };
    model.putWorkload('w1', T0, { name: `segment${ENDING}`, type: 'runai-job' });
    expect(await acting!.find(target, callContext())).toMatchObject({ outcome: 'FOUND', specHash: null });
    for (const kind of ['trainings', 'workspaces']) {
      model.scripted.set(`/api/v1/workloads/${kind}/w1`, refusal(403, 'not yours'));
    }
    expect(await acting!.find(target, callContext())).toMatchObject({ outcome: 'FOUND', specHash: null });
    model.scripted.set('/api/v1/workloads/trainings/w1', refusal(500, 'oops'));
    await expect(acting!.find(target, callContext())).rejects.toMatchObject({ code: 'PROVIDER_UNAVAILABLE' });
  });

  it('asks every time, and fails when it cannot', async () => {
    const { submit, find, rig, callsOf } = await startActing({}, { eventualConsistencyMs: 1000 });
    await submit();
    expect((await find()).outcome).toBe('ABSENT');
    rig.pass(1_000);
    expect((await find()).outcome).toBe('FOUND');
    expect(callsOf('GET /api/v1/workloads')).toBeGreaterThanOrEqual(4);
    rig.emulator.faults.set('f', { match: 'GET /api/v1/workloads', effect: status503 });
    await expect(find()).rejects.toMatchObject({ code: 'PROVIDER_UNAVAILABLE' });
  });
});

const status503: FaultEffect = { kind: 'status', status: 503 };

describe('the traits', () => {
  it('follow the settings', async () => {
    const traits = async (settings: Record<string, unknown>) =>
      (await startActing(settings)).acting.submission;
    expect(await traits({})).toEqual({
      once: 'ENFORCED',
      visibleAfterMs: 5000,
      settleMs: 60_000,
      lookFirst: false,
    });
    expect(await traits({ uniqueNames: false, visibleAfterMs: 1, settleMs: 2 })).toEqual({ once: 'LOOKUP', visibleAfterMs: 1, settleMs: 2, lookFirst: false }); // prettier-ignore
  });
});

function recordIn(answer: SubmitAnswer) {
  if (answer.outcome !== 'CREATED') throw new Error(`Not created: ${JSON.stringify(answer)}`);
  return answer.records[0]!;
}

function errorIn(answer: SubmitAnswer): GridweaveError | undefined {
  return 'error' in answer ? answer.error : undefined;
}
