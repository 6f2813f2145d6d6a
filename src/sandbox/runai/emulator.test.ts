import { describe, expect, it } from 'vitest';
import { startRunaiRig } from '../../../test/support/runai-client.ts';

const WORKLOADS = '/api/v1/workloads';

describe('the wire', () => {
  it('has one shape of errors, with the status as code', async () => {
    const rig = await startRunaiRig();
    const missing = await rig.call('GET', `${WORKLOADS}/6f1c0000-0000-4000-8000-000000000000`);
    expect(missing.status).toBe(404);
    expect(missing.headers.get('content-type')).toBe('application/json');
    expect(missing.json()).toEqual({ code: 404, message: 'workload not found' });
    expect((await rig.call('PUT', WORKLOADS)).json()).toEqual({ code: 405, message: 'Method not allowed' });
    expect((await rig.call('GET', '/api/v1/unicorns')).json()).toEqual({
      code: 404,
      message: 'page not found',
    });
    expect((await rig.call('POST', `${WORKLOADS}/trainings`, '{')).json()).toMatchObject({ code: 400 });
  });

  it('knows ids in any case, and answers them in lower case', async () => {
    const rig = await startRunaiRig();
    const id = await rig.create();
    expect((await rig.workload(id.toUpperCase())).id).toBe(id);
  });

  it('has dictionaries', async () => {
    const rig = await startRunaiRig();
    const names = async (path: string, member: string) => {
      const body = await rig.read<Record<string, { name: string }[]>>(path);
      return body[member]?.map(({ name }) => name);
    };
    expect(await names('/api/v1/workload-categories', 'categories')).toEqual(['Train', 'Build', 'Deploy']);
    expect(await names('/api/v1/workload-types', 'types')).toContain('Distributed');
    expect(await names('/api/v1/workload-priorities', 'priorities')).toHaveLength(7);
    expect(await names('/api/v1/org-unit/priorities', 'priorities')).toHaveLength(7);
  });

  it('shifts every time with a skewed clock', async () => {
    const rig = await startRunaiRig();
    const id = await rig.create();
    rig.emulator.faults.set('skew', { match: WORKLOADS, effect: { kind: 'clock-skew', ms: 600_000 } });
    expect((await rig.workload(id)).createdAt).toBe('2026-03-02T09:10:00.000Z');
  });
});

describe('faults', () => {
  it('give 429 with and without Retry-After, 502 in HTML, 503 in JSON', async () => {
    const rig = await startRunaiRig();
    const answers = [
      { status: 429, retryAfter: '3' },
      { status: 429 },
      { status: 502, body: '<html>Bad Gateway</html>', contentType: 'text/html' },
      { status: 503, body: '{"code":503,"message":"Please try again in few minutes."}' },
    ];
    for (const [index, answer] of answers.entries()) {
      rig.emulator.faults.set('f', { times: 1, effect: { kind: 'status', ...answer } });
      const received = await rig.call('GET', WORKLOADS);
      expect(received.status).toBe(answer.status);
      if (index === 0) expect(received.headers.get('retry-after')).toBe('3');
    }
    expect(await rig.status(WORKLOADS)).toBe(200);
  });

  it('keep what was created before the connection broke, to be found by name', async () => {
    const rig = await startRunaiRig({ eventualConsistencyMs: 1000 });
    await rig.projectId();
    rig.emulator.faults.set('drop', {
      match: 'POST',
      times: 1,
      effect: { kind: 'reset', afterCommit: true },
    });
    await expect(rig.create({ name: 'mine' })).rejects.toThrow('fetch failed');
    const query = '?filterBy=name==mine,projectName==vision';
    expect(await rig.list(query)).toEqual([]);
    rig.pass(1000);
    expect(await rig.list(query)).toHaveLength(1);
  });
});
