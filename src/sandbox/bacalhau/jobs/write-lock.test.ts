import { expect, test } from 'vitest';
import type { Answer, Rig } from '../../../../test/support/bacalhau-emulator.ts';
import { JOBS, jobBody, startRig } from '../../../../test/support/bacalhau-emulator.ts';

const LEAKY = { rerunsLeak: true, handlerTimeoutMs: 20 };

/** What a write is told while the lock is held. */
function expectTimeout(answer: Answer): void {
  expect([answer.status, answer.text]).toEqual([503, 'Server Timeout!']);
  expect(answer.headers.get('content-type')).toBe('text/plain; charset=utf-8');
  expect(answer.headers.get('x-request-id')).not.toBeNull();
  expect(answer.headers.get('x-bacalhau-git-version')).toBeNull();
}

const UNKNOWN: readonly (readonly [string, (rig: Rig, id: string) => Promise<Answer>])[] = [
  ['job', (rig) => rig.call('PUT', `${JOBS}/none/rerun`, {})],
  ['version', (rig, id) => rig.call('PUT', `${JOBS}/${id}/rerun`, { JobVersion: 99 })],
  // The namespace of the query is not read, so that a name elsewhere is unknown.
  ['name in another namespace', (rig) => rig.call('PUT', `${JOBS}/there/rerun?namespace=research`, {})],
];

test.each(UNKNOWN)(
  'a rerun of an unknown %s blocks all writes and no reads (seen on 1.9.3)',
  async (_, rerun) => {
    const rig = await startRig(LEAKY);
    await rig.submit({ Name: 'there', Namespace: 'research' });
    const id = await rig.submit({ Name: 'here' });
    rig.pass(60_000);
    expect((await rerun(rig, id)).status).toBe(400);
    expectTimeout(await rig.call('PUT', JOBS, { Job: jobBody({ Name: 'lost' }) }));
    expectTimeout(await rig.call('DELETE', `${JOBS}/${id}`));
    expectTimeout(await rig.call('PUT', `${JOBS}/${id}/rerun`, {}));
    // Found before anything is written.
    expect((await rig.call('PUT', JOBS, { Job: jobBody({ Name: 'here' }) })).status).toBe(500);
    expect((await rig.call('PUT', JOBS, { Job: {} })).status).toBe(400);
    expect((await rig.job(id)).State.StateType).toBe('Completed');
    // What timed out never lands.
    expect((await rig.get(`${JOBS}/lost`)).status).toBe(404);
  },
);

test('a rerun that is refused for another reason blocks nothing', async () => {
  const rig = await startRig(LEAKY);
  const id = await rig.submit();
  expect((await rig.call('PUT', `${JOBS}/${id}/rerun`, {})).json()).toMatchObject({
    Status: 500,
    Message: 'cannot rerun job in state Pending',
    Hint: expect.any(String),
  });
  await rig.submit();
});

test('nothing is blocked unless that is asked for', async () => {
  const rig = await startRig();
  expect((await rig.call('PUT', `${JOBS}/none/rerun`, {})).status).toBe(400);
  await rig.submit();
});
