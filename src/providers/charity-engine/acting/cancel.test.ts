import { describe, expect, it } from 'vitest';
import { created, PRESETS, requestOf, startActing } from '../../../../test/support/charity-engine-acting.ts';
import { callContext } from '../../../../test/support/fake-charity-engine.ts';
import type { NativeKey } from '../../../model/ids.ts';
import type { JobRecord } from '../../../model/records.ts';
import type { ActionAnswer, ActionTarget } from '../../acting.ts';
import type { FaultEffect } from '../../../sandbox/emulator.ts';

const SECOND = 1_000;

async function start(settings: object, options: Parameters<typeof startActing>[1] = {}) {
  const service = await startActing(settings, options);
  const submitOne = async (...command: string[]): Promise<JobRecord> =>
    created(await service.submit(requestOf(command.length === 0 ? { command: ['#emu:hang'] } : { command })))
      .records[0]!;
  const cancel = async (
    ...records: ActionTarget['record'][]
  ): Promise<ReadonlyMap<NativeKey, ActionAnswer>> => {
    service.rig.emulator.resetCalls();
    const targets = records.map((record) => ({ record, reason: null }));
    return service.acting.act('CANCEL', targets, callContext());
  };
  return { ...service, submitOne, cancel };
}

/** As somebody made it who is not this gateway. */
const elsewhere = async (service: Awaited<ReturnType<typeof start>>): Promise<JobRecord> =>
  (await service.read((await service.rig.create('#emu:hang')) as NativeKey))!;

describe.each(PRESETS)('a cancellation (%s)', (_, settings) => {
  it('is accepted, and ends as what was asked for', async () => {
    const { submitOne, cancel, acting, pass, read, callsOf } = await start(settings);
    const [a, b] = [await submitOne(), await submitOne()];
    pass(60 * SECOND);
    const running = await read(a.key);
    expect(running?.status.state).toBe('RUNNING');
    expect(acting.actions).toEqual({ job: ['CANCEL'] });
    expect([acting.allowed(running!), acting.allowed(running!.tasks![0]!)]).toEqual([['CANCEL'], []]);
    const answers = await cancel(running!, b);
    expect([...answers]).toEqual([a, b].map(({ key }) => [key, { outcome: 'DONE', state: 'CANCELLING' }]));
    expect(callsOf('')).toBe(1);
    pass(60 * SECOND);
    const ended = await read(a.key);
    expect(ended?.status).toMatchObject({ state: 'CANCELLED', reason: 'USER_REQUEST' });
    expect(acting.allowed(ended!)).toEqual([]);
    expect([...(await cancel(ended!)).values()]).toEqual([{ outcome: 'ALREADY' }]);
    expect(callsOf('')).toBe(0);
  });

  it.each<[string, FaultEffect, 'UNKNOWN' | 'REFUSED', string]>([
    ['a reset after it took effect', { kind: 'reset', afterCommit: true }, 'UNKNOWN', 'PROVIDER_UNAVAILABLE'],
    ['an answer after the timeout', { kind: 'latency', ms: 900 }, 'UNKNOWN', 'PROVIDER_TIMEOUT'],
    ['no answer at all', { kind: 'hang' }, 'UNKNOWN', 'PROVIDER_TIMEOUT'],
    ['a failure', { kind: 'status', status: 500 }, 'UNKNOWN', 'PROVIDER_UNAVAILABLE'],
    ['garbage', { kind: 'garbage', body: '<html>' }, 'UNKNOWN', 'PROVIDER_PROTOCOL'],
    ['too many calls', { kind: 'status', status: 429 }, 'REFUSED', 'RATE_LIMITED'],
    ['an expired credential', { kind: 'unauthorized' }, 'REFUSED', 'UNAUTHENTICATED'],
  ])('that meets %s', async (_, effect, outcome, code) => {
    const { submitOne, cancel, rig, known, callsOf, pass, read } = await start(settings);
    const jobs = [await submitOne(), await submitOne()];
    rig.emulator.faults.set('f', { effect });
    const answers = await cancel(...jobs);
    expect([...answers.values()]).toMatchObject([{ outcome, error: { code } }, { outcome, error: { code } }]);
    expect(callsOf('')).toBe(1);
    rig.emulator.faults.clear();
    // What may have taken effect was asked for by this gateway, whatever becomes of it.
    const marks = jobs.map(({ key }) => known.get(key)?.cancelRequestedAt ?? null);
    expect(marks.every((at) => (at !== null) === (outcome === 'UNKNOWN'))).toBe(true);
    pass(60 * SECOND);
    const took = 'afterCommit' in effect || effect.kind === 'latency';
    expect((await read(jobs[0]!.key))?.status.state).toBe(took ? 'CANCELLED' : 'RUNNING');
  }); // prettier-ignore

  it('is not spoilt by one job that is not there', async () => {
    const service = await start(settings);
    const jobs = [await service.submitOne(), await service.submitOne(), await service.submitOne()];
    const stranger = { ...jobs[0]!, key: 'f'.repeat(32) as NativeKey };
    const answers = await service.cancel(jobs[0]!, stranger, jobs[1]!, jobs[2]!);
    expect(answers.get(stranger.key)).toMatchObject({ outcome: 'REFUSED', error: { code: 'NOT_FOUND' } });
    expect(jobs.map(({ key }) => answers.get(key)?.outcome)).toEqual(['DONE', 'DONE', 'DONE']);
    expect(service.known.get(stranger.key)).toBeNull();
  });

  it('asks for no more jobs in one call than the settings allow', async () => {
    const service = await start({ ...settings, idsPerStatus: 2 });
    const jobs = [];
    for (let i = 0; i < 5; i += 1) jobs.push(await service.submitOne());
    const answers = await service.cancel(...jobs);
    expect([...answers.values()].map(({ outcome }) => outcome)).toEqual(Array(5).fill('DONE'));
    expect(service.callsOf('')).toBe(3);
  });

  it('of a job that was made elsewhere makes the gateway know it', async () => {
    const service = await start(settings);
    const job = await elsewhere(service);
    expect(await service.list()).toEqual([]);
    expect((await service.cancel(job)).get(job.key)).toMatchObject({ outcome: 'DONE' });
    service.pass(60 * SECOND);
    expect(await service.list()).toMatchObject([{ key: job.key, createdAt: job.createdAt, status: { state: 'CANCELLED' } }]); // prettier-ignore
    // Importing it afterwards does not make that forgotten.
    await service.adapter.importJobs!([{ id: job.key }], callContext());
    expect((await service.read(job.key))?.status.reason).toBe('USER_REQUEST');
  });

  it('refused for a job that has just ended is none', async () => {
    const service = await start(settings);
    const job = await service.submitOne('sleep', '1');
    service.pass(120 * SECOND);
    const effect = { kind: 'garbage', body: '{"success":false,"error":"already over"}' } as const;
    service.rig.emulator.faults.set('f', { effect, times: 1 });
    expect((await service.cancel(job)).get(job.key)).toEqual({ outcome: 'ALREADY' });
    expect((await service.read(job.key))?.status.state).toBe('SUCCEEDED');
  });
});

describe('what cannot be done', () => {
  it('is not allowed, and refused without a call', async () => {
    const { submitOne, cancel, acting, rig } = await start({});
    const job = await submitOne();
    expect([acting.actions, acting.allowed(job)]).toEqual([{}, []]);
    const answer = (await cancel(job)).get(job.key);
    expect(answer).toMatchObject({ outcome: 'REFUSED', error: { code: 'UNSUPPORTED_OPERATION', message: expect.stringContaining('endpoints.cancel') } }); // prettier-ignore
    for (const action of ['SUSPEND', 'RESUME', 'DELETE'] as const) {
      const answers = await acting.act(action, [{ record: job, reason: null }], callContext());
      expect(answers.get(job.key)).toMatchObject({ outcome: 'REFUSED', error: { code: 'UNSUPPORTED_OPERATION' } }); // prettier-ignore
    }
    const again = await acting.rerun({ record: job, reason: null }, { id: 'x', specHash: 'y' }, callContext()); // prettier-ignore
    expect(again).toMatchObject({ outcome: 'REFUSED', error: { code: 'UNSUPPORTED_OPERATION' } });
    expect(rig.emulator.calls).toEqual([]);
  });

  it('is to cancel a part of a job', async () => {
    const { submitOne, cancel, rig } = await start({ preset: 'rpc' });
    const [task] = (await submitOne()).tasks!;
    expect((await cancel(task!)).get(task!.key)).toMatchObject({ outcome: 'REFUSED', error: { code: 'UNSUPPORTED_OPERATION' } }); // prettier-ignore
    expect(rig.emulator.calls).toEqual([]);
  });

  it('is to ask for more calls than the operation may make: what was done before is told', async () => {
    const { submitOne, acting, known } = await start({ preset: 'rpc', idsPerStatus: 1 });
    const jobs = [await submitOne(), await submitOne()];
    const { createCallBudget } = await import('../../../upstream/call-budget.ts');
    const ctx = () => ({ ...callContext(), budget: createCallBudget(1) });
    const targets = jobs.map((record) => ({ record, reason: null }));
    const answers = await acting.act('CANCEL', targets, ctx());
    expect([...answers.values()]).toMatchObject([{ outcome: 'DONE' }, { outcome: 'REFUSED', error: { code: 'CALL_BUDGET_EXCEEDED' } }]); // prettier-ignore
    expect(known.get(jobs[1]!.key)?.cancelRequestedAt).toBeNull();
    const spent = ctx();
    spent.budget.take();
    await expect(acting.act('CANCEL', targets, spent)).rejects.toMatchObject({
      code: 'CALL_BUDGET_EXCEEDED',
    });
  });
});
