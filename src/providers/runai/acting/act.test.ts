import { describe, expect, it } from 'vitest';
import { startActing } from '../../../../test/support/runai-acting.ts';
import { adapterOf, callContext, RunaiService, T0, uuid } from '../../../../test/support/runai-service.ts';
import type { Action } from '../../../model/actions.ts';
import { GridweaveError } from '../../../model/errors.ts';
import type { NativeKey } from '../../../model/ids.ts';
import type { JobRecord } from '../../../model/records.ts';
import type { FaultEffect } from '../../../sandbox/emulator.ts';
import type { ActionAnswer } from '../../acting.ts';

const DONE = (state: string | null) => ({ outcome: 'DONE', state });
const ALREADY = { outcome: 'ALREADY' };
const refusedWith = (code: string) => ({ outcome: 'REFUSED', error: { code } });

const LONG = { command: ['sleep', '600'] };
const SERVICE = [{ ...LONG, jobKind: 'SERVICE' as const }, { servingPort: { container: 80 } }] as const;

/** A record as it is read in a phase. */
async function inPhase(phase: string, wire: object = {}, settings: Record<string, unknown> = {}) {
  const model = new RunaiService();
  model.putWorkload(uuid(1), T0, { phase, ...wire });
  const adapter = adapterOf(model, settings);
  const { found } = await adapter.get('job', [uuid(1) as NativeKey], callContext());
  const record = found.get(uuid(1) as NativeKey)!;
  const act = async (action: Exclude<Action, 'RERUN'>): Promise<ActionAnswer> => {
    model.calls.length = 0;
    const answers = await adapter.acting!.act(action, [{ record, reason: null }], callContext());
    return answers.get(record.key)!;
  };
  return { record, allowed: adapter.acting!.allowed(record), act, model, adapter };
}

const ACTIVE = ['Creating', 'Pending', 'Initializing', 'Running', 'Degraded', 'Updating', 'Resuming', 'Unknown', 'Daydreaming']; // prettier-ignore

describe('what is allowed', () => {
  it.each<[readonly string[], object, readonly Action[]]>([
    [ACTIVE, {}, ['CANCEL', 'SUSPEND', 'DELETE']],
    [ACTIVE, { type: 'Inference', actionsSupport: { delete: true, suspend: false } }, ['CANCEL', 'DELETE']],
    [ACTIVE, { type: 'Workspace', actionsSupport: undefined }, ['CANCEL', 'SUSPEND', 'DELETE']],
    [ACTIVE, { type: 'Inference', actionsSupport: undefined }, ['CANCEL', 'DELETE']],
    [ACTIVE, { type: 'runai-job', actionsSupport: undefined }, ['CANCEL', 'DELETE']],
    [ACTIVE, { type: 'Pod', actionsSupport: { delete: false } }, []],
    [['Stopping', 'Suspending', 'Terminating'], {}, ['CANCEL', 'DELETE']],
    [['Stopped'], {}, ['CANCEL', 'RESUME', 'DELETE']],
    [['Stopped'], { type: 'Inference', actionsSupport: { suspend: false } }, ['RERUN', 'DELETE']],
    [['Completed', 'Failed'], {}, ['RERUN', 'DELETE']],
    [['Completed', 'Failed'], { type: 'PyTorchJob' }, ['DELETE']],
    [['Deleting'], {}, []],
    [['Running', 'Completed'], { deletedAt: '2026-03-02T10:00:00Z' }, []],
  ])('in %j with %j', async (phases, wire, actions) => {
    for (const phase of phases) expect((await inPhase(phase, wire)).allowed, phase).toEqual(actions);
  });

  it('leaves cancelling out where it is suspending, and has been done', async () => {
    const settings = { cancelBy: 'suspend' };
    expect((await inPhase('Running', {}, settings)).allowed).toEqual(['CANCEL', 'SUSPEND', 'DELETE']);
    expect((await inPhase('Stopped', {}, settings)).allowed).toEqual(['RESUME', 'DELETE']);
    expect((await inPhase('Stopping', {}, settings)).allowed).toEqual(['DELETE']);
    expect((await (await inPhase('Stopping', {}, settings)).act('CANCEL')).outcome).toBe('ALREADY');
  });

  it('knows since when distributed trainings can be suspended', async () => {
    const wire = { type: 'Distributed', actionsSupport: undefined };
    expect((await inPhase('Running', wire, { version: '2.19' })).allowed).not.toContain('SUSPEND');
    expect((await inPhase('Running', wire, { version: '2.20' })).allowed).toContain('SUSPEND');
  });

  it('is nothing for tasks and executions', async () => {
    const { record, adapter } = await inPhase('Running');
    const task = record.tasks![0]!;
    expect(adapter.acting!.allowed(task)).toEqual([]);
    const answers = await adapter.acting!.act('CANCEL', [{ record: task, reason: null }], callContext());
    expect(answers.get(task.key)).toMatchObject(refusedWith('UNSUPPORTED_OPERATION'));
  });
});

describe('what the state answers costs no call', () => {
  it.each<[Exclude<Action, 'RERUN'>, string, object, object]>([
    ['CANCEL', 'Deleting', {}, ALREADY],
    ['CANCEL', 'Stopped', { actionsSupport: { suspend: false } }, ALREADY],
    ['CANCEL', 'Completed', {}, refusedWith('INVALID_STATE')],
    ['CANCEL', 'Running', { deletedAt: '2026-03-02T10:00:00Z' }, ALREADY],
    ['DELETE', 'Deleting', {}, ALREADY],
    ['SUSPEND', 'Stopping', {}, ALREADY],
    ['SUSPEND', 'Stopped', {}, ALREADY],
    ['SUSPEND', 'Completed', {}, refusedWith('INVALID_STATE')],
    ['SUSPEND', 'Running', { actionsSupport: { suspend: false } }, refusedWith('UNSUPPORTED_OPERATION')],
    ['RESUME', 'Running', {}, ALREADY],
    ['RESUME', 'Resuming', {}, ALREADY],
    ['RESUME', 'Stopping', {}, refusedWith('INVALID_STATE')],
    ['RESUME', 'Unknown', {}, refusedWith('INVALID_STATE')],
    ['RESUME', 'Failed', {}, refusedWith('INVALID_STATE')],
  ])('%s of what is %s', async (action, phase, wire, answer) => {
    const { act, model } = await inPhase(phase, wire);
    expect(await act(action)).toMatchObject(answer);
    expect(model.calls).toEqual([]);
  });
});

describe.each(['2.18', '2.21', '2.24'] as const)('acting on %s', (version) => {
  it('suspends, resumes, cancels and deletes one by its own endpoint', async () => {
    const { job, act, read, rig, callsOf, acting } = await startActing({}, { version });
    const running = await job(LONG);
    expect(acting.allowed(running)).toEqual(['CANCEL', 'SUSPEND', 'DELETE']);
    expect(await act('SUSPEND', running)).toEqual([DONE('CANCELLING')]);
    expect(callsOf(`POST /api/v1/workloads/trainings/${running.key}/suspend`)).toBe(1);
    rig.pass(10_000);
    const suspended = (await read(running.key))!;
    expect(suspended.status.state).toBe('SUSPENDED');
    expect(await act('SUSPEND', suspended)).toEqual([ALREADY]);
    expect(await act('RESUME', suspended)).toEqual([DONE('PREPARING')]);
    rig.pass(10_000);
    const resumed = (await read(running.key))!;
    expect(resumed.status.state).toBe('RUNNING');
    expect(await act('CANCEL', resumed)).toEqual([DONE('CANCELLING')]);
    rig.pass(10_000);
    // It has ended for good, and is still told of.
    const cancelled = (await read(running.key))!;
    expect(cancelled.status).toMatchObject({ state: 'CANCELLED', reason: 'DELETED_UPSTREAM' });
    expect(acting.allowed(cancelled)).toEqual([]);
    const ended = await job();
    rig.pass(60_000);
    const succeeded = (await read(ended.key))!;
    expect(await act('DELETE', succeeded)).toEqual([DONE(null)]);
    expect(callsOf('batch')).toBe(0);
  });

  it('takes many at once where there is a batch, and one by one where there is none', async () => {
    const { job, act, read, rig, callsOf } = await startActing({}, { version });
    const jobs = [await job(LONG), await job({ ...LONG, jobKind: 'INTERACTIVE' }), await job(...SERVICE)];
    expect(await act('SUSPEND', ...jobs)).toMatchObject([
      DONE('CANCELLING'),
      DONE('CANCELLING'),
      refusedWith('UNSUPPORTED_OPERATION'),
    ]);
    const suspends = callsOf('/suspend');
    expect(suspends).toBe(version === '2.18' ? 2 : 0);
    rig.pass(10_000);
    const now = await Promise.all(jobs.map(async ({ key }) => (await read(key))!));
    expect(now.map(({ status }) => status.state)).toEqual(['SUSPENDED', 'SUSPENDED', 'RUNNING']);
    expect(await act('RESUME', ...now)).toEqual([DONE('PREPARING'), DONE('PREPARING'), ALREADY]);
    rig.pass(10_000);
    expect(await act('CANCEL', ...now)).toEqual(now.map(() => DONE('CANCELLING')));
    rig.pass(10_000);
    expect(await rig.list()).toEqual([]);
    expect(callsOf('DELETE')).toBe(version === '2.18' ? 3 : 0);
    // The release that has no batch was asked once.
    expect(callsOf('/batch')).toBe(version === '2.18' ? 1 : 3);
  });

  it('cancels by suspending where that is set, and what cannot be suspended by deleting', async () => {
    const { job, act, read, rig } = await startActing({ cancelBy: 'suspend' }, { version });
    const jobs = [await job(LONG), await job(...SERVICE)];
    expect(await act('CANCEL', ...jobs)).toEqual([DONE('CANCELLING'), DONE('CANCELLING')]);
    rig.pass(10_000);
    const states = await Promise.all(jobs.map(async ({ key }) => (await read(key))?.status.state));
    expect(states).toEqual(['SUSPENDED', 'CANCELLED']);
  });

  it('an answer without a body is one', async () => {
    const { job, act } = await startActing({}, { version, emptyAccepted: true });
    expect(await act('SUSPEND', await job(LONG))).toEqual([DONE('CANCELLING')]);
  });
});

describe('many', () => {
  it('go in batches of a hundred', async () => {
    const { act, list, rig, callsOf, adapter } = await startActing({}, { world: { jobsPerSite: 250 } });
    const query = {
      after: null,
      limit: 400,
      filter: {},
      order: { field: 'CREATED_AT', direction: 'DESC' },
    } as const;
    const jobs = (await adapter.list('job', query, callContext())).rows.map(({ record }) => record);
    expect(jobs.length).toBeGreaterThan(100);
    const answers = await act('DELETE', ...jobs);
    expect(answers.every(({ outcome }) => outcome !== 'REFUSED' && outcome !== 'UNKNOWN')).toBe(true);
    expect(callsOf('/batch')).toBe(Math.ceil(jobs.length / 100));
    rig.pass(60_000);
    expect(await list()).toEqual([]);
  });

  it('of a kind that is not known are asked for by the batch, and without one of every kind', async () => {
    const record = await (async (): Promise<JobRecord> =>
      (await inPhase('Running', { type: 'runai-job' })).record)();
    const model = new RunaiService();
    const { acting } = adapterOf(model, { version: '2.18' });
    model.scripted.set(`/api/v1/workloads/workspaces/${uuid(1)}`, { status: 202, body: '' });
    const answers = await acting!.act('DELETE', [{ record, reason: null }], callContext());
    expect(answers.get(record.key)).toEqual(DONE(null));
    expect(model.calls).toEqual(['trainings', 'workspaces'].map((kind) => `DELETE /api/v1/workloads/${kind}/${uuid(1)}`)); // prettier-ignore
    model.calls.length = 0;
    const newer = adapterOf(model);
    model.scripted.set('/api/v1/workloads/batch', {
      body: JSON.stringify({ id: 'b', succeeded: [uuid(1)] }),
    });
    expect((await newer.acting!.act('DELETE', [{ record, reason: null }], callContext())).get(record.key)).toEqual(DONE(null)); // prettier-ignore
    expect(model.calls).toEqual(['POST /api/v1/workloads/batch']);
  });

  it('are answered for one by one', async () => {
    const { job, act, rig } = await startActing();
    const [gone, there] = [await job(LONG), await job(LONG)];
    await act('DELETE', gone);
    rig.pass(10_000);
    expect(await act('DELETE', gone, there)).toEqual([ALREADY, DONE(null)]);
    const third = await job(LONG);
    expect(await act('SUSPEND', gone, third)).toMatchObject([refusedWith('NOT_FOUND'), DONE('CANCELLING')]);
    rig.emulator.faults.set('f', {
      match: '/batch',
      effect: { kind: 'garbage', body: '{"id":"x","succeeded":[]}' },
    });
    expect(await act('DELETE', third, there)).toMatchObject([{ outcome: 'UNKNOWN' }, { outcome: 'UNKNOWN' }]);
  });
});

describe('one that is not there any more', () => {
  it('was deleted already, and cannot be suspended', async () => {
    const { job, act, rig } = await startActing();
    const gone = await job(LONG);
    await act('DELETE', gone);
    rig.pass(10_000);
    expect(await act('CANCEL', gone)).toEqual([ALREADY]);
    expect(await act('SUSPEND', gone)).toMatchObject([refusedWith('NOT_FOUND')]);
  });

  it('is not taken for deleted when another endpoint would have known it', async () => {
    const { record, adapter, model } = await inPhase('Running', { type: 'Training' });
    model.scripted.set(`/api/v1/workloads/trainings/${uuid(1)}`, { status: 404, body: '{"code":404,"message":"workload not found"}' }); // prettier-ignore
    const answers = await adapter.acting!.act('DELETE', [{ record, reason: null }], callContext());
    expect(answers.get(record.key)).toMatchObject(refusedWith('NOT_FOUND'));
  });
});

describe('an action whose answer is bad', () => {
  const status = (status: number): FaultEffect => ({ kind: 'status', status });
  const FAULTS: [string, FaultEffect, 'UNKNOWN' | 'REFUSED', string][] = [
    ['a reset after it took effect', { kind: 'reset', afterCommit: true }, 'UNKNOWN', 'PROVIDER_UNAVAILABLE'],
    ['an answer after the timeout', { kind: 'latency', ms: 900 }, 'UNKNOWN', 'PROVIDER_TIMEOUT'],
    ['no answer at all', { kind: 'hang' }, 'UNKNOWN', 'PROVIDER_TIMEOUT'],
    ['a failure', status(500), 'UNKNOWN', 'PROVIDER_UNAVAILABLE'],
    ['no service', status(503), 'UNKNOWN', 'PROVIDER_UNAVAILABLE'],
    ['no permission', status(403), 'REFUSED', 'FORBIDDEN'],
    ['too many calls', status(429), 'REFUSED', 'RATE_LIMITED'],
  ];
  it.each(FAULTS)('by %s', async (_, effect, outcome, code) => {
    const { job, act, rig, callsOf } = await startActing({}, { timeoutMs: 400 });
    const jobs = [await job(LONG), await job(LONG)];
    rig.emulator.resetCalls();
    rig.emulator.faults.set('one', { match: '/suspend', effect });
    rig.emulator.faults.set('many', { match: '/batch', effect });
    expect(await act('SUSPEND', jobs[0]!)).toMatchObject([{ outcome, error: { code } }]);
    expect(await act('DELETE', ...jobs)).toMatchObject(jobs.map(() => ({ outcome, error: { code } })));
    expect([callsOf('/suspend'), callsOf('/batch')]).toEqual([1, 1]);
  }); // prettier-ignore

  it('is refused for what no call is left', async () => {
    const { job, acting } = await startActing();
    const record = await job(LONG);
    const spent = { ...callContext(), budget: { spent: 1, limit: 1, take: () => { throw new GridweaveError('CALL_BUDGET_EXCEEDED', 'none'); } } }; // prettier-ignore
    const answers = await acting.act('DELETE', [{ record, reason: null }], spent);
    expect(answers.get(record.key)).toMatchObject(refusedWith('CALL_BUDGET_EXCEEDED'));
  });
});
