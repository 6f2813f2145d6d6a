import { describe, expect, it } from 'vitest';
import { callContext, setUp, submitted } from '../../../test/support/fake-charity-engine.ts';
import type { NativeKey } from '../../model/ids.ts';
import { GridweaveError } from '../../model/errors.ts';

function watched(count: number, settings: object = {}) {
  const rig = setUp({ jobIds: Array.from({ length: count }, (_, i) => `j${String(i)}`), ...settings });
  for (const { id } of rig.known.list()) rig.service.run(id, 'running');
  const read = async (since: string | null, limit?: number) => {
    rig.service.now += 30_000;
    rig.service.calls.length = 0;
    const batch = await rig.adapter.changes(since, callContext(limit));
    return { ...batch, keys: batch.jobs.map(({ key }) => key), asked: rig.service.calls.flatMap(({ ids }) => ids) }; // prettier-ignore
  };
  return { ...rig, read };
}

describe('changes', () => {
  it('begin with everything that is known', async () => {
    const { read, service } = watched(250);
    const batch = await read(null);
    expect([batch.jobs.length, batch.tasks.length, batch.executions.length, batch.complete]).toEqual([250, 250, 250, true]); // prettier-ignore
    expect(service.calls).toHaveLength(3);
    expect(batch.computeNodes).toEqual([]);
  });

  it('go on with what has not ended, and cost nothing when all has', async () => {
    const { read, service } = watched(3);
    const first = await read(null);
    service.run('j1', 'completed');
    const second = await read(first.watermark);
    expect(second.jobs.map(({ key, status }) => [key, status.state])).toEqual([
      ['j0', 'RUNNING'],
      ['j1', 'SUCCEEDED'],
      ['j2', 'RUNNING'],
    ]);
    expect(second.complete).toBe(false);
    // An end is told once more, without a call.
    const third = await read(second.watermark);
    expect([third.keys.toSorted(), third.asked]).toEqual([
      ['j0', 'j1', 'j2'],
      ['j0', 'j2'],
    ]);
    service.run('j0', 'failed');
    service.run('j2', 'aborted');
    const fourth = await read(third.watermark);
    expect(fourth.keys).toEqual(['j0', 'j2']);
    const fifth = await read(fourth.watermark);
    const sixth = await read(fifth.watermark);
    expect([fifth.asked, sixth.asked, sixth.keys]).toEqual([[], [], []]);
  });

  it('tell an end that a query saw first', async () => {
    const { read, service, adapter } = watched(2);
    const { watermark } = await read(null);
    service.now += 5_000;
    service.run('j1', 'completed');
    await adapter.get('job', ['j1' as NativeKey], callContext());
    const batch = await read(watermark);
    expect([batch.keys.toSorted(), batch.asked]).toEqual([['j0', 'j1'], ['j0']]);
    expect((await read(batch.watermark)).keys).toEqual(['j0']);
  });

  it('hold jobs that became known meanwhile, and their ends', async () => {
    const { read, service, known } = watched(1);
    const { watermark } = await read(null);
    known.add([submitted('new', service.now)]);
    service.run('new', 'completed');
    const batch = await read(watermark);
    expect(batch.keys.toSorted()).toEqual(['j0', 'new']);
    const after = await read(batch.watermark);
    expect(after.asked).toEqual(['j0']);
    expect((await read(after.watermark)).keys).toEqual(['j0']);
  });

  it('find everything again after a restart', async () => {
    const rig = watched(2);
    const { watermark } = await rig.read(null);
    rig.service.run('j1', 'completed');
    const batch = await rig.start().changes(watermark, callContext());
    expect(batch.jobs.map(({ status }) => status.state)).toEqual(['RUNNING', 'SUCCEEDED']);
  });

  it('show a requeued job as another attempt, not as a failure', async () => {
    const { read, service } = watched(1);
    const first = await read(null);
    service.run('j0', 'provisioning');
    const batch = await read(first.watermark);
    expect([batch.jobs[0]?.status.state, batch.executions[0]]).toMatchObject(['QUEUED', { attempt: 2, generation: 2, status: { state: 'QUEUED' } }]); // prettier-ignore
  });

  it('take turns when the budget is small, and do not call that complete', async () => {
    const { read } = watched(10, { idsPerStatus: 2 });
    const seen = new Set<string>();
    const first = await read(null, 2);
    expect([first.jobs.length, first.complete]).toEqual([4, false]);
    let { watermark } = first;
    for (const key of first.keys) seen.add(key);
    for (let i = 0; i < 2; i++) {
      const batch = await read(watermark, 2);
      ({ watermark } = batch);
      for (const key of batch.keys) seen.add(key);
    }
    expect(seen.size).toBe(10);
  });

  it('keep what was read when a later call fails', async () => {
    const { read, service } = watched(4, { idsPerStatus: 2 });
    service.scripted = (ids) => (ids.includes('j0') ? { body: { success: true, jobs: { j0: {}, j1: {} } } } : { status: 503, body: '' }); // prettier-ignore
    const batch = await read(null);
    expect(batch).toMatchObject({
      keys: ['j0', 'j1'],
      complete: false,
      dropped: { count: 2, reasons: ['a job could not be read (PROVIDER_UNAVAILABLE)'] },
    });
    service.scripted = () => ({ status: 503, body: '' });
    await expect(read(batch.watermark)).rejects.toMatchObject({ code: 'PROVIDER_UNAVAILABLE' });
    service.failure = new GridweaveError('CANCELLED', 'gone');
    await expect(read(batch.watermark)).rejects.toMatchObject({ code: 'CANCELLED' });
  });

  it('are not complete when something could not be read; what is gone is just not there', async () => {
    const { read, service } = watched(3);
    service.run('j1', 'completed');
    expect((await read(null)).complete).toBe(true);
    service.jobs.delete('j1');
    expect(await read(null)).toMatchObject({ keys: ['j0', 'j2'], complete: true });
    service.jobs.set('j2', 7);
    expect(await read(null)).toMatchObject({ complete: false, dropped: { count: 1 } });
  });

  it.each([
    '',
    'x',
    '{}',
    '[]',
    '-1',
    '{"noticedAt":-1}',
    '{"noticedAt":1.5}',
    '{"noticedAt":1,"x":2}',
    '1e99',
  ])('refuse the watermark %s', async (since) => {
    await expect(setUp().adapter.changes(since, callContext())).rejects.toMatchObject({
      code: 'INVALID_CURSOR',
    });
  });
});
