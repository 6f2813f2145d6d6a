import { describe, expect, it } from 'vitest';
import type { Rig } from '../../../../test/support/charity-engine-rig.ts';
import { HOUR, jobBody, startRig } from '../../../../test/support/charity-engine-rig.ts';

const INVALID = { success: false, error: 'Invalid input format' };

function newest(rig: Rig) {
  const job = [...rig.site.jobs.values()].at(-1);
  if (job === undefined) throw new Error('nothing was created');
  return job;
}

describe('a creation', () => {
  it('answers the envelope with ids of 32 lower-case hexadecimal characters', async () => {
    const rig = await startRig();
    const answer = await rig.call('POST', 'job-create', jobBody(), {});
    expect(answer.status).toBe(200);
    expect(answer.json()).toEqual({ success: true, ids: [expect.stringMatching(/^[0-9a-f]{32}$/)] });
  });

  it('gives the same ids for the same seed', async () => {
    const ids = await Promise.all([startRig(), startRig()].map(async (rig) => (await rig).create()));
    expect(new Set(ids).size).toBe(1);
    expect(await (await startRig({ world: { seed: 12 } })).create()).not.toBe(ids[0]);
  });

  it('becomes a job of the world, in the units of the world', async () => {
    const rig = await startRig();
    await rig.create('sleep 1', { tag: 'genomics' });
    expect(newest(rig)).toMatchObject({
      image: 'acme/prime-sieve:1.4',
      command: ['/bin/sh', '-c', 'sleep 1'],
      cpuMillis: 2000,
      memoryBytes: 2048 * 2 ** 20,
      diskBytes: 4096 * 2 ** 20,
      timeoutMs: 2 * HOUR,
      tags: ['genomics'],
      team: 'genomics',
      count: 1,
    });
  });

  it('runs for up to eight hours at the smallest instance type unless it asks for something', async () => {
    const rig = await startRig();
    await rig.create('true', { specs: undefined, hours: undefined, inputFiles: undefined });
    expect(newest(rig)).toMatchObject({
      timeoutMs: 8 * HOUR,
      cpuMillis: 2000,
      memoryBytes: 2 ** 31,
      team: 'vision',
    });
    await rig.create('true', { specs: { vcpus: 1 }, instanceType: 'C.4x4' });
    expect(newest(rig)).toMatchObject({ cpuMillis: 1000, memoryBytes: 2 ** 32 });
  });

  it('is not idempotent', async () => {
    const rig = await startRig();
    expect(await rig.create()).not.toBe(await rig.create());
  });

  it.each([1, 3, 1000])('makes %i copies', async (copies) => {
    const rig = await startRig();
    const { ids } = (await rig.call('POST', 'jobs', jobBody('true', { copies }))).json<{ ids: string[] }>();
    expect(new Set(ids).size).toBe(copies);
    expect(rig.site.jobs.size).toBe(copies);
  });

  it.each([
    ['docker:python:3.11-slim', 'python:3.11-slim'],
    ['docker:acme/tool:2 https://files.example/tool.tar', 'acme/tool:2'],
    ['charityengine:wolframengine', 'charityengine:wolframengine'],
  ])('takes the application %s', async (app, image) => {
    const rig = await startRig();
    await rig.create('true', { app });
    expect(newest(rig).image).toBe(image);
  });

  it.each(['gridrepublic:text-inference', 'python:3.11', 'docker:', 'nothing', ':x'])(
    'knows no application %s',
    async (app) => {
      const rig = await startRig();
      const answer = await rig.call('POST', 'job-create', jobBody('true', { app }));
      expect(answer.json()).toEqual({ success: false, error: `app not found: ${app}` });
    },
  );

  it('follows the namespace of its deployment', async () => {
    const rig = await startRig({ namespace: 'gridrepublic' });
    expect(await rig.create('true', { app: 'gridrepublic:thing' })).toHaveLength(32);
    const answer = await rig.call('POST', 'job-create', jobBody('true', { app: 'charityengine:thing' }));
    expect(answer.json()).toMatchObject({ success: false });
  });

  it('ignores members it does not know', async () => {
    const rig = await startRig();
    expect(await rig.create('true', { useOwnDevices: true, color: { deep: [1] } })).toHaveLength(32);
  });
});

describe('a creation that is refused', () => {
  it.each([
    { app: '' },
    { app: undefined },
    { app: 7 },
    { commandLine: '  ' },
    { commandLine: ['echo', 'hi'] },
    { specs: 'large' },
    { specs: null },
    { specs: { vcpus: -1 } },
    { specs: { ram: '2048' } },
    { specs: { networkUpload: null } },
    { hours: 0 },
    { hours: 8.01 },
    { hours: '2' },
    { inputFiles: {} },
    { inputFiles: [{ filename: 'a' }] },
    { inputFiles: [{ url: 'https://files.example/a' }] },
    { inputFiles: ['https://files.example/a'] },
    { tag: 5 },
    { copies: 0 },
    { copies: 1001 },
    { copies: 1.5 },
    { instanceType: 'C.99x99' },
    { app: 'charityengine:text-inference', commandLine: "{'inputs':['why?']}" },
    { app: 'charityengine:text-inference', commandLine: '{"input":["why?"]}' },
  ])('has the one documented text for %j', async (members) => {
    const rig = await startRig();
    const answer = await rig.call('POST', 'job-create', jobBody('true', members));
    expect(answer).toMatchObject({ status: 200 });
    expect(answer.json()).toEqual(INVALID);
    expect(rig.site.jobs.size).toBe(0);
  });

  it.each(['', 'nothing', '[]', '"text"', 'null', '{"app":'])('takes no body %j', async (body) => {
    const rig = await startRig();
    expect((await rig.call('POST', 'job-create', body)).json()).toEqual(INVALID);
  });

  it('is refused for the first thing that is wrong', async () => {
    const rig = await startRig({ maxJobsInProgress: 0 });
    const errorOf = async (body: unknown): Promise<unknown> =>
      (await rig.call('POST', 'job-create', body, {})).json()['error'];
    const wrong = jobBody('true', { authenticator: undefined, app: 'odd:app', hours: -1 });
    expect(await errorOf([wrong])).toBe('Invalid input format');
    expect(await errorOf(wrong)).toBe('no authenticator');
    expect(await errorOf({ ...wrong, authenticator: 'other' })).toBe('bad authenticator');
    const known = { ...wrong, authenticator: jobBody()['authenticator'] };
    expect(await errorOf({ ...known, commandLine: '' })).toBe('Invalid input format');
    expect(await errorOf(known)).toBe('app not found: odd:app');
    expect(await errorOf({ ...known, app: 'docker:a' })).toBe('Invalid input format');
    expect(await errorOf(jobBody())).toBe('limit on jobs in progress exceeded');
  });

  it('counts unfinished jobs only', async () => {
    const rig = await startRig({ maxJobsInProgress: 2 });
    await rig.create('sleep 1');
    const both = await rig.call('POST', 'job-create', jobBody('true', { copies: 2 }));
    expect(both.json()['error']).toBe('limit on jobs in progress exceeded');
    rig.clock.advance(10_000);
    expect(await rig.create('sleep 1', { copies: 2 })).toHaveLength(32);
  });

  it('needs an account that may submit', async () => {
    const rig = await startRig({ submitAccess: false, mutation: { failureStatus: 'http' } });
    const answer = await rig.call('POST', 'jobs', jobBody());
    expect(answer.status).toBe(403);
    expect(answer.json()).toEqual({ success: false, error: 'no submit access' });
  });
});
