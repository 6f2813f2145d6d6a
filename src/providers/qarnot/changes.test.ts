import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  adapterOf,
  callContext,
  iso,
  QarnotService,
  T0,
  uuid,
} from '../../../test/support/qarnot-service.ts';
import type { NativeKey } from '../../model/ids.ts';

const PROJECT = uuid(7);

function service(): QarnotService {
  const model = new QarnotService();
  model.account = { projects: [{ uuid: PROJECT, name: 'Main', isDefault: true }] };
  model.put('jobs', uuid(1), T0);
  model.put('tasks', uuid(11), T0 + 1000, { jobUuid: uuid(1), projectUuid: PROJECT, instanceCount: 2 });
  model.put('tasks', uuid(12), T0 + 2000, { projectUuid: PROJECT });
  model.put('pools', uuid(31), T0, { projectUuid: PROJECT, state: 'Closed' });
  return model;
}

describe('changes', () => {
  it('begin with a full sweep', async () => {
    const model = service();
    const batch = await adapterOf(model).changes(null, callContext());
    expect(batch.complete).toBe(true);
    expect(batch.jobs.map((job) => [job.key, job.status.state])).toEqual([
      [`j:${uuid(1)}`, 'SUCCEEDED'],
      [`t:${uuid(12)}`, 'SUCCEEDED'],
    ]);
    expect([batch.tasks.length, batch.executions.length, batch.computeNodes.length]).toEqual([2, 2, 1]);
    expect(model.calls).toHaveLength(3);
  });

  it('then hold what was modified, and all that has not ended', async () => {
    const model = service();
    model.put('tasks', uuid(13), T0 + 2000, { projectUuid: PROJECT, state: 'FullyExecuting' });
    const adapter = adapterOf(model);
    const first = await adapter.changes(null, callContext());
    const at = T0 + 600_000;
    model.put('tasks', uuid(12), T0 + 2000, {
      projectUuid: PROJECT,
      state: 'Failure',
      lastModified: iso(at),
    });
    model.calls.length = 0;
    const second = await adapter.changes(first.watermark, callContext());
    expect(second.complete).toBe(false);
    expect(second.tasks.map((task) => [task.key, task.status.state])).toContainEqual([uuid(12), 'FAILED']);
    expect(second.tasks.map((task) => task.key)).toContain(uuid(13));
    model.now += 10_000;
    const third = await adapter.changes(second.watermark, callContext());
    expect(third.tasks.map((task) => task.key).sort()).toEqual([uuid(12), uuid(13)]);
    // Nothing moved for a while: what is known is not asked for again.
    model.calls.length = 0;
    const quiet = await adapter.changes(third.watermark, callContext());
    expect(quiet.tasks.map((task) => task.key)).toEqual([uuid(13)]);
    expect(quiet.jobs.map((job) => job.key)).toEqual([`t:${uuid(13)}`]);
    expect(model.calls).toHaveLength(3);
  });

  it('derive a job anew when one of its tasks changed', async () => {
    const model = service();
    model.put('tasks', uuid(14), T0 + 1000, { jobUuid: uuid(1), projectUuid: PROJECT });
    const adapter = adapterOf(model);
    const first = await adapter.changes(null, callContext());
    model.put('tasks', uuid(11), T0 + 1000, {
      jobUuid: uuid(1),
      projectUuid: PROJECT,
      state: 'Failure',
      lastModified: iso(T0 + 900_000),
    });
    const second = await adapter.changes(first.watermark, callContext());
    const job = second.jobs.find((job) => job.key === `j:${uuid(1)}`);
    expect(job?.status).toMatchObject({ state: 'FAILED', counts: { FAILED: 1, SUCCEEDED: 1 } });
    expect(job?.tasks).toHaveLength(2);
  });

  it('are not complete when a row was unreadable or the sweep was cut', async () => {
    const broken = service();
    broken.put('tasks', uuid(15), T0, { creationDate: 'soon' });
    const batch = await adapterOf(broken).changes(null, callContext());
    expect(batch).toMatchObject({ complete: false, dropped: { count: 1 } });

    const large = service();
    for (let n = 0; n < 250; n++) large.put('tasks', uuid(1000 + n), T0 + n * 1000, { projectUuid: PROJECT });
    const cut = await adapterOf(large, { sweepRows: 100, pageSize: 50 }).changes(null, callContext());
    expect(cut.complete).toBe(false);
    expect(cut.tasks.length).toBeGreaterThanOrEqual(100);
    expect(cut.tasks.length).toBeLessThan(250);
  });

  it('never lose a last state, whatever is modified while pages are read', async () => {
    const states = ['Submitted', 'FullyExecuting', 'Success', 'Failure'];
    const edit = fc.record({ id: fc.nat(29), state: fc.constantFrom(...states), waitMs: fc.nat(9_000) });
    await fc.assert(
      fc.asyncProperty(
        fc.array(edit, { maxLength: 40 }),
        fc.array(fc.nat(12_000), { minLength: 15, maxLength: 15 }),
        fc.integer({ min: 10, max: 12 }),
        async (edits, pausesMs, pageSize) => {
          const model = service();
          const ids = Array.from({ length: 30 }, (_, n) => uuid(500 + n));
          // The gateway's clock is an hour ahead of the service's; both go on at the same pace.
          const put = (n: number, state: string): void => {
            const lastModified = iso(model.now - 3_600_000);
            model.put('tasks', ids[n]!, T0 - 60_000 + n * 1000, {
              projectUuid: PROJECT,
              state,
              lastModified,
            });
          };
          ids.forEach((_, n) => put(n, 'Submitted'));
          let step = 0;
          model.onCall = () => {
            const next = edits[step++];
            if (next === undefined) return;
            model.now += next.waitMs;
            put(next.id, next.state);
          };
          const adapter = adapterOf(model, { pageSize });
          const seen = new Map<NativeKey, string>();
          let watermark: string | null = null;
          for (const pauseMs of pausesMs) {
            const batch = await adapter.changes(watermark, callContext());
            for (const task of batch.tasks) seen.set(task.key, task.status.raw.value);
            watermark = batch.watermark;
            model.now += pauseMs;
          }
          const truth = await adapter.get('task', [...seen.keys()], callContext());
          expect([...seen]).toEqual([...truth.found].map(([key, task]) => [key, task.status.raw.value]));
        },
      ),
      { numRuns: 100 },
    );
  });

  it.each([
    '',
    'null',
    '{}',
    '[]',
    '{"tasks":{"second":-1,"seenAt":1,"settled":true},"jobs":null,"pools":null}',
    '{"tasks":"x","jobs":1,"pools":1}',
  ])('refuse the watermark %s', async (since) => {
    const changes = adapterOf(service()).changes(since, callContext());
    await expect(changes).rejects.toMatchObject({ code: 'INVALID_CURSOR' });
  });
});
