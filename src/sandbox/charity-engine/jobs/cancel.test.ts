import { describe, expect, it } from 'vitest';
import { jobBody, SECOND, startRig } from '../../../../test/support/charity-engine-rig.ts';

const UNKNOWN = '0123456789abcdef0123456789abcdef';

describe('a cancellation', () => {
  it.each<[string, (id: string) => [path: string, body: unknown]]>([
    ['DELETE', (id: string) => [`jobs/${id}`, undefined]],
    ['POST', (id: string) => ['job-cancel', { authenticator: jobBody()['authenticator'], ids: [id] }]],
    ['POST', (id: string) => ['job-cancel', { ids: id }]],
    ['POST', (id: string) => [`jobs/${id}/cancel`, {}]],
    ['POST', (id: string) => [`jobs/${id}/cancel`, undefined]],
  ])('by %s is accepted at once and seen a moment later', async (method, requestOf) => {
    const rig = await startRig();
    const id = await rig.create('sleep 60');
    rig.clock.advance(10 * SECOND);
    const [path, body] = requestOf(id);
    expect((await rig.call(method, path, body)).json()).toEqual({ success: true });
    expect((await rig.state(id)).status).toBe('running');
    rig.clock.advance(2 * SECOND);
    expect(await rig.status(id)).toMatchObject({ vmStatus: 'aborted' });
  });

  it('ends at once what waits', async () => {
    const rig = await startRig();
    const id = await rig.create('sleep 60');
    await rig.call('DELETE', `jobs/${id}`);
    expect((await rig.state(id)).status).toBe('aborted');
  });

  it('leaves what has ended as it ended', async () => {
    const rig = await startRig();
    const ids = [await rig.create('true'), await rig.create('exit 1'), await rig.create('sleep 60')];
    rig.clock.advance(20 * SECOND);
    for (let repeated = 0; repeated < 2; repeated++) {
      expect((await rig.call('DELETE', `jobs/${ids.join(',')}`)).json()).toEqual({ success: true });
      rig.clock.advance(5 * SECOND);
    }
    const words = await Promise.all(ids.map(async (id) => (await rig.state(id)).status));
    expect(words).toEqual(['completed', 'failed', 'aborted']);
  });

  it('cancels nothing when one of its ids is unknown', async () => {
    const rig = await startRig({ mutation: { failureStatus: 'http' } });
    const id = await rig.create('sleep 60');
    const answer = await rig.call('DELETE', `jobs/${id},${UNKNOWN}`);
    expect(answer.status).toBe(404);
    expect(answer.json()).toEqual({ success: false, error: `job not found: ${UNKNOWN}` });
    rig.clock.advance(10 * SECOND);
    expect((await rig.state(id)).status).toBe('running');
  });
});
