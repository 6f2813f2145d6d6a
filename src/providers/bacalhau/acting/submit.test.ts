import { describe, expect, it, onTestFinished } from 'vitest';
import {
  connectActing,
  createdOf,
  OTHER_SPEC,
  requestOf,
  STAMP,
  startActing,
  summaryOf,
} from '../../../../test/support/bacalhau-acting.ts';
import { JOBS, type JobOnWire, type Page } from '../../../../test/support/bacalhau-emulator.ts';
import { startBacalhauEmulator } from '../../../sandbox/bacalhau/emulator.ts';
import { BACALHAU_FAULTS } from '../../../sandbox/bacalhau/faults.ts';
import type { Fault } from '../../../sandbox/emulator.ts';

const VERSIONS = ['1.9.3', '1.7.0', '1.4.0'] as const;
const PUT = `PUT ${JOBS}`;

async function jobsOf(rig: Awaited<ReturnType<typeof startActing>>): Promise<readonly JobOnWire[]> {
  const answer = await rig.get(`${JOBS}?namespace=*`);
  return answer.json<Page<JobOnWire>>().Items;
}

describe.each(VERSIONS)('a submission to %s', (version) => {
  const isNew = version === '1.9.3';

  it('makes one job, and tells what it is before it is read', async () => {
    const rig = await startActing({ version });
    await rig.learnVersion();
    const request = requestOf(
      { name: 'run-41', count: 2, labels: [{ key: 'team', value: 'nlp' }], queueTimeoutMs: 60_000 },
      null,
      'research',
    );
    const answer = await rig.submit(request);
    const record = createdOf(answer);
    expect(answer).toMatchObject({ outcome: 'CREATED', memo: null, warnings: [] });
    const [job, ...others] = await jobsOf(rig);
    expect(others).toEqual([]);
    expect(job).toMatchObject({
      ID: record.key,
      Name: 'run-41-abcdefghijklmnop',
      Namespace: 'research',
      Count: 2,
      Labels: {
        team: 'nlp',
        'gridweave-key': STAMP.id,
        'gridweave-spec': STAMP.specHash,
        'gridweave-name': 'run-41',
      },
    });
    // The same as what is read of it, but for the times, which are another clock's.
    const read = await rig.read(record.key);
    const times = { observedAt: 0, createdAt: 0, tasks: null };
    const still = (status: typeof read.status) => ({ ...status, since: null });
    expect({ ...record, ...times, status: still(record.status) }).toEqual({
      ...read,
      ...times,
      status: still(read.status),
    });
    expect(record.status.state).toBe('QUEUED');
    expect(record.tasks?.[0]).toMatchObject({ count: 2, image: 'alpine:3.20', engine: 'docker' });
  });

  it('is found by its stamp, in its namespace, also by a gateway that has just started', async () => {
    const rig = await startActing({ version });
    expect(await rig.find()).toEqual({ outcome: 'ABSENT' });
    const { key } = createdOf(await rig.submit(requestOf({}, null, 'research')));
    for (const gateway of [rig, rig.again(), rig.again({ assumeVersion: version })]) {
      const project = requestOf({}, null, 'research').project;
      expect(await gateway.find({ project })).toMatchObject({
        outcome: 'FOUND',
        records: [{ key }],
        specHash: STAMP.specHash,
      });
      expect(await gateway.find()).toEqual({ outcome: 'ABSENT' });
      const stamp = { ...STAMP, id: 'z'.repeat(26) };
      expect(await gateway.find({ project, stamp })).toEqual({ outcome: 'ABSENT' });
    }
  });

  it.each<[string, Fault, string, number | null]>([
    ['the answer is lost', { match: PUT, times: 1, effect: { kind: 'reset', afterCommit: true } }, 'UNKNOWN PROVIDER_UNAVAILABLE', 1],
    ['the connection is lost', { match: PUT, times: 1, effect: { kind: 'reset' } }, 'UNKNOWN PROVIDER_UNAVAILABLE', 0],
    ['it is slow', { match: PUT, times: 1, effect: { kind: 'latency', ms: 5_000 } }, 'UNKNOWN PROVIDER_TIMEOUT', null],
    ['it hangs', { match: PUT, times: 1, effect: { kind: 'hang' } }, 'UNKNOWN PROVIDER_TIMEOUT', 0],
    ['it fails', { match: PUT, times: 1, effect: { kind: 'status', status: 500, body: '{"Message":"no"}' } }, 'UNKNOWN PROVIDER_UNAVAILABLE', 0],
    ['a handler is over its time', { match: PUT, times: 1, ...BACALHAU_FAULTS.serverTimeout }, 'UNKNOWN PROVIDER_UNAVAILABLE', 0],
    ['a proxy lost it', { match: PUT, times: 1, effect: { kind: 'status', status: 408 } }, 'UNKNOWN PROVIDER_TIMEOUT', 0],
    ['the answer is cut off', { match: PUT, times: 1, effect: { kind: 'truncate', bytes: 10 } }, 'UNKNOWN PROVIDER_UNAVAILABLE', 1],
    ['the answer is no answer', { match: PUT, times: 1, effect: { kind: 'garbage', body: '{"a":1}' } }, 'UNKNOWN PROVIDER_PROTOCOL', 0],
    ['it is too much', { match: PUT, times: 1, ...BACALHAU_FAULTS.rateLimited }, 'REFUSED RATE_LIMITED', 0],
    ['the credential is none', { match: PUT, times: 1, effect: { kind: 'status', status: 401 } }, 'REFUSED UNAUTHENTICATED', 0],
    ['it is forbidden', { match: PUT, times: 1, effect: { kind: 'status', status: 403 } }, 'REFUSED FORBIDDEN', 0],
    ['it is led elsewhere', { match: PUT, times: 1, effect: { kind: 'status', status: 301 } }, 'REFUSED PROVIDER_PROTOCOL', 0],
  ])('knows what it does not know: %s', async (_, fault, outcome, made) => {
    const rig = await startActing({ version }, 300);
    await rig.learnVersion();
    rig.emulator.faults.set('f', fault);
    expect(summaryOf(await rig.submit())).toBe(outcome);
    if (made !== null) expect(rig.site.jobs.size).toBe(made);
    rig.emulator.faults.clear();
    // Whatever became of it: what a look finds is there, and what it does not find can be sent again.
    const seen = await rig.find();
    expect(seen.outcome).toBe(rig.site.jobs.size === 1 ? 'FOUND' : 'ABSENT');
    if (seen.outcome === 'ABSENT') createdOf(await rig.submit());
    expect(rig.site.jobs.size).toBe(1);
  }); // prettier-ignore

  it('a second time exists, where the server keeps names apart', async () => {
    const rig = await startActing({ version });
    await rig.learnVersion();
    expect(rig.acting.submission).toMatchObject({ once: isNew ? 'ENFORCED' : 'LOOKUP', lookFirst: isNew });
    createdOf(await rig.submit());
    const answers = await Promise.all([rig.submit(), rig.again().submit(), rig.submit()]);
    expect(answers.map(summaryOf)).toEqual(Array(3).fill(isNew ? 'EXISTS' : 'CREATED'));
    expect(rig.site.jobs.size).toBe(isNew ? 1 : 4);
    // Doubles of an older server are all found.
    expect(await rig.find()).toMatchObject({ records: { length: isNew ? 1 : 4 }, specHash: STAMP.specHash });
  });

  it('says what the server refuses, without what was sent in env', async () => {
    const rig = await startActing({ version });
    const body = JSON.stringify({
      Status: 400,
      Message: 'task main: bad value "hunter2\\u0026hunter2" of X (hunter2&hunter2)',
      Code: 'BadRequest',
      Component: 'JobStore',
      error: 'task main: bad value "hunter2&hunter2" of X',
    });
    rig.emulator.faults.set('f', { match: PUT, effect: { kind: 'status', status: 400, body } });
    const answer = await rig.submit(requestOf({ env: [{ name: 'X', value: 'hunter2&hunter2' }] }));
    expect(summaryOf(answer)).toBe('REFUSED PROVIDER_REFUSED');
    const message = answer.outcome === 'REFUSED' ? answer.error.message : '';
    expect(message).toContain('task main: bad value');
    expect(message).not.toContain('hunter2');
  });
});

describe('a submission', () => {
  it('before the version is known: what depends on it is judged once it is', async () => {
    const rig = await startActing({ version: '1.6.0' });
    const request = requestOf({ secretEnv: [{ name: 'TOKEN', secret: 'CI_TOKEN', key: null }] });
    expect(rig.acting.submission).toMatchObject({ once: 'LOOKUP', lookFirst: true });
    expect(rig.acting.plan(request).verdicts.every(({ verdict }) => verdict !== 'REFUSED')).toBe(true);
    const answer = await rig.submit(request);
    expect(summaryOf(answer)).toBe('REFUSED UNSUPPORTED_FIELD');
    expect(answer).toMatchObject({ error: { details: { field: 'spec.secretEnv.0.name' } } });
    expect(rig.acting.plan(request).verdicts.map(({ verdict }) => verdict)).toContain('REFUSED');
    expect(rig.emulator.calls.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'GET /api/v1/agent/version',
    ]);
    const plain = await rig.again().submit(requestOf());
    expect(summaryOf(plain)).toBe('CREATED');
  });

  it('is not sent when the version it depends on cannot be learned', async () => {
    const rig = await startActing({});
    rig.emulator.faults.set('f', { match: 'agent/version', effect: { kind: 'status', status: 503 } });
    const request = requestOf({}, { network: { type: 'BRIDGE' } });
    expect(summaryOf(await rig.submit(request))).toBe('REFUSED PROVIDER_UNAVAILABLE');
    rig.emulator.faults.clear();
    expect(summaryOf(await rig.submit(request))).toBe('CREATED');
  });

  it('of another specification is never sent over what is there', async () => {
    const rig = await startActing({});
    const { key } = createdOf(await rig.submit());
    // What a caller of `lookFirst` does.
    expect(await rig.find({ stamp: OTHER_SPEC })).toMatchObject({ outcome: 'FOUND', specHash: STAMP.specHash });
    // A job of this name that somebody else made is not ours, and may not be replaced either.
    await rig.call('PUT', JOBS, { Job: { Name: 'other-zzzzzzzzzzzzzzzz', Type: 'batch', Tasks: [{ Name: 'm', Engine: { Type: 'docker', Params: { Image: 'a' } } }] } });
    const stamp = { ...STAMP, id: 'z'.repeat(26) };
    await expect(rig.find({ name: 'other', stamp })).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(await rig.read(key)).toMatchObject({ generation: 1 });
  }); // prettier-ignore

  it('made by a server that has been upgraded since is found by its label', async () => {
    const rig = await startActing({ version: '1.7.0' });
    const { key } = createdOf(await rig.submit());
    await rig.emulator.close();
    const port = Number(new URL(rig.emulator.url).port);
    const upgraded = await startBacalhauEmulator({ world: rig.world, port, version: '1.9.3' });
    onTestFinished(() => upgraded.close());
    await rig.learnVersion();
    expect(rig.acting.submission?.once).toBe('ENFORCED');
    // What an older version made is in no index of names.
    const body = JSON.stringify({ Status: 404, Message: 'job not found: embed', Code: 'NotFound', Component: 'JobStore' }); // prettier-ignore
    upgraded.faults.set('f', { match: `GET ${JOBS}/embed`, effect: { kind: 'status', status: 404, body } });
    expect(await rig.find()).toMatchObject({ outcome: 'FOUND', records: [{ key }] });
    // A gateway that knows only the new one asks once.
    const fresh = rig.again();
    await fresh.learnVersion();
    expect(await fresh.find()).toEqual({ outcome: 'ABSENT' });
  });

  it('that never left is refused for certain', async () => {
    const { acting, ctx } = connectActing('http://127.0.0.1:1');
    const answer = await acting.submit(requestOf(), STAMP, ctx());
    expect(summaryOf(answer)).toBe('REFUSED PROVIDER_UNAVAILABLE');
    await expect(acting.submit(requestOf(), STAMP, ctx({ calls: 0 }))).rejects.toMatchObject({ code: 'CALL_BUDGET_EXCEEDED' }); // prettier-ignore
    const signal = AbortSignal.abort();
    await expect(acting.submit(requestOf(), STAMP, ctx({ signal }))).rejects.toMatchObject({
      code: 'CANCELLED',
    });
  });

  it('hands on warnings, and looks for what it cannot be sure of in the whole list', async () => {
    const rig = await startActing({ version: '1.7.0' });
    const body = JSON.stringify({ JobID: 'j-1', EvaluationID: 'x', Warnings: ['a\nb hunter2', '', 7] });
    rig.emulator.faults.set('f', { match: PUT, effect: { kind: 'garbage', body } });
    const answer = await rig.submit(requestOf({ env: [{ name: 'X', value: 'hunter2' }] }));
    expect(answer).toMatchObject({ outcome: 'CREATED', warnings: ['a b [redacted]'] });
    rig.emulator.faults.clear();
    // A list that does not end, for whatever reason, proves nothing.
    const page = JSON.stringify({ NextToken: 'Ok46MTA6MTA', Items: [] });
    rig.emulator.faults.set('g', { match: `GET ${JOBS}`, effect: { kind: 'garbage', body: page } });
    await expect(rig.find()).rejects.toMatchObject({ code: 'PROVIDER_PROTOCOL' });
    // Nor does a row that cannot be read.
    const row = { Labels: { 'gridweave-key': STAMP.id } };
    const list = JSON.stringify({ NextToken: '', Items: [row] });
    rig.emulator.faults.set('g', { match: `GET ${JOBS}`, effect: { kind: 'garbage', body: list } });
    await expect(rig.find()).rejects.toMatchObject({ code: 'PROVIDER_PROTOCOL' });
  });
});
