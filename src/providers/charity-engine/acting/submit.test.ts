import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { connectActing, created, PRESETS, requestOf, STAMP, startActing } from '../../../../test/support/charity-engine-acting.ts'; // prettier-ignore
import { callContext } from '../../../../test/support/fake-charity-engine.ts';
import { loopback } from '../../../../test/support/loopback.ts';
import type { NativeKey } from '../../../model/ids.ts';
import { bytes } from '../../../model/units.ts';
import type { FaultEffect } from '../../../sandbox/emulator.ts';
import { SANDBOX_AUTHENTICATOR } from '../../../sandbox/charity-engine/emulator.ts';
import type { CharityEngineMutation } from '../../../sandbox/charity-engine/mutation.ts';

const MIB = 2 ** 20;
const SECOND = 1_000;
const target = { stamp: STAMP, name: 'sieve', project: null, rerunOf: null, sentAt: 0 as never };

const FULL = requestOf({
  command: ['python', 'sieve.py'],
  args: ["--note=it's", '#emu:run=20s'],
  resources: { cpuMillis: 1500, memoryBytes: bytes(100 * MIB + 1), diskBytes: bytes(7 * MIB), gpuMillis: 0, gpuModel: null },
  inputs: [{ path: '/local/input/sieve.py', source: { type: 'URL', url: 'https://files.example/s.py?sig=canary-signature' } }],
  executionTimeoutMs: 5_400_000,
  labels: [{ key: 'team', value: 'nlp' }, { key: 'bare', value: null }],
}); // prettier-ignore

describe.each(PRESETS)('a submission (%s)', (_, settings) => {
  it('is sent once, and known from then on', async () => {
    const { submit, rig, list, read, adapter, pass, site, callsOf } = await withSite(settings);
    const { records, memo, warnings } = created(await submit(FULL));
    expect(rig.emulator.calls).toHaveLength(1);
    expect(warnings).toEqual([]);
    expect([...site.jobs.values()]).toMatchObject([
      {
        image: 'acme/prime-sieve:1.4',
        cpuMillis: 2000,
        memoryBytes: 101 * MIB,
        diskBytes: 7 * MIB,
        timeoutMs: 7_200_000,
        tags: [`gw:${STAMP.id}`],
        labels: { commandLine: String.raw`python sieve.py '--note=it'\''s' '#emu:run=20s'` },
      },
    ]);
    const [record] = records;
    expect(record).toMatchObject({
      name: 'sieve',
      projectKey: 'default',
      labels: FULL.spec.labels,
      status: { state: 'QUEUED', reason: 'PROVIDER_SYNC', confidence: 'INFERRED' },
      tasks: [{ engine: 'docker', image: 'acme/prime-sieve:1.4', timeoutMs: 7_200_000, resources: { cpuMillis: 2000, memoryBytes: 101 * MIB } }],
    }); // prettier-ignore
    expect(JSON.stringify([records, memo])).not.toMatch(/canary|c0ffee/);
    const key = record!.key;
    expect((await list()).map((job) => [job.key, job.name, job.labels])).toEqual([
      [key, 'sieve', FULL.spec.labels],
    ]);
    expect((await adapter.changes(null, callContext())).jobs.map((job) => job.key)).toEqual([key]);
    pass(12 * SECOND);
    expect((await read(key))?.status.state).toMatch(/QUEUED|PREPARING|RUNNING/);
    pass(120 * SECOND);
    expect(await read(key)).toMatchObject({ status: { state: 'SUCCEEDED' }, createdAt: record!.createdAt });
    expect(callsOf('POST') - callsOf('job-query')).toBe(1);
  });

  it.each<[string, FaultEffect, 'UNKNOWN' | 'REFUSED', string, number]>([
    ['a reset after it took effect', { kind: 'reset', afterCommit: true }, 'UNKNOWN', 'PROVIDER_UNAVAILABLE', 1],
    ['a reset before', { kind: 'reset' }, 'UNKNOWN', 'PROVIDER_UNAVAILABLE', 0],
    ['an answer after the timeout', { kind: 'latency', ms: 900 }, 'UNKNOWN', 'PROVIDER_TIMEOUT', 1],
    ['no answer at all', { kind: 'hang' }, 'UNKNOWN', 'PROVIDER_TIMEOUT', 0],
    ['a failure', { kind: 'status', status: 500, body: 'oops' }, 'UNKNOWN', 'PROVIDER_UNAVAILABLE', 0],
    ['a bad gateway', { kind: 'status', status: 502 }, 'UNKNOWN', 'PROVIDER_UNAVAILABLE', 0],
    ['a used-up allowance', { kind: 'status', status: 509 }, 'UNKNOWN', 'RATE_LIMITED', 0],
    ['a timeout of a server in front', { kind: 'status', status: 408 }, 'UNKNOWN', 'PROVIDER_TIMEOUT', 0],
    ['an answer that leads elsewhere', { kind: 'status', status: 303 }, 'UNKNOWN', 'PROVIDER_PROTOCOL', 0],
    ['a moved address', { kind: 'status', status: 308 }, 'REFUSED', 'PROVIDER_PROTOCOL', 0],
    ['too many calls', { kind: 'status', status: 429, retryAfter: '7' }, 'REFUSED', 'RATE_LIMITED', 0],
    ['a wrong path', { kind: 'status', status: 404, body: '<h1>404</h1>' }, 'REFUSED', 'PROVIDER_PROTOCOL', 0],
    ['a wrong method', { kind: 'status', status: 405 }, 'REFUSED', 'PROVIDER_PROTOCOL', 0],
    ['a refusal of payment', { kind: 'status', status: 402, body: '{"success":false,"error":"no credit left"}' }, 'REFUSED', 'PROVIDER_REFUSED', 0],
    ['garbage', { kind: 'garbage', body: '<html>' }, 'UNKNOWN', 'PROVIDER_PROTOCOL', 0],
    ['an empty answer', { kind: 'garbage', body: '' }, 'UNKNOWN', 'PROVIDER_PROTOCOL', 0],
    ['success without ids', { kind: 'garbage', body: '{"success":true}' }, 'UNKNOWN', 'PROVIDER_PROTOCOL', 0],
    ['success without any id', { kind: 'garbage', body: '{"success":true,"ids":[]}' }, 'UNKNOWN', 'PROVIDER_PROTOCOL', 0],
    ['ids that no job can have', { kind: 'garbage', body: '{"success":true,"ids":["a,b"]}' }, 'UNKNOWN', 'PROVIDER_PROTOCOL', 0],
    ['a refusal that names jobs', { kind: 'garbage', body: '{"success":false,"ids":["a"],"error":"limit"}' }, 'UNKNOWN', 'PROVIDER_REFUSED', 0],
    ['a cut answer', { kind: 'truncate', bytes: 10 }, 'UNKNOWN', 'PROVIDER_UNAVAILABLE', 1],
    ['an expired credential', { kind: 'unauthorized' }, 'REFUSED', 'UNAUTHENTICATED', 0],
  ])('that meets %s', async (_, effect, outcome, code, made) => {
    const { submit, rig, list, site, acting } = await withSite(settings);
    rig.emulator.faults.set('f', { effect, match: 'POST' });
    const answer = await submit();
    expect([answer.outcome, 'error' in answer ? answer.error.code : null]).toEqual([outcome, code]);
    if (code === 'RATE_LIMITED' && outcome === 'REFUSED') expect(answer).toMatchObject({ error: { details: { retryAfterMs: 7_000 } } }); // prettier-ignore
    expect(rig.emulator.calls).toHaveLength(1);
    expect(site.jobs.size).toBe(made);
    rig.emulator.faults.clear();
    expect(await list()).toEqual([]);
    await expect(acting.find(target, callContext())).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN' });
  }); // prettier-ignore

  it.each<[string, Partial<CharityEngineMutation>]>([
    ['idSingular', { idSingular: true }],
    ['idsAsJobIds', { idsAsJobIds: true, missingSuccess: true }],
    ['numericIds', { numericIds: true, extraFields: true }],
  ])('is understood where the answer is %s', async (_, mutation) => {
    const { submit, list } = await withSite(settings, { mutation });
    const { records } = created(await submit());
    expect((await list()).map((job) => job.key)).toEqual(records.map((job) => job.key));
  });

  it('makes as many jobs as are asked for, where the operator says how', async () => {
    const { submit, list, acting } = await withSite({ ...settings, copiesField: 'copies' });
    const { records } = created(await submit(requestOf({ count: 3 })));
    expect(new Set(records.map((job) => job.key)).size).toBe(3);
    expect((await list()).map((job) => job.name)).toEqual(['sieve', 'sieve', 'sieve']);
    expect(await acting.find(target, callContext())).toMatchObject({
      outcome: 'FOUND',
      specHash: STAMP.specHash,
      records: [{}, {}, {}],
    });
  });

  it('refused by the service says why, in its words', async () => {
    const { submit } = await withSite(settings);
    const app = { image: null, app: 'elsewhere:thing' };
    expect(await submit(requestOf(app))).toMatchObject({ outcome: 'REFUSED', error: { code: 'PROVIDER_REFUSED', message: 'app not found: elsewhere:thing' } }); // prettier-ignore
    const poor = await withSite(settings, { submitAccess: false });
    expect(await poor.submit()).toMatchObject({ outcome: 'REFUSED', error: { code: 'FORBIDDEN' } });
    const full = await withSite(settings, {
      maxJobsInProgress: 0,
      mutation: { failureStatus: 'status200' },
    });
    expect(await full.submit()).toMatchObject({ outcome: 'REFUSED', error: { code: 'PROVIDER_REFUSED', message: 'limit on jobs in progress exceeded' } }); // prettier-ignore
  });

  it('that the plan refuses is not sent', async () => {
    const { submit, rig } = await withSite(settings);
    const answer = await submit(requestOf({ env: [{ name: 'A', value: 'canary' }] }));
    expect(answer).toMatchObject({ outcome: 'REFUSED', error: { code: 'UNSUPPORTED_FIELD', details: { field: 'spec.env' } } }); // prettier-ignore
    expect(rig.emulator.calls).toEqual([]);
  });

  it('is taken up again after a restart', async () => {
    const { submit, rig, baseUrl, pass, list } = await withSite(settings);
    const { records, memo } = created(await submit(FULL));
    const keys = records.map((job) => job.key);
    const again = connectActing(baseUrl, settings, rig);
    expect(await again.list()).toEqual([]);
    const submission = { keys, memo: JSON.parse(JSON.stringify(memo)), submittedAt: 5 as never };
    again.acting.restore!([submission, submission]);
    pass(30 * SECOND);
    const face = (job: object) => ({ ...job, revision: 0 });
    expect((await again.list()).map(face)).toEqual((await list()).map(face));
    expect(await again.acting.find(target, callContext())).toMatchObject({ specHash: STAMP.specHash });
    // Without a memo the job is known all the same.
    const bare = connectActing(baseUrl, settings, rig);
    bare.acting.restore!([{ keys, memo: null, submittedAt: 5 as never }]);
    expect(await bare.list()).toMatchObject([{ key: keys[0], createdAt: 5, name: keys[0] }]);
  });
});

async function withSite(settings: object, options: Parameters<typeof startActing>[1] = {}) {
  const service = await startActing(settings, options);
  return { ...service, site: service.rig.site };
}

describe('a submission', () => {
  it('carries what the operator adds, and the tag of the caller', async () => {
    const bodies: Record<string, unknown>[] = [];
    const server = await loopback((request, response) => {
      let text = '';
      request.on('data', (chunk: Buffer) => (text += chunk.toString()));
      request.on('end', () => {
        bodies.push(JSON.parse(text) as Record<string, unknown>);
        response.end('{"success":true,"ids":["a"]}');
      });
    });
    const { rig } = await startActing({});
    const settings = {
      specs: { networkDownload: 1.5, vcpus: 4 },
      extraCreateFields: { eulaAccepted: true, nested: { a: [1] } },
      maxHours: 3,
    };
    const { submit } = connectActing(server.url, settings, rig);
    created(await submit(requestOf({}, { extension: { tag: 'mine', imageArchiveUrl: 'https://files.example/i.tar' } }))); // prettier-ignore
    const inference = { image: null, app: 'charityengine:text-inference', command: ['{"inputs":["q"]}'] };
    created(await submit(requestOf(inference)));
    await server.close();
    expect(bodies[0]).toEqual({
      authenticator: SANDBOX_AUTHENTICATOR,
      app: 'docker:acme/prime-sieve:1.4 https://files.example/i.tar',
      commandLine: 'sleep 20',
      specs: { vcpus: 4, ram: 2048, disk: 4096, networkDownload: 1.5, networkUpload: 0 },
      hours: 3,
      inputFiles: [],
      tag: 'mine',
      eulaAccepted: true,
      nested: { a: [1] },
    });
    expect(bodies[1]).toMatchObject({ app: inference.app, commandLine: '{"inputs":["q"]}' });
    expect(bodies[1]).not.toHaveProperty('tag');
  });

  it('that could not be sent is refused, and is not unknown', async () => {
    const server = await loopback(() => {});
    await server.close();
    const { rig } = await startActing({});
    const { submit } = connectActing(server.url, {}, rig);
    expect(await submit()).toMatchObject({ outcome: 'REFUSED', error: { code: 'PROVIDER_UNAVAILABLE' } });
  });

  it('whose caller leaves rejects', async () => {
    const { submit, rig } = await startActing({});
    rig.emulator.faults.set('f', { effect: { kind: 'hang' } });
    const leaving = new AbortController();
    const answer = submit(requestOf(), STAMP, callContext(10, { signal: leaving.signal }));
    leaving.abort();
    await expect(answer).rejects.toMatchObject({ code: 'CANCELLED' });
  });

  it('refused with its own words repeated shows nothing secret', async () => {
    const secrets = ['canary-signature', 'canary-archive', 'canary-licence', SANDBOX_AUTHENTICATOR];
    for (const status of [200, 400]) {
      const server = await loopback((request, response) => {
        let text = String(request.headers.authorization);
        request.on('data', (chunk: Buffer) => (text += chunk.toString()));
        request.on('end', () =>
          response.writeHead(status).end(JSON.stringify({ success: false, error: `cannot read ${text}` })),
        );
      });
      const { rig } = await startActing({});
      const service = connectActing(server.url, { extraCreateFields: { licence: 'canary-licence' } }, rig);
      const extension = { imageArchiveUrl: 'https://files.example/i.tar?k=canary-archive&x=1' };
      const answer = await service.submit({ ...FULL, extension });
      await server.close();
      expect(answer).toMatchObject({ outcome: 'REFUSED' });
      const text = inspect([answer, service.log], { depth: null, maxStringLength: null });
      for (const secret of secrets) expect(text).not.toContain(secret);
    }
  });

  it('that only this gateway knows of is not gone because the service does not show it yet', async () => {
    for (const unknownIds of ['omit', 'null', 'fail'] as const) {
      const { submit, rig, list, read, adapter, pass } = await withSite({}, { mutation: { unknownIds } });
      // The id that comes back is not known to status calls yet.
      const id = 'f'.repeat(32);
      rig.emulator.faults.set('f', { effect: { kind: 'garbage', body: `{"success":true,"ids":["${id}"]}` }, match: 'POST' }); // prettier-ignore
      created(await submit());
      for (let i = 0; i < 3; i += 1) {
        expect(await list()).toMatchObject([
          { key: id, status: { state: 'QUEUED', reason: 'PROVIDER_SYNC' } },
        ]);
        expect(await read(id as NativeKey)).toMatchObject({ status: { state: 'QUEUED' } });
        expect((await adapter.changes(null, callContext())).jobs).toHaveLength(1);
        pass(6 * SECOND);
      }
    }
  });
});
