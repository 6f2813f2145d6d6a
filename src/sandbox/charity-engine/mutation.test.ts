import * as fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import type { Rig } from '../../../test/support/charity-engine-rig.ts';
import { jobBody, SECOND, startRig } from '../../../test/support/charity-engine-rig.ts';
import type { CharityEngineMutation } from './mutation.ts';
import { MUTATION_SWITCHES } from './mutation.ts';
import { knownIds } from './known-ids.ts';

async function created(rig: Rig, members: Readonly<Record<string, unknown>> = {}): Promise<string> {
  return (await rig.call('POST', 'job-create', jobBody('echo hi > output/x', members))).text;
}

async function running(mutation: Partial<CharityEngineMutation>, commandLine = 'sleep 60') {
  const rig = await startRig({ mutation });
  await rig.call('POST', 'jobs', jobBody(commandLine));
  rig.clock.advance(10 * SECOND);
  const [id = ''] = knownIds(rig.world, 1, { numericIds: mutation.numericIds ?? false });
  return { rig, id, body: (await rig.call('GET', `jobs/${id}`)).json() };
}

const PART = { status: 'running', outputFiles: [], log: expect.any(String) };

describe('each mode alone', () => {
  it('failureStatus: a status that fits the failure', async () => {
    const rig = await startRig({
      mutation: { failureStatus: 'http', unknownIds: 'fail' },
      maxJobsInProgress: 0,
    });
    const status = async (body: unknown, headers: Record<string, string> = {}) =>
      (await rig.call('POST', 'job-create', body, headers)).status;
    expect(await status([])).toBe(400);
    expect(await status(jobBody('true', { app: 'odd:x' }))).toBe(400);
    expect(await status({})).toBe(401);
    expect(await status({}, { authorization: 'Bearer wrong' })).toBe(401);
    expect(await status(jobBody())).toBe(429);
    expect((await rig.call('GET', 'jobs/0123')).status).toBe(404);
  });

  it('failureStatus: 200 is a failure, too', async () => {
    const rig = await startRig();
    const answer = await rig.call('POST', 'job-create', {}, {});
    expect(answer.status).toBe(200);
    expect(answer.json()).toEqual({ success: false, error: 'no authenticator' });
  });

  it('extraFields: members nobody knows, at each level', async () => {
    const { rig, body } = await running({ extraFields: true }, 'true > output/x');
    const extras = (value: unknown): number =>
      Object.keys(value as object).filter((key) => /^x[0-9a-f]{8}$/.test(key)).length;
    expect(extras(body)).toBe(1);
    const jobs = body['jobs'] as Record<string, { states: { default: { outputFiles: unknown[] } } }>;
    const job = Object.values(jobs).find((value) => value?.states !== undefined);
    for (const level of [jobs, job, job?.states, job?.states.default, job?.states.default.outputFiles[0]]) {
      expect(extras(level)).toBe(1);
    }
    expect(extras((await rig.call('POST', 'jobs', {})).json())).toBe(1);
  });

  it('jobsAsArray', async () => {
    const { id, body } = await running({ jobsAsArray: true });
    expect(body).toEqual({ success: true, jobs: [{ id, vmStatus: 'running', states: { default: PART } }] });
  });

  it('bareJobs', async () => {
    const { id, body } = await running({ bareJobs: true });
    expect(body).toEqual({ [id]: { vmStatus: 'running', states: { default: PART } } });
  });

  it('statesAsArray', async () => {
    const { id, body } = await running({ statesAsArray: true });
    expect(body['jobs']).toEqual({ [id]: { vmStatus: 'running', states: [{ name: 'default', ...PART }] } });
  });

  it('upperCaseStatus and boincVocabulary', async () => {
    const wordsOf = async (mutation: Partial<CharityEngineMutation>) => {
      const rig = await startRig({ mutation });
      const ids = await Promise.all(
        ['sleep 60', 'true', 'exit 1', '#emu:hang'].map((text) => rig.create(text)),
      );
      const words = [(await rig.status(ids[0] ?? '')).vmStatus];
      await rig.call('DELETE', `jobs/${ids[3] ?? ''}`);
      rig.clock.advance(10 * SECOND);
      for (const id of ids) words.push((await rig.state(id)).status);
      return words.join(' ');
    };
    expect(await wordsOf({})).toBe('provisioning running completed failed aborted');
    expect(await wordsOf({ upperCaseStatus: true })).toBe('PROVISIONING RUNNING COMPLETED FAILED ABORTED');
    expect(await wordsOf({ boincVocabulary: true })).toBe('queued in_progress done error aborted');
    expect(await wordsOf({ boincVocabulary: true, upperCaseStatus: true })).toBe(
      'QUEUED IN_PROGRESS DONE ERROR ABORTED',
    );
  });

  it('idSingular and idsAsJobIds', async () => {
    const hex = expect.stringMatching(/^[0-9a-f]{32}$/);
    const singular = await startRig({ mutation: { idSingular: true } });
    expect(JSON.parse(await created(singular))).toEqual({ success: true, id: hex });
    expect(JSON.parse(await created(singular, { copies: 2 }))).toEqual({ success: true, ids: [hex, hex] });
    const renamed = await startRig({ mutation: { idsAsJobIds: true } });
    expect(JSON.parse(await created(renamed))).toEqual({ success: true, jobIds: [hex] });
  });

  it('outputFilesAsStrings', async () => {
    const { rig, id, body } = await running({ outputFilesAsStrings: true }, 'echo hi > output/x');
    expect(body).toMatchObject({
      jobs: { [id]: { states: { default: { outputFiles: [`${rig.emulator.url}/files/${id}/x`] } } } },
    });
  });

  it('missingSuccess: only where the members speak for themselves', async () => {
    const { rig, id, body } = await running({ missingSuccess: true });
    expect(Object.keys(body)).toEqual(['jobs']);
    expect(Object.keys(JSON.parse(await created(rig)) as object)).toEqual(['ids']);
    expect((await rig.call('POST', 'jobs', {})).json()).toEqual({ error: 'Invalid input format' });
    expect((await rig.call('DELETE', `jobs/${id}`)).json()).toEqual({ success: true });
  });

  it('numericIds', async () => {
    const { rig, id, body } = await running({ numericIds: true });
    expect(id).toBe('1');
    expect(body['jobs']).toHaveProperty('1');
    expect(JSON.parse(await created(rig))).toEqual({ success: true, ids: [2] });
    const both = await rig.call('POST', 'job-query', { ids: [1, '2'] });
    expect(Object.keys(both.json<{ jobs: object }>().jobs)).toEqual(['1', '2']);
  });

  it('truncatedLog: the end only, in the log but not in the outputs', async () => {
    const rig = await startRig({ mutation: { truncatedLog: true } });
    const id = await rig.create('sleep 300 > output/x');
    rig.clock.advance(400 * SECOND);
    const { log, outputFiles } = await rig.state(id);
    expect(log).toHaveLength(1024);
    const whole = await (await fetch(outputFiles[0]?.url ?? '')).text();
    expect(whole.length).toBeGreaterThan(1024);
    expect(whole.endsWith(log)).toBe(true);
  });

  it('noVmStatus', async () => {
    const { id, body } = await running({ noVmStatus: true });
    expect(body['jobs']).toEqual({ [id]: { states: { default: PART } } });
  });

  it('vmStopped: the machine of what has ended, not of what runs', async () => {
    expect(await running({ vmStopped: true }, 'exit 1')).toMatchObject({
      body: {
        jobs: expect.toSatisfy((jobs: object) => JSON.stringify(jobs).includes('"vmStatus":"stopped"')),
      },
    });
    expect(JSON.stringify((await running({ vmStopped: true })).body)).toContain('"vmStatus":"running"');
  });

  it('partPerIndex: a part for each index of a job of the world', async () => {
    const rig = await startRig({ mutation: { partPerIndex: true }, world: { jobsPerSite: 60 } });
    const job = [...rig.site.jobs.values()].find(({ count }) => count === 2);
    const { states } = await rig.status((job?.id ?? '').replaceAll('-', ''));
    expect(Object.keys(states)).toEqual(['default', 'part-1']);
  });
});

/** Reads any form of a status answer as a client must. */
function normalised(body: unknown, id: string): unknown {
  type Loose = Record<string, unknown>;
  const entries = (value: unknown, key: string): Loose[] =>
    Array.isArray(value)
      ? (value as Loose[])
      : Object.entries((value ?? {}) as Loose).map(([name, item]) => ({ [key]: name, ...(item as Loose) }));
  const jobs = (body as Loose)['jobs'] ?? body;
  const job = entries(jobs, 'id').find((item) => String(item['id']) === id);
  const part = entries(job?.['states'], 'name').find(({ name }) => name === 'default');
  const synonyms: Record<string, string> = { in_progress: 'running', done: 'completed' };
  const word = String(part?.['status']).toLowerCase();
  const files = (part?.['outputFiles'] ?? []) as (string | Loose)[];
  const urls = files.map((file) => new URL(typeof file === 'string' ? file : String(file['url'])));
  return {
    word: synonyms[word] ?? word,
    files: urls.map(({ pathname }) => pathname.split('/').at(-1)),
    log: part?.['log'],
  };
}

test('any combination of the switches says the same thing in other words', async () => {
  await fc.assert(
    fc.asyncProperty(fc.subarray([...MUTATION_SWITCHES]), async (switches) => {
      const mutation = Object.fromEntries(switches.map((name) => [name, true]));
      const { rig, id, body } = await running(mutation, 'sleep 12; echo hi > output/x');
      expect(normalised(body, id)).toEqual({ word: 'running', files: [], log: '' });
      rig.clock.advance(10 * SECOND);
      const later = (await rig.call('GET', `jobs/${id}`)).json();
      expect(normalised(later, id)).toEqual({ word: 'completed', files: ['x'], log: 'hi\n' });
    }),
    { numRuns: 40 },
  );
});
