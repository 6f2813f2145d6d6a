import { describe, expect, it } from 'vitest';
import {
  connectActing,
  createdOf,
  requestOf,
  STAMP,
  startActing,
  summaryOf,
  type EmulatedActing,
} from '../../../../test/support/bacalhau-acting.ts';
import { JOBS } from '../../../../test/support/bacalhau-emulator.ts';
import type { NativeKey } from '../../../model/ids.ts';
import type { JobRecord } from '../../../model/records.ts';
import type { Fault } from '../../../sandbox/emulator.ts';
import { DEFAULT_UPSTREAM_OPTIONS } from '../../../upstream/options.ts';
import type { ActionAnswer } from '../../acting.ts';

const LONG = requestOf({ command: ['sh', '-c'], args: ['sleep 3600'] });
const SHORT = requestOf({ command: ['sh', '-c'], args: ['echo hi'] });
const FAILS = requestOf({ args: ['x'], resources: { cpuMillis: null, memoryBytes: null, diskBytes: null, gpuMillis: 99_000, gpuModel: null } }); // prettier-ignore

/** The job once the world went on for a while. */
async function after(rig: EmulatedActing, ms: number, key: NativeKey): Promise<JobRecord> {
  for (let passed = 0; passed < ms; passed += 10_000) {
    rig.pass(10_000);
    await rig.get(`${JOBS}/${key}`);
  }
  return rig.read(key);
}

async function cancel(
  rig: EmulatedActing,
  record: JobRecord,
  reason: string | null = null,
): Promise<ActionAnswer> {
  const answer = (await rig.acting.act('CANCEL', [{ record, reason }], rig.ctx())).get(record.key);
  if (answer === undefined) throw new Error('no answer for the job');
  return answer;
}

const rerun = (rig: EmulatedActing, record: JobRecord) =>
  rig.acting.rerun({ record, reason: 'again' }, STAMP, rig.ctx());

describe.each(['1.9.3', '1.7.0', '1.4.0'] as const)('cancelling at %s', (version) => {
  it('stops what runs, once, and tells its reason', async () => {
    const rig = await startActing({ version });
    const waiting = createdOf(await rig.submit(LONG));
    expect(rig.acting.allowed(waiting)).toEqual(['CANCEL']);
    const running = await after(rig, 60_000, waiting.key);
    expect(running.status.state).toBe('RUNNING');
    expect(rig.acting.allowed(running)).toContain('CANCEL');
    expect(await cancel(rig, running, 'superseded & <done>')).toEqual({
      outcome: 'DONE',
      state: 'CANCELLED',
    });
    const stopped = await rig.read(running.key);
    expect(stopped.status).toMatchObject({ state: 'CANCELLED', message: 'superseded & <done>' });
    expect(rig.acting.allowed(stopped)).not.toContain('CANCEL');
    expect(await cancel(rig, running)).toEqual({ outcome: 'ALREADY' });
  });

  it('refuses what has ended, or is not there', async () => {
    const rig = await startActing({ version });
    const done = await after(rig, 600_000, createdOf(await rig.submit(SHORT)).key);
    expect(done.status.state).toBe('SUCCEEDED');
    expect(rig.acting.allowed(done)).not.toContain('CANCEL');
    expect(summaryOf(await cancel(rig, done))).toBe('REFUSED INVALID_STATE');
    const stamp = { ...STAMP, id: 'f'.repeat(26) };
    const failed = await after(rig, 60_000, createdOf(await rig.submit(FAILS, stamp)).key);
    expect(failed.status.state).toBe('FAILED');
    expect(summaryOf(await cancel(rig, failed))).toBe('REFUSED INVALID_STATE');
    const gone = { ...done, key: 'j-00000000-0000-4000-8000-000000000000' as NativeKey };
    expect(summaryOf(await cancel(rig, gone))).toBe('REFUSED NOT_FOUND');
    expect(summaryOf(await cancel(rig, { ...done, key: '..' as NativeKey }))).toBe('REFUSED NOT_FOUND');
  });

  it.each<[string, Fault['effect'], string]>([
    ['the answer is lost', { kind: 'reset', afterCommit: true }, 'UNKNOWN PROVIDER_UNAVAILABLE'],
    ['the connection is lost', { kind: 'reset' }, 'UNKNOWN PROVIDER_UNAVAILABLE'],
    ['it hangs', { kind: 'hang' }, 'UNKNOWN PROVIDER_TIMEOUT'],
    ['it fails', { kind: 'status', status: 500, body: '{"Message":"x"}' }, 'UNKNOWN PROVIDER_UNAVAILABLE'],
    ['it may not', { kind: 'status', status: 403 }, 'REFUSED FORBIDDEN'],
  ])('is honest when %s', async (_, effect, outcome) => {
    const rig = await startActing({ version }, 300);
    const record = createdOf(await rig.submit(LONG));
    rig.emulator.faults.set('f', { match: 'DELETE ', times: 1, effect });
    expect(summaryOf(await cancel(rig, record))).toBe(outcome);
    // Stopping twice is stopping once.
    expect(['DONE', 'ALREADY']).toContain((await cancel(rig, record)).outcome);
  });

  it('does not take refusals for trouble', async () => {
    const rig = await startActing({ version });
    const done = await after(rig, 600_000, createdOf(await rig.submit(SHORT)).key);
    const touchy = {
      ...rig,
      ...connectActing(rig.emulator.url, {}, { breaker: DEFAULT_UPSTREAM_OPTIONS.breaker }),
    };
    for (let i = 0; i < 20; i += 1) {
      expect(summaryOf(await cancel(touchy, done))).toBe('REFUSED INVALID_STATE');
      if (version === '1.9.3') expect(summaryOf(await touchy.submit(SHORT))).toBe('EXISTS');
    }
    rig.emulator.faults.set('f', {
      match: 'DELETE ',
      effect: { kind: 'status', status: 500, body: '{"Message":"x"}' },
    });
    for (let i = 0; i < 60; i += 1) await cancel(touchy, done);
    const answer = await cancel(touchy, done);
    expect(summaryOf(answer)).toBe('REFUSED PROVIDER_UNAVAILABLE');
  });

  it('answers for each of many, and does nothing else', async () => {
    const rig = await startActing({ version });
    const records: JobRecord[] = [];
    for (const letter of ['a', 'b', 'c']) {
      records.push(createdOf(await rig.submit(LONG, { ...STAMP, id: letter.repeat(26) })));
    }
    const targets = records.map((record) => ({ record, reason: null }));
    const answers = await rig.acting.act('CANCEL', targets, rig.ctx({ calls: 2 }));
    expect([...answers.values()].map(summaryOf)).toEqual(['DONE', 'DONE', 'REFUSED CALL_BUDGET_EXCEEDED']);
    for (const action of ['SUSPEND', 'RESUME', 'DELETE'] as const) {
      const refused = await rig.acting.act(action, targets.slice(2), rig.ctx());
      expect([...refused.values()].map(summaryOf)).toEqual(['REFUSED UNSUPPORTED_OPERATION']);
    }
    const signal = AbortSignal.abort();
    const left = await rig.acting.act('CANCEL', targets.slice(2), rig.ctx({ signal }));
    expect([...left.values()].map(summaryOf)).toEqual(['REFUSED CANCELLED']);
  });
});

describe('running again', () => {
  it('opens a generation of what ran, and of what runs', async () => {
    const rig = await startActing({ rerunsLeak: true });
    const submitted = createdOf(await rig.submit(SHORT));
    expect(summaryOf(await rerun(rig, submitted))).toBe('REFUSED INVALID_STATE');
    const done = await after(rig, 600_000, submitted.key);
    expect(rig.acting.allowed(done)).toEqual(['RERUN']);
    const answer = await rerun(rig, done);
    const record = createdOf(answer);
    expect(record).toMatchObject({
      key: done.key,
      generation: 2,
      status: { state: 'QUEUED' },
      endedAt: null,
    });
    expect(record.revision).toBeGreaterThan(done.revision);
    const read = await rig.read(done.key);
    expect([read.generation, read.revision]).toEqual([record.generation, record.revision]);
    expect(record.tasks?.[0]).toMatchObject({
      generation: 2,
      status: { state: 'QUEUED', confidence: 'DERIVED' },
    });
    expect(rig.acting.allowed(record)).toEqual(['CANCEL']);
  });

  it('is found by its generation, whatever became of the answer', async () => {
    const rig = await startActing({}, 300);
    const done = await after(rig, 600_000, createdOf(await rig.submit(SHORT)).key);
    const rerunOf = { key: done.key, generation: done.generation };
    expect(rig.acting.rerunTraits).toMatchObject({ once: 'LOOKUP' });
    for (const effect of [{ kind: 'reset' }, { kind: 'hang' }, { kind: 'status', status: 503 }] as const) {
      rig.emulator.faults.set('f', { match: '/rerun', times: 1, effect });
      expect((await rerun(rig, done)).outcome).toBe('UNKNOWN');
      expect(await rig.find({ rerunOf })).toEqual({ outcome: 'ABSENT' });
    }
    rig.emulator.faults.set('f', { match: '/rerun', times: 1, effect: { kind: 'reset', afterCommit: true } });
    expect((await rerun(rig, done)).outcome).toBe('UNKNOWN');
    expect(await rig.find({ rerunOf })).toMatchObject({
      outcome: 'FOUND',
      records: [{ key: done.key, generation: 2 }],
      specHash: null,
    });
    const key = 'j-00000000-0000-4000-8000-000000000000' as NativeKey;
    expect(await rig.find({ rerunOf: { key, generation: 1 } })).toEqual({ outcome: 'ABSENT' });
  });

  it('leaves a server that is older alone, or hears from it that it is', async () => {
    const rig = await startActing({ version: '1.7.0' });
    await rig.learnVersion();
    const done = await after(rig, 600_000, createdOf(await rig.submit(SHORT)).key);
    expect([rig.acting.actions, rig.acting.allowed(done)]).toEqual([{ job: ['CANCEL'] }, []]);
    rig.emulator.resetCalls();
    expect(summaryOf(await rerun(rig, done))).toBe('REFUSED UNSUPPORTED_OPERATION');
    expect(rig.emulator.calls).toEqual([]);
    const fresh = { ...rig, ...rig.again() };
    expect(fresh.acting.actions).toEqual({ job: ['CANCEL', 'RERUN'] });
    expect(summaryOf(await rerun(fresh, done))).toBe('REFUSED UNSUPPORTED_OPERATION');
  });

  it('asks before it sends an id that could be the beginning of others', async () => {
    const rig = await startActing({ rerunsLeak: true });
    const body = (id: string, name: string) => ({
      Job: { ID: id, Name: name, Type: 'service', Tasks: [{ Name: 'm', Engine: { Type: 'docker', Params: { Image: 'a' } } }] },
    });
    await rig.call('PUT', JOBS, body('own-1', 'one'));
    const record = await after(rig, 60_000, 'own-1' as NativeKey);
    expect(record.status.state).toBe('RUNNING');
    await rig.call('PUT', JOBS, body('own-10', 'ten'));
    rig.emulator.resetCalls();
    expect(summaryOf(await rerun(rig, record))).toBe('REFUSED NOT_FOUND');
    expect(rig.emulator.calls.map(({ method }) => method)).toEqual(['GET']);
    // The store is not locked: writes go on.
    expect(summaryOf(await rig.submit())).toBe('CREATED');
    const ten = await after(rig, 60_000, 'own-10' as NativeKey);
    expect(createdOf(await rerun(rig, ten)).generation).toBe(2);
  }); // prettier-ignore

  it('of a job that went on since it was read is refused by the server', async () => {
    const rig = await startActing({});
    const done = await after(rig, 600_000, createdOf(await rig.submit(SHORT)).key);
    createdOf(await rerun(rig, done));
    expect(summaryOf(await rerun(rig, done))).toBe('REFUSED INVALID_STATE');
    const key = 'j-00000000-0000-4000-8000-000000000000' as NativeKey;
    expect(summaryOf(await rerun(rig, { ...done, key }))).toBe('REFUSED NOT_FOUND');
  });

  it('is nothing for tasks and executions', async () => {
    const rig = await startActing({});
    const [task] = createdOf(await rig.submit()).tasks ?? [];
    if (task === undefined) throw new Error('no task');
    expect(rig.acting.allowed(task)).toEqual([]);
    const answers = await rig.acting.act('CANCEL', [{ record: task, reason: null }], rig.ctx());
    expect([...answers.values()].map(summaryOf)).toEqual(['REFUSED UNSUPPORTED_OPERATION']);
  });
});
