import { describe, expect, it } from 'vitest';
import { jobBody, startRig } from '../../../test/support/charity-engine-rig.ts';

const CREATE = 'POST /remotejobs/v2/job-create';

describe('what goes wrong on the way', () => {
  it('a reset after handling leaves exactly one job', async () => {
    const rig = await startRig();
    rig.emulator.faults.set('drop', {
      match: CREATE,
      times: 1,
      effect: { kind: 'reset', afterCommit: true },
    });
    await expect(rig.create()).rejects.toThrow('fetch failed');
    expect(rig.site.jobs.size).toBe(1);
    expect(rig.emulator.calls).toHaveLength(1);
  });

  it('a reset before handling leaves none', async () => {
    const rig = await startRig();
    rig.emulator.faults.set('drop', { match: CREATE, times: 1, effect: { kind: 'reset' } });
    await expect(rig.create()).rejects.toThrow('fetch failed');
    expect(rig.site.jobs.size).toBe(0);
  });

  it.each([
    [429, '3'],
    [429, undefined],
    [500, undefined],
    [509, undefined],
  ])('a %i, with retry-after %s, per route', async (status, retryAfter) => {
    const rig = await startRig();
    const effect = { kind: 'status', status, ...(retryAfter === undefined ? {} : { retryAfter }) } as const;
    rig.emulator.faults.set('busy', { match: 'GET /remotejobs/v2/jobs', effect });
    const id = await rig.create();
    const answer = await rig.call('GET', `jobs/${id}`);
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([status, retryAfter ?? null]);
  });

  it('a page of HTML with status 200', async () => {
    const rig = await startRig();
    const html = {
      kind: 'status',
      status: 200,
      body: '<html>Hello</html>',
      contentType: 'text/html',
    } as const;
    rig.emulator.faults.set('front', { effect: html });
    const answer = await rig.call('GET', 'jobs/a');
    expect(answer).toMatchObject({ status: 200, text: '<html>Hello</html>' });
  });

  it('broken JSON, late and slow', async () => {
    const rig = await startRig();
    rig.emulator.faults.set('half', { times: 1, effect: { kind: 'garbage', body: '{"success":tr' } });
    expect((await rig.call('GET', 'jobs/a')).text).toBe('{"success":tr');
    rig.emulator.faults.set('late', { times: 1, effect: { kind: 'latency', ms: 60 } });
    rig.emulator.faults.set('slow', { times: 1, effect: { kind: 'slow-body', bytesPerSecond: 400 } });
    const from = performance.now();
    expect((await rig.call('POST', 'job-create', jobBody())).json()['success']).toBe(true);
    expect(performance.now() - from).toBeGreaterThan(100);
  });
});
