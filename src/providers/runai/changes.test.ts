import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  adapterOf,
  callContext,
  CLUSTER,
  refusal,
  RunaiService,
  T0,
  uuid,
} from '../../../test/support/runai-service.ts';
import type { NativeKey } from '../../model/ids.ts';

const HOUR = 3_600_000;

function service(): RunaiService {
  const model = new RunaiService();
  model.putWorkload(uuid(1), T0);
  model.putPod(uuid(101), uuid(1), T0 + 1000);
  model.putWorkload(uuid(2), T0 + 5000, { phase: 'Completed' });
  model.putPod(uuid(102), uuid(2), T0 + 6000, {
    k8sPhase: 'Succeeded',
    completedAt: new Date(T0 + 9000).toISOString(),
  });
  model.nodes = [{ name: 'dgx-01', clusterUuid: CLUSTER, status: 'Ready' }];
  return model;
}

const keysOf = (records: readonly { readonly key: NativeKey }[]): string[] =>
  records.map(({ key }) => key).sort();

describe('changes', () => {
  it('begin with a full sweep', async () => {
    const model = service();
    const batch = await adapterOf(model).changes(null, callContext());
    expect(batch.complete).toBe(true);
    expect(keysOf(batch.jobs)).toEqual([uuid(1), uuid(2)]);
    expect(keysOf(batch.tasks)).toEqual([`${uuid(1)}/0`, `${uuid(2)}/0`]);
    expect(keysOf(batch.executions)).toEqual([`${uuid(1)}/${uuid(101)}`, `${uuid(2)}/${uuid(102)}`]);
    expect(keysOf(batch.computeNodes)).toEqual([`n:${CLUSTER}/dgx-01`]);
  });

  it('go on with what changed its phase, and with nothing that did not', async () => {
    const model = service();
    const adapter = adapterOf(model, { nodeTelemetry: false, nodePools: false });
    const sweep = await adapter.changes(null, callContext());
    for (let n = 3; n <= 6; n++) model.putWorkload(uuid(n), T0 + HOUR / 2 + n);
    const quiet = await adapter.changes(sweep.watermark, callContext());
    model.calls.length = 0;
    model.putWorkload(uuid(1), T0, { phase: 'Failed', phaseMs: T0 + HOUR });
    const batch = await adapter.changes(quiet.watermark, callContext());
    expect(batch.complete).toBe(false);
    expect(batch.jobs.map((job) => [job.key, job.status.state])).toContainEqual([uuid(1), 'FAILED']);
    expect(keysOf(batch.jobs)).not.toContain(uuid(2));
    expect(batch.computeNodes).toEqual([]);

    model.calls.length = 0;
    const idle = await adapter.changes(batch.watermark, callContext());
    expect([idle.jobs, idle.executions]).toEqual([[], []]);
    // Phases, deletions, new pods and ended pods.
    expect(model.calls).toHaveLength(4);
    // Another reader, or one after a restart, is told again what lies in the stretch that is read twice.
    const restarted = await adapterOf(model).changes(batch.watermark, callContext());
    expect(keysOf(restarted.jobs)).toEqual([uuid(1)]);
  });

  it('tell of deletions once, by tombstones', async () => {
    const model = service();
    model.putWorkload(uuid(9), T0 - HOUR, {
      phase: 'Deleting',
      deletedAt: new Date(T0 - HOUR).toISOString(),
    });
    const adapter = adapterOf(model);
    const sweep = await adapter.changes(null, callContext());
    expect(keysOf(sweep.jobs)).not.toContain(uuid(9));
    model.putWorkload(uuid(2), T0 + 5000, {
      phase: 'Completed',
      deletedAt: new Date(T0 + HOUR).toISOString(),
    });
    model.putWorkload(uuid(1), T0, { phase: 'Deleting', deletedAt: new Date(T0 + HOUR).toISOString() });
    const batch = await adapter.changes(sweep.watermark, callContext());
    expect(
      batch.jobs
        .map(({ key, status }) => [key, status.state, status.reason, status.desired])
        .sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)),
    ).toEqual([
      [uuid(1), 'CANCELLED', 'DELETED_UPSTREAM', 'DELETE'],
      [uuid(2), 'SUCCEEDED', null, 'DELETE'],
    ]);
    const next = await adapter.changes(batch.watermark, callContext());
    expect(next.jobs).toEqual([]);
  });

  it('hold the pods of a workload whose phase stays', async () => {
    const model = service();
    const adapter = adapterOf(model);
    const sweep = await adapter.changes(null, callContext());
    model.putWorkload(uuid(3), T0 + HOUR, {});
    const later = await adapter.changes(sweep.watermark, callContext());
    model.putPod(uuid(103), uuid(1), T0 + 2 * HOUR, { k8sPhase: 'Pending', nodeName: null });
    const made = await adapter.changes(later.watermark, callContext());
    expect(keysOf(made.executions)).toEqual(expect.arrayContaining([`${uuid(1)}/${uuid(101)}`, `${uuid(1)}/${uuid(103)}`])); // prettier-ignore
    model.putPod(uuid(101), uuid(1), T0 + 1000, { k8sPhase: 'Failed', completedAt: new Date(T0 + 3 * HOUR).toISOString() }); // prettier-ignore
    const ended = await adapter.changes(made.watermark, callContext());
    expect(ended.executions.find(({ nativeRef }) => nativeRef.id === uuid(101))?.status.state).toBe('FAILED');
  });

  it.each([20, 24])(
    'never lose a last state, whatever changes while pages are read (2.%i)',
    async (minor) => {
      const phases = ['Pending', 'Running', 'Completed', 'Failed', 'Stopped'];
      const edit = fc.record({ id: fc.nat(29), phase: fc.constantFrom(...phases), waitMs: fc.nat(9_000) });
      await fc.assert(
        fc.asyncProperty(
          fc.array(edit, { maxLength: 40 }),
          fc.array(fc.nat(120_000), { minLength: 12, maxLength: 12 }),
          fc.integer({ min: 2, max: 40 }),
          async (edits, pausesMs, maxPage) => {
            const model = new RunaiService();
            model.minor = minor;
            model.maxPage = maxPage;
            const ids = Array.from({ length: 30 }, (_, n) => uuid(500 + n));
            // The gateway's clock is an hour ahead of the service's; both go on at the same pace.
            const put = (n: number, phase: string): void => {
              const phaseMs = model.now - HOUR;
              const ended = phase === 'Completed' || phase === 'Failed';
              const completedAt = ended ? new Date(phaseMs).toISOString() : null;
              model.putWorkload(ids[n]!, T0 - 60_000 + n * 1000, { phase, phaseMs, completedAt });
            };
            ids.forEach((_, n) => put(n, 'Pending'));
            let step = 0;
            model.onCall = () => {
              const next = edits[step++];
              if (next === undefined) return;
              model.now += next.waitMs;
              put(next.id, next.phase);
            };
            const adapter = adapterOf(model, { nodeTelemetry: false, nodePools: false });
            const seen = new Map<NativeKey, string>();
            let watermark: string | null = null;
            for (const pauseMs of pausesMs) {
              const batch = await adapter.changes(watermark, callContext());
              for (const job of batch.jobs) seen.set(job.key, job.status.raw.value);
              watermark = batch.watermark;
              model.now += pauseMs;
            }
            const truth = await adapter.get('job', [...seen.keys()], callContext());
            expect([...seen]).toEqual([...truth.found].map(([key, job]) => [key, job.status.raw.value]));
            expect(seen.size).toBe(30);
          },
        ),
        { numRuns: 60 },
      );
    },
  );

  it('are not complete when something was not read', async () => {
    const broken = service();
    broken.putWorkload(uuid(5), T0, { createdAt: 'soon' });
    expect(await adapterOf(broken).changes(null, callContext())).toMatchObject({
      complete: false,
      dropped: { count: 1 },
    });

    const large = service();
    for (let n = 0; n < 700; n++) large.putWorkload(uuid(1000 + n), T0 + n * 1000);
    large.maxPage = 100;
    const cut = await adapterOf(large, { sweepRows: 500 }).changes(null, callContext());
    expect(cut.complete).toBe(false);
    expect(cut.jobs.length).toBeLessThan(702);

    const nodeless = service();
    nodeless.scripted.set('/api/v1/nodes', refusal(500, 'broken'));
    expect(await adapterOf(nodeless).changes(null, callContext())).toMatchObject({
      complete: false,
      computeNodes: [],
    });

    const forbidden = service();
    forbidden.scripted.set('/api/v1/node-pools', refusal(403, 'no'));
    forbidden.scripted.set('/api/v1/nodes/telemetry', refusal(403, 'no'));
    expect((await adapterOf(forbidden).changes(null, callContext())).complete).toBe(true);
  });

  it('fail as a whole when workloads or deletions cannot be read, and live without tombstones', async () => {
    const model = service();
    const adapter = adapterOf(model);
    const { watermark } = await adapter.changes(null, callContext());
    model.scripted.set('/api/v1/workloads', refusal(503, 'down'));
    await expect(adapter.changes(watermark, callContext())).rejects.toMatchObject({
      code: 'PROVIDER_UNAVAILABLE',
    });
    model.scripted.set('/api/v1/workloads', refusal(400, 'nothing can be filtered'));
    await expect(adapter.changes(watermark, callContext())).rejects.toMatchObject({
      code: 'PROVIDER_REFUSED',
    });
    model.scripted.clear();
    model.scripted.set('/api/v1/workloads/pods', refusal(404, 'no such list'));
    model.putWorkload(uuid(1), T0, {
      phase: 'Failed',
      phaseMs: T0 + HOUR,
      completedAt: new Date(T0 + HOUR).toISOString(),
    });
    const batch = await adapter.changes(watermark, callContext());
    expect(keysOf(batch.jobs)).toContain(uuid(1));
    expect(keysOf(batch.executions)).toContain(`${uuid(1)}/${uuid(101)}`);
  });

  it.each([
    '',
    'null',
    '{}',
    '[]',
    '{"phase":-1,"deleted":null,"pods":null,"nodesReadAt":0}',
    '{"phase":"x"}',
  ])('refuse the watermark %s', async (since) => {
    await expect(adapterOf(service()).changes(since, callContext())).rejects.toMatchObject({
      code: 'INVALID_CURSOR',
    });
  });
});
