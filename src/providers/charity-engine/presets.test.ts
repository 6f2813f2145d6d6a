import { inspect } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { loopback, type Handler, type Loopback } from '../../../test/support/loopback.ts';
import { testContext } from '../../../test/support/upstream-calls.ts';
import { systemClock } from '../../model/time.ts';
import type { NativeKey, ProviderKey } from '../../model/ids.ts';
import { bearerCredential } from '../../upstream/credential.ts';
import type { UpstreamLogEvent } from '../../upstream/log-event.ts';
import { DEFAULT_UPSTREAM_OPTIONS } from '../../upstream/options.ts';
import { createUpstream } from '../../upstream/upstream.ts';
import { DEFAULT_ORDER } from '../provider.ts';
import { endpointsOf } from './endpoints.ts';
import { charityEngine } from './index.ts';

const CANARY = 'c4n4ry0a1b2c3d4e5f60718293a4b5c6';
const TOKEN = 'c4n4ry-t0ken-for-the-header';
const closing: (() => Promise<unknown>)[] = [];
afterEach(() => Promise.all(closing.splice(0).map((close) => close())));

interface Heard {
  readonly line: string;
  readonly authorization: string | null;
  readonly contentType: string | null;
  readonly body: string;
}

async function serve(answer: (heard: Heard) => { readonly status?: number; readonly body: unknown }) {
  const heard: Heard[] = [];
  const handler: Handler = (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const one = {
        line: `${request.method} ${request.url}`,
        authorization: request.headers.authorization ?? null,
        contentType: request.headers['content-type'] ?? null,
        body: Buffer.concat(chunks).toString(),
      };
      heard.push(one);
      const { status = 200, body } = answer(one);
      response.writeHead(status).end(typeof body === 'string' ? body : JSON.stringify(body));
    });
  };
  const server: Loopback = await loopback(handler);
  closing.push(() => server.close());
  return { server, heard };
}

function connect(url: URL, settings: object, log: UpstreamLogEvent[] = []) {
  const provider = 'ce' as ProviderKey;
  const upstream = createUpstream(
    {
      ...DEFAULT_UPSTREAM_OPTIONS,
      provider,
      baseUrl: url,
      credential: bearerCredential(TOKEN, CANARY),
      timeoutMs: 1_000,
      freshnessMs: 0,
      retry: { ...DEFAULT_UPSTREAM_OPTIONS.retry, retries: 0 },
    },
    { clock: systemClock, log: (event) => log.push(event) },
  );
  closing.push(() => upstream.close());
  const parsed = charityEngine.settingsSchema.parse(settings);
  return {
    upstream,
    adapter: charityEngine.create({ provider, upstream, settings: parsed, clock: systemClock }),
  };
}

const JOBS = {
  success: true,
  jobs: { a: { vmStatus: 'running', states: { default: { status: 'running', log: 'x\n' } } }, 'b c?': null },
};

describe('presets', () => {
  it.each([
    [{}, 'GET /remotejobs/v2/jobs/a,b%3F', `Bearer ${TOKEN}`, ''],
    [{ preset: 'hybrid' }, 'GET /remotejobs/v2/jobs/a,b%3F', `Bearer ${TOKEN}`, ''],
    [{ preset: 'resource' }, 'GET /remotejobs/v2/jobs/a,b%3F', `Bearer ${TOKEN}`, ''],
    [{ preset: 'rpc' }, 'POST /remotejobs/v2/job-query', null, { ids: ['a', 'b?'], authenticator: CANARY }],
    [{ preset: 'rpc', endpoints: { status: { path: 'v3/query', idsField: 'jobs', auth: 'body+bearer' } } }, 'POST /remotejobs/v2/v3/query', `Bearer ${TOKEN}`, { jobs: ['a', 'b?'], authenticator: CANARY }],
    [{ preset: 'rpc', endpoints: { status: { path: 'jobs/{ids}/status' } } }, 'POST /remotejobs/v2/jobs/a,b%3F/status', null, { authenticator: CANARY }],
    [{ endpoints: { status: { path: 'job-status', idsField: 'id' } } }, 'GET /remotejobs/v2/job-status?id=a%2Cb%3F', `Bearer ${TOKEN}`, ''],
    [{ endpoints: { status: { auth: 'none' } } }, 'GET /remotejobs/v2/jobs/a,b%3F', null, ''],
  ])('%j calls %s', async (settings, line, authorization, body) => {
    const { server, heard } = await serve(() => ({ body: JOBS }));
    for (const base of ['/remotejobs/v2', '/remotejobs/v2/']) {
      const { adapter } = connect(new URL(base, server.url), settings);
      const { found, missing } = await adapter.get('job', ['a', 'b?'] as NativeKey[], testContext());
      expect([[...found.keys()], [...missing.keys()]]).toEqual([['a'], ['b?']]);
    }
    for (const one of heard) {
      expect([one.line, one.authorization]).toEqual([line, authorization]);
      expect(one.body === '' ? '' : JSON.parse(one.body)).toEqual(body);
      expect(one.contentType).toBe(body === '' ? null : 'application/json');
    }
  }); // prettier-ignore

  it('differ in where jobs are created and cancelled', () => {
    expect(endpointsOf('hybrid', {})).toMatchObject({ create: { method: 'POST', path: 'job-create', auth: 'body' }, cancel: null }); // prettier-ignore
    expect(endpointsOf('resource', {})).toMatchObject({
      create: { path: 'jobs', auth: 'bearer' },
      cancel: null,
    });
    expect(endpointsOf('rpc', {})).toMatchObject({
      create: { path: 'job-create' },
      cancel: { path: 'job-cancel' },
    });
    const cancel = { method: 'DELETE', path: 'jobs/{ids}', auth: 'bearer' } as const;
    expect(endpointsOf('hybrid', { cancel }).cancel).toMatchObject(cancel);
  });

  it('read a job, its log and its changes alike', async () => {
    for (const preset of ['hybrid', 'resource', 'rpc']) {
      const { server } = await serve(() => ({ body: JOBS }));
      const { adapter } = connect(server.url, { preset, jobIds: ['a'] });
      const query = { after: null, limit: 5, filter: {}, order: DEFAULT_ORDER.execution };
      const { rows } = await adapter.list('execution', query, testContext());
      expect(rows).toMatchObject([{ record: { key: 'a/default', status: { state: 'RUNNING' } } }]);
      const request = { stream: 'COMBINED', afterByte: 0, tailLines: null, maxBytes: 100 } as const;
      const log = await adapter.logs(rows[0]!.record.key, request, testContext());
      expect(log.lines).toEqual([{ stream: 'STDOUT', text: 'x' }]);
      expect((await adapter.changes(null, testContext())).jobs).toHaveLength(1);
      expect(await adapter.probe(testContext())).toMatchObject({ reachable: true, problem: null });
    }
  });
});

describe('settings', () => {
  it.each([
    [{ preset: 'soap' }],
    [{ jobIds: ['a,b'] }],
    [{ jobIds: ['..'] }],
    [{ jobIds: ['a', 'b'], maxKnownJobs: 1 }],
    [{ account: '' }],
    [{ account: 'a\nb' }],
    [{ idsPerStatus: 0 }],
    [{ endpoints: { status: { path: '/jobs' } } }],
    [{ endpoints: { status: { path: 'jobs/../{ids}' } } }],
    [{ endpoints: { status: { path: 'jobs//{ids}' } } }],
    [{ endpoints: { status: { path: 'jobs?x={ids}' } } }],
    [{ endpoints: { status: { path: 'https://evil.example/{ids}' } } }],
    [{ endpoints: { status: { path: '{ids}/{ids}' } } }],
    [{ endpoints: { status: { auth: 'body' } } }],
    [{ endpoints: { status: { auth: 'query' } } }],
    [{ endpoints: { list: {} } }],
    [{ endpoints: { create: { method: 'GET', auth: 'bearer' } } }],
    [{ endpoints: { create: { path: 'jobs/{ids}' } } }],
    [{ extraCreateFields: { authenticator: 'x' } }],
    [{ extraCreateFields: { hours: 1 } }],
    [{ extraCreateFields: { copies: 2 }, copiesField: 'copies' }],
    [{ copiesField: 'hours' }],
    [{ maxHours: 0 }],
    [{ specs: { vcpus: 0 } }],
    [{ colour: 'red' }],
  ])('%j are refused', (settings) => {
    expect(charityEngine.settingsSchema.safeParse(settings).success).toBe(false);
  });

  it('stay the same when they are read again', () => {
    for (const settings of [
      {},
      { preset: 'rpc', endpoints: { cancel: { path: 'x/{ids}' } }, jobIds: ['a'] },
    ]) {
      const once = charityEngine.settingsSchema.parse(settings);
      expect(charityEngine.settingsSchema.parse(once)).toEqual(once);
    }
  });
});

describe('the secret', () => {
  it.each(['hybrid', 'resource', 'rpc'])('is nowhere but on the wire (%s)', async (preset) => {
    const troubles: ((heard: Heard) => { status?: number; body: unknown })[] = [
      ({ body, authorization }) => ({
        body: { success: false, error: `bad authenticator ${body} ${authorization}` },
      }),
      ({ body, authorization }) => ({ status: 401, body: { error: `${body}${authorization}` } }),
      ({ body, authorization }) => ({ status: 500, body: `${body}${authorization}` }),
      ({ body, authorization }) => ({ body: `<${body}${authorization}>` }),
      ({ body, authorization }) => ({
        body: { success: true, jobs: { a: { vmStatus: `${body}${authorization}` } } },
      }),
      ({ body, authorization }) => ({
        body: { success: false, error: 'no such job', echo: body + authorization },
      }),
    ];
    for (const trouble of troubles) {
      const { server, heard } = await serve(trouble);
      const log: UpstreamLogEvent[] = [];
      const { adapter, upstream } = connect(server.url, { preset, jobIds: ['a', 'b'] }, log);
      const ctx = testContext();
      const query = { after: null, limit: 5, filter: {}, order: DEFAULT_ORDER.job };
      const seen: unknown[] = [
        upstream,
        upstream.health,
        upstream.fingerprint(ctx),
        adapter,
        log,
        ctx.reports,
      ];
      for (const work of [
        () => adapter.list('job', query, ctx),
        () => adapter.get('job', ['a'] as NativeKey[], ctx),
        () => adapter.changes(null, ctx),
        () => adapter.probe(ctx),
      ]) {
        seen.push(await work().catch((error: unknown) => error));
      }
      const text = `${inspect(seen, { depth: null, showHidden: true, maxStringLength: null })}\n${JSON.stringify(seen)}`;
      expect(text).not.toContain(CANARY);
      expect(text).not.toContain(TOKEN);
      expect(heard.some(({ body, authorization }) => body.includes(CANARY) || authorization?.includes(TOKEN))).toBe(true); // prettier-ignore
      expect(heard.every(({ line }) => !line.includes('c4n4ry'))).toBe(true);
    }
  });
});
