import { describe, expect, it } from 'vitest';
import {
  actingRig,
  createdJob,
  ECHO,
  findTarget,
  requestOf,
  stampNo,
  type ActingRig,
} from '../../../../test/support/qarnot-acting.ts';
import { testContext } from '../../../../test/support/upstream-calls.ts';
import type { Action } from '../../../model/actions.ts';
import type { NativeKey } from '../../../model/ids.ts';
import type { JobRecord, TaskRecord } from '../../../model/records.ts';
import type { ActionAnswer, WorkRecord } from '../../acting.ts';

const LONG = { spec: { image: 'alpine', args: ['sleep', '100000'] } } as const;

async function read({ adapter }: ActingRig, key: NativeKey): Promise<JobRecord> {
  const record = (await adapter.get('job', [key], testContext())).found.get(key);
  if (record === undefined) throw new Error(`No job ${key}.`);
  return record;
}

async function submitted(
  rig: ActingRig,
  asked: Parameters<typeof requestOf>[0] = LONG,
  nth = 1,
): Promise<JobRecord> {
  const answer = await rig.acting.submit(requestOf(asked), stampNo(nth), testContext());
  return read(rig, createdJob(answer).key);
}

async function ended(rig: ActingRig, nth = 1): Promise<JobRecord> {
  const { key } = await submitted(rig, ECHO, nth);
  rig.client.clock.advance(600_000);
  await rig.client.get('/tasks');
  return fresh(rig, key);
}

/** Read past whatever the client still holds. */
async function fresh(rig: ActingRig, key: NativeKey): Promise<JobRecord> {
  await expect
    .poll(async () => (await read(rig, key)).status.state, { timeout: 5_000 })
    .toMatch(/SUCCEEDED|CANCELLED/);
  return read(rig, key);
}

async function act(
  { acting }: ActingRig,
  action: Exclude<Action, 'RERUN'>,
  ...records: readonly WorkRecord[]
): Promise<ActionAnswer | undefined> {
  const targets = records.map((record) => ({ record, reason: null }));
  const answers = await acting.act(action, targets, testContext());
  expect([...answers.keys()]).toEqual(records.map(({ key }) => key));
  return [...answers.values()][0];
}

function taskOf(job: JobRecord): TaskRecord {
  const [task] = job.tasks ?? [];
  if (task === undefined) throw new Error('The job holds no task.');
  return task;
}

async function nativeJob(rig: ActingRig, tasks: number): Promise<JobRecord> {
  const { uuid } = await rig.client.post<{ uuid: string }>('/jobs/', { name: 'shots' });
  for (let i = 0; i < tasks; i++) await rig.client.submit('sleep 100000', { jobUuid: uuid });
  return read(rig, `j:${uuid}` as NativeKey);
}

describe('cancel', () => {
  it('aborts a bare task, by its job or by itself', async () => {
    const rig = await actingRig();
    const [one, two] = [await submitted(rig), await submitted(rig, LONG, 2)];
    expect(rig.acting.allowed(one)).toEqual(['CANCEL', 'DELETE']);
    expect(rig.acting.allowed(taskOf(one))).toEqual(['CANCEL', 'DELETE']);
    expect(await act(rig, 'CANCEL', one)).toEqual({ outcome: 'DONE', state: 'CANCELLING' });
    expect(await act(rig, 'CANCEL', taskOf(two))).toEqual({ outcome: 'DONE', state: 'CANCELLING' });
    rig.client.clock.advance(60_000);
    const cancelled = await fresh(rig, one.key);
    expect(cancelled.status.state).toBe('CANCELLED');
    expect(await act(rig, 'CANCEL', cancelled)).toEqual({ outcome: 'ALREADY' });
    expect(rig.acting.allowed(cancelled)).toEqual(['RERUN', 'DELETE']);
  });

  it('terminates a Qarnot job with all its tasks', async () => {
    const rig = await actingRig();
    const job = await nativeJob(rig, 2);
    expect(rig.acting.allowed(job)).toEqual(['CANCEL', 'DELETE']);
    expect(await act(rig, 'CANCEL', job)).toEqual({ outcome: 'DONE', state: 'CANCELLING' });
    rig.client.clock.advance(60_000);
    const cancelled = await fresh(rig, job.key);
    expect(cancelled.status.state).toBe('CANCELLED');
    expect(rig.acting.allowed(cancelled)).toEqual(['DELETE']);
  });

  it('cannot stop what has ended, seen before or only at the provider', async () => {
    const rig = await actingRig();
    const live = await submitted(rig, ECHO);
    rig.client.clock.advance(600_000);
    expect(await act(rig, 'CANCEL', live)).toMatchObject({
      outcome: 'REFUSED',
      error: { code: 'INVALID_STATE' },
    });
    const dead = await fresh(rig, live.key);
    rig.client.emulator.resetCalls();
    expect(await act(rig, 'CANCEL', dead)).toMatchObject({
      outcome: 'REFUSED',
      error: { code: 'INVALID_STATE' },
    });
    expect(rig.client.emulator.calls).toHaveLength(0);
    const other = await submitted(rig, LONG, 2);
    await rig.client.send('POST', `/tasks/${other.nativeRef.id}/abort`);
    rig.client.clock.advance(60_000);
    expect(await act(rig, 'CANCEL', other)).toEqual({ outcome: 'ALREADY' });
  });

  it('is forbidden where it is, missing where it is gone, unknown when nothing is answered', async () => {
    const rig = await actingRig({ upstream: { timeoutMs: 300 } });
    const job = await submitted(rig);
    const fault = (effect: Parameters<typeof rig.client.emulator.faults.set>[1]['effect']) =>
      rig.client.emulator.faults.set('f', { match: '/abort', times: 1, effect });
    fault({ kind: 'status', status: 403, body: '{"message":"No"}' });
    expect(await act(rig, 'CANCEL', job)).toMatchObject({ outcome: 'REFUSED', error: { code: 'FORBIDDEN' } });
    for (const effect of [
      { kind: 'hang' },
      { kind: 'reset', afterCommit: true },
      { kind: 'status', status: 503 },
    ] as const) {
      fault(effect);
      expect((await act(rig, 'CANCEL', job))?.outcome).toBe('UNKNOWN');
    }
    await rig.client.send('DELETE', `/tasks/${job.nativeRef.id}`);
    rig.client.clock.advance(60_000);
    expect(await act(rig, 'CANCEL', job)).toMatchObject({ outcome: 'REFUSED', error: { code: 'NOT_FOUND' } });
  });

  it('answers for each of many, and sends each once', async () => {
    const rig = await actingRig();
    const jobs: JobRecord[] = [];
    for (let nth = 1; nth <= 5; nth++) jobs.push(await submitted(rig, LONG, nth));
    rig.client.emulator.resetCalls();
    const targets = [...jobs, ...jobs].map((record) => ({ record, reason: null }));
    const answers = await rig.acting.act('CANCEL', targets, testContext());
    expect([...answers.values()]).toEqual(jobs.map(() => ({ outcome: 'DONE', state: 'CANCELLING' })));
    expect(rig.client.emulator.calls).toHaveLength(5);
  });
});

describe('delete', () => {
  it('removes tasks and jobs in any state, and takes "gone" for done', async () => {
    const rig = await actingRig();
    const [live, job] = [await submitted(rig), await nativeJob(rig, 1)];
    expect(await act(rig, 'DELETE', live, job)).toEqual({ outcome: 'DONE', state: null });
    rig.client.clock.advance(60_000);
    expect(await rig.client.get('/tasks')).toEqual([]);
    expect(await rig.client.get('/jobs')).toEqual([]);
    expect(await act(rig, 'DELETE', live)).toEqual({ outcome: 'ALREADY' });
    expect(await act(rig, 'DELETE', job)).toEqual({ outcome: 'ALREADY' });
  });

  it('leaves nothing to do to what is being deleted', async () => {
    const rig = await actingRig();
    const job = await submitted(rig);
    const leaving: JobRecord = { ...job, status: { ...job.status, state: 'CANCELLING', desired: 'DELETE' } };
    expect(rig.acting.allowed(leaving)).toEqual([]);
    expect(await act(rig, 'DELETE', leaving)).toEqual({ outcome: 'ALREADY' });
  });
});

it('neither suspends nor resumes, and touches no single instance', async () => {
  const rig = await actingRig();
  const job = await submitted(rig);
  const unsupported = { outcome: 'REFUSED', error: { code: 'UNSUPPORTED_OPERATION' } };
  expect(await act(rig, 'SUSPEND', job)).toMatchObject(unsupported);
  expect(await act(rig, 'RESUME', job)).toMatchObject(unsupported);
  const [execution] = taskOf(job).executions ?? [];
  if (execution === undefined) throw new Error('No execution.');
  expect(rig.acting.allowed(execution)).toEqual([]);
  expect(await act(rig, 'CANCEL', execution)).toMatchObject(unsupported);
});

describe('rerun', () => {
  const rerun = (rig: ActingRig, record: JobRecord, nth: number) =>
    rig.acting.rerun({ record, reason: null }, stampNo(nth, 'fedcba9876543210'), testContext());

  it('clones the task under a stamp of its own, with everything it was made of', async () => {
    const rig = await actingRig();
    const asked = {
      spec: {
        ...ECHO.spec,
        count: 3,
        labels: [
          { key: 'team', value: 'vfx' },
          { key: 'film', value: null },
        ],
      },
    };
    const first = await submitted(rig, asked);
    rig.client.clock.advance(600_000);
    const source = await fresh(rig, first.key);
    expect(rig.acting.allowed(source)).toEqual(['RERUN', 'DELETE']);
    const again = createdJob(await rerun(rig, source, 2));
    expect(again.key).not.toBe(source.key);
    expect(again).toMatchObject({
      name: 'probe',
      projectKey: source.projectKey,
      status: { state: 'QUEUED' },
    });
    expect(taskOf(again)).toMatchObject({
      count: 3,
      image: taskOf(source).image,
      command: taskOf(source).command,
    });
    const shown = await read(rig, again.key);
    expect(shown.labels).toEqual(again.labels);
    expect(again.labels).toEqual([
      { key: 'team', value: 'vfx' },
      { key: 'gridweave-key', value: stampNo(2).id },
      { key: 'gridweave-spec', value: 'fedcba9876543210' },
      { key: 'film', value: null },
    ]);
    expect(await rerun(rig, source, 2)).toEqual({ outcome: 'EXISTS' });
    expect(await rig.acting.find(findTarget(stampNo(2), source), testContext())).toMatchObject({
      outcome: 'FOUND',
      records: [{ key: again.key }],
      specHash: 'fedcba9876543210',
    });
  });

  it('does not repeat the constants of its source in a refusal', async () => {
    const rig = await actingRig();
    const uuid = await rig.client.submit('true', { constants: [{ key: 'TOKEN', value: 's3cr3t-token' }] });
    rig.client.clock.advance(600_000);
    const source = await fresh(rig, `t:${uuid}` as NativeKey);
    const body = JSON.stringify({ message: 'Bad constant TOKEN: s3cr3t-token' });
    rig.client.emulator.faults.set('f', { match: '/clone', effect: { kind: 'status', status: 400, body } });
    const answer = await rerun(rig, source, 2);
    if (answer.outcome !== 'REFUSED') throw new Error(answer.outcome);
    expect(answer.error.message).toContain('Bad constant TOKEN');
    expect(answer.error.message).not.toContain('s3cr3t');
  });

  it('opens a generation of a Qarnot job that holds one task, and refuses one that holds several', async () => {
    const rig = await actingRig();
    const { uuid } = await rig.client.post<{ uuid: string }>('/jobs/', { name: 'shots' });
    await rig.client.submit('true', { jobUuid: uuid });
    rig.client.clock.advance(600_000);
    const job = await fresh(rig, `j:${uuid}` as NativeKey);
    expect(rig.acting.allowed(job)).toEqual(['RERUN', 'DELETE']);
    const again = createdJob(await rerun(rig, job, 2));
    expect(again).toMatchObject({ key: job.key, generation: 2 });
    rig.client.clock.advance(600_000);
    await expect.poll(async () => (await read(rig, job.key)).tasks?.length, { timeout: 5_000 }).toBe(2);
    const two = await fresh(rig, job.key);
    expect(rig.acting.allowed(two)).toEqual(['DELETE']);
    expect(await rerun(rig, two, 3)).toMatchObject({
      outcome: 'REFUSED',
      error: { code: 'UNSUPPORTED_OPERATION' },
    });
  });

  it('refuses what still runs and what is gone, and does not know what was not answered', async () => {
    const rig = await actingRig({ upstream: { timeoutMs: 400 } });
    const live = await submitted(rig, LONG, 7);
    expect(await rerun(rig, live, 2)).toMatchObject({ outcome: 'REFUSED', error: { code: 'INVALID_STATE' } });
    const source = await ended(rig, 8);
    rig.client.emulator.faults.set('f', {
      match: '/clone',
      times: 1,
      effect: { kind: 'reset', afterCommit: true },
    });
    expect((await rerun(rig, source, 3)).outcome).toBe('UNKNOWN');
    expect((await rig.acting.find(findTarget(stampNo(3), source), testContext())).outcome).toBe('FOUND');
    rig.client.emulator.faults.set('f', { match: '/search', effect: { kind: 'status', status: 500 } });
    expect((await rerun(rig, source, 4)).outcome).toBe('REFUSED');
    rig.client.emulator.faults.clear();
    await act(rig, 'DELETE', source);
    expect(await rerun(rig, source, 5)).toMatchObject({ outcome: 'REFUSED', error: { code: 'NOT_FOUND' } });
  });
});
