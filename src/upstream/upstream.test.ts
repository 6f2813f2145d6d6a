import { afterEach, describe, expect, it } from 'vitest';
import { loopback, until, type Handler, type Loopback } from '../../test/support/loopback.ts';
import { errorOf, PROVIDER, testContext } from '../../test/support/upstream-calls.ts';
import { systemClock } from '../model/time.ts';
import { bearerCredential } from './credential.ts';
import type { UpstreamLogEvent } from './log-event.ts';
import { DEFAULT_UPSTREAM_OPTIONS } from './options.ts';
import { path } from './path.ts';
import type { Upstream, UpstreamOptions, UpstreamRequest } from './types.ts';
import { createUpstream } from './upstream.ts';
import { own } from '../../test/support/own-credential.ts';

const GET: UpstreamRequest = { method: 'GET', path: path`/jobs/${'1'}` };
const ONCE = { ...DEFAULT_UPSTREAM_OPTIONS.retry, retries: 0 };

const open: { upstreams: Upstream[]; servers: Loopback[] } = { upstreams: [], servers: [] };

async function setup(handler: Handler, over: Partial<UpstreamOptions> = {}) {
  const server = await loopback(handler);
  open.servers.push(server);
  const logged: UpstreamLogEvent[] = [];
  const options = {
    ...DEFAULT_UPSTREAM_OPTIONS,
    provider: PROVIDER,
    baseUrl: server.url,
    credential: null,
    ...over,
  };
  const upstream = createUpstream(options, {
    clock: systemClock,
    random: () => 0,
    log: (event) => logged.push(event),
  });
  open.upstreams.push(upstream);
  return { server, upstream, logged };
}

afterEach(async () => {
  await Promise.all(open.upstreams.splice(0).map((upstream) => upstream.close()));
  // Whatever a test did, a closed upstream has let go of its connections.
  const servers = open.servers.splice(0);
  try {
    for (const server of servers) await until('connections to close', () => server.connections === 0);
  } finally {
    await Promise.all(servers.map((server) => server.close()));
  }
});

describe('a call', () => {
  it('goes out as asked, below the base path, with the credential and a request id', async () => {
    const bodies: string[] = [];
    const { server, upstream } = await setup(
      (request, response) => {
        request.setEncoding('utf8').on('data', (text: string) => bodies.push(text));
        request.on('end', () =>
          response.writeHead(201, { 'X-Job': 'a', 'Set-Cookie': 'sid=1' }).end('{"id":1}'),
        );
      },
      { credential: bearerCredential('abc') },
    );
    const based = createUpstream(
      {
        ...DEFAULT_UPSTREAM_OPTIONS,
        provider: PROVIDER,
        baseUrl: new URL('/api/v1/', server.url),
        credential: bearerCredential('abc'),
      },
      { clock: systemClock },
    );
    open.upstreams.push(based);
    const before = systemClock.now();
    const answer = await based.send(
      {
        method: 'POST',
        path: path`/jobs`,
        query: { dry: true },
        body: { name: 'ü' },
        headers: { 'X-Extra': '1' },
      },
      testContext(),
    );
    expect(answer).toMatchObject({ status: 201, body: { id: 1 } });
    expect(answer.headers['x-job']).toBe('a');
    expect(answer.headers['set-cookie']).toBeUndefined();
    expect(answer.receivedAt).toBeGreaterThanOrEqual(before);
    const [request] = server.requests;
    expect(request).toMatchObject({ method: 'POST', url: '/api/v1/jobs?dry=true' });
    expect(bodies.join('')).toBe('{"name":"ü"}');
    expect(request?.headers).toMatchObject({
      accept: 'application/json',
      authorization: 'Bearer abc',
      'content-type': 'application/json',
      'content-length': '13',
      'x-extra': '1',
    });
    expect(request?.headers['user-agent']).toMatch(/^gridweave\/\d/);
    expect(request?.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    expect(upstream.fingerprint(testContext())).toBe(bearerCredential('abc').fingerprint);
  });

  it('uses the caller’s own credential where there is one', async () => {
    const { server, upstream } = await setup((_, response) => response.end('{}'), {
      credential: bearerCredential('ours'),
    });
    const ctx = testContext({ credentials: own(bearerCredential('theirs')) });
    await upstream.send(GET, ctx);
    expect(server.requests[0]?.headers.authorization).toBe('Bearer theirs');
    expect(upstream.fingerprint(ctx)).toBe(bearerCredential('theirs').fingerprint);
  });

  it('has no body for HEAD and 204', async () => {
    const { upstream } = await setup((_, response) => response.writeHead(204).end());
    expect((await upstream.send({ ...GET, method: 'HEAD' }, testContext())).body).toBeNull();
    expect((await upstream.send({ ...GET, method: 'DELETE' }, testContext())).body).toBeNull();
  });

  it('does not follow a redirect: the credential would go along', async () => {
    const { server, upstream } = await setup((_, response) => {
      response.writeHead(302, { location: '/elsewhere' }).end();
    });
    expect((await upstream.send(GET, testContext())).status).toBe(302);
    expect(server.requests).toHaveLength(1);
  });

  it.each(['http://user:pw@host', 'ftp://host', 'http://host/?a=1', 'http://host/#a'])(
    'refuses base URL %s',
    (url) => {
      const options = {
        ...DEFAULT_UPSTREAM_OPTIONS,
        provider: PROVIDER,
        credential: null,
        baseUrl: new URL(url),
      };
      expect(() => createUpstream(options, { clock: systemClock })).toThrow(
        expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
      );
    },
  );
});

describe('trouble on the wire', () => {
  it('a provider that never answers costs the timeout and no more', async () => {
    let hungUp = false;
    const { upstream } = await setup((_, response) => response.on('close', () => (hungUp = true)), {
      timeoutMs: 300,
    });
    const started = performance.now();
    expect((await errorOf(upstream.send(GET, testContext()))).code).toBe('PROVIDER_TIMEOUT');
    expect(performance.now() - started).toBeLessThan(2_000);
    await until('the hang-up', () => hungUp);
  });

  it('a body that never ends costs no more either', async () => {
    const { upstream } = await setup(
      (_, response) => {
        response.writeHead(200, { 'content-type': 'application/json' });
        const drip = setInterval(() => response.write(' '), 10);
        response.on('close', () => clearInterval(drip));
      },
      { timeoutMs: 100 },
    );
    expect((await errorOf(upstream.send(GET, testContext()))).code).toBe('PROVIDER_TIMEOUT');
  });

  it.each<[string, Handler, string, RegExp]>([
    [
      'a reset',
      (request) => request.socket.resetAndDestroy(),
      'PROVIDER_UNAVAILABLE',
      /ECONNRESET|connection closed/,
    ],
    ['a closed connection', (request) => request.socket.end(), 'PROVIDER_UNAVAILABLE', /connection closed/],
    [
      'a body that is cut off',
      (_, response) => {
        response.writeHead(200, { 'content-length': '100' });
        response.write('{"a":');
        setImmediate(() => response.destroy());
      },
      'PROVIDER_UNAVAILABLE',
      /ECONNRESET|connection closed|cut off/,
    ],
    [
      'a chunked body that is cut off',
      (_, response) => {
        response.write('{"a":');
        setImmediate(() => response.destroy());
      },
      'PROVIDER_UNAVAILABLE',
      /ECONNRESET|connection closed|cut off/,
    ],
    [
      'something that is not HTTP',
      (request) => request.socket.end('SSH-2.0-OpenSSH_9.6\r\n'),
      'PROVIDER_PROTOCOL',
      /proper HTTP/,
    ],
    ['a body that is not JSON', (_, response) => response.end('<html>'), 'PROVIDER_PROTOCOL', /not JSON/],
    [
      'a body that is compressed unasked',
      (_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end('x'),
      'PROVIDER_PROTOCOL',
      /compressed/,
    ],
    [
      'a body that is too large',
      (_, response) => response.end(JSON.stringify('x'.repeat(100_000))),
      'PROVIDER_PROTOCOL',
      /larger than 50000 bytes/,
    ],
  ])('%s is named', async (_, handler, code, words) => {
    const { upstream } = await setup(handler, { retry: ONCE, maxResponseBytes: 50_000 });
    const error = await errorOf(upstream.send(GET, testContext()));
    expect(error.code).toBe(code);
    expect(error.message).toMatch(words);
    expect(error.message).not.toMatch(/127\.0\.0\.1|http:/);
  });

  it('a refused connection and an unknown host are named', async () => {
    const { upstream, server } = await setup(() => {}, { retry: ONCE });
    await server.close();
    expect((await errorOf(upstream.send(GET, testContext()))).message).toContain('ECONNREFUSED');
  });

  it('a write is sent once, whatever happens to it', async () => {
    const { upstream, server } = await setup((request) => request.socket.resetAndDestroy());
    const write = upstream.send({ method: 'POST', path: path`/jobs`, body: {} }, testContext());
    expect((await errorOf(write)).code).toBe('PROVIDER_UNAVAILABLE');
    expect(server.requests).toHaveLength(1);
  });

  it('a read is repeated after a reset, each attempt paid and reported', async () => {
    const { upstream, server } = await setup((request, response, nth) => {
      if (nth === 1) request.socket.resetAndDestroy();
      else response.end('{}');
    });
    const ctx = testContext();
    expect((await upstream.send(GET, ctx)).status).toBe(200);
    expect(ctx.reports.map(({ attempt, status, error }) => [attempt, status, error])).toEqual([
      [1, null, 'PROVIDER_UNAVAILABLE'],
      [2, 200, null],
    ]);
    expect(ctx.budget.spent).toBe(2);
    const ids = server.requests.map((request) => request.headers['x-request-id']);
    expect(new Set(ids).size).toBe(2);
  });

  it('a 429 is repeated when its Retry-After fits, and handed on when not', async () => {
    const { upstream, server } = await setup((_, response, nth) => {
      const seconds = nth === 1 ? '0' : '60';
      if (nth === 2) response.end('{}');
      else response.writeHead(429, { 'retry-after': seconds }).end('slow down');
    });
    expect((await upstream.send({ ...GET, freshnessMs: 0 }, testContext())).status).toBe(200);
    expect(server.requests).toHaveLength(2);
    const started = performance.now();
    expect(await upstream.send({ ...GET, freshnessMs: 0 }, testContext())).toMatchObject({
      status: 429,
      body: 'slow down',
    });
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});

describe('sharing', () => {
  it('makes one call of fifty identical ones', async () => {
    const { upstream, server } = await setup((_, response) => setImmediate(() => response.end('{"n":1}')));
    const contexts = Array.from({ length: 50 }, () => testContext());
    const answers = await Promise.all(contexts.map((ctx) => upstream.send(GET, ctx)));
    expect(server.requests).toHaveLength(1);
    expect(new Set(answers).size).toBe(1);
    expect(contexts.map((ctx) => ctx.budget.spent).reduce((a, b) => a + b)).toBe(1);
  });

  it('never shares between credentials', async () => {
    const { upstream, server } = await setup((request, response) => {
      setImmediate(() => response.end(JSON.stringify(request.headers.authorization)));
    });
    const tokens = ['ann', 'bob', 'eve'];
    const ask = () =>
      Promise.all(
        tokens.map(async (token) => {
          const answer = await upstream.send(GET, testContext({ credentials: own(bearerCredential(token)) }));
          return answer.body;
        }),
      );
    const expected = tokens.map((token) => `Bearer ${token}`);
    expect(await ask()).toEqual(expected);
    expect(await ask()).toEqual(expected);
    expect(server.requests).toHaveLength(3);
  });

  it('goes on for those who stay when one caller leaves, and hangs up when nobody is left', async () => {
    const waiting: (() => void)[] = [];
    let hungUp = 0;
    const { upstream } = await setup((_, response) => {
      waiting.push(() => response.end('{}'));
      response.on('close', () => (hungUp += response.writableEnded ? 0 : 1));
    });
    const [ann, bob] = [testContext(), testContext()];
    const left = errorOf(upstream.send(GET, ann));
    const stayed = upstream.send(GET, bob);
    await until('the request', () => waiting.length === 1);
    ann.leave();
    expect((await left).code).toBe('CANCELLED');
    waiting[0]?.();
    expect((await stayed).status).toBe(200);

    const eve = testContext();
    const gone = errorOf(upstream.send({ ...GET, path: path`/other` }, eve));
    await until('the second request', () => waiting.length === 2);
    eve.leave();
    expect((await gone).code).toBe('CANCELLED');
    await until('the hang-up', () => hungUp === 1);
    expect(upstream.health.breaker).toBe('CLOSED');
  });
});

describe('health', () => {
  it('follows the breaker from closed to open to half-open to closed', async () => {
    let broken = true;
    const { upstream, server, logged } = await setup(
      (_, response) => (broken ? response.writeHead(500).end('no') : response.end('{}')),
      {
        freshnessMs: 0,
        breaker: { ...DEFAULT_UPSTREAM_OPTIONS.breaker, minimumCalls: 3, openMs: 60, maxOpenMs: 500 },
      },
    );
    expect(upstream.health).toMatchObject({
      breaker: 'CLOSED',
      retryAt: null,
      lastSuccessAt: null,
      latencyMs: null,
    });
    for (let i = 0; i < 3; i++) await upstream.send(GET, testContext());
    expect(upstream.health.breaker).toBe('OPEN');
    expect(upstream.health.retryAt).toBeGreaterThan(systemClock.now());
    const error = await errorOf(upstream.send(GET, testContext()));
    expect(error).toMatchObject({ code: 'PROVIDER_UNAVAILABLE' });
    expect(error.details.retryAfterMs).toBeGreaterThan(0);
    expect(server.requests).toHaveLength(3);
    await until('the first trial', () => upstream.health.breaker === 'HALF_OPEN');
    await upstream.send(GET, testContext());
    expect(upstream.health.breaker).toBe('OPEN');
    broken = false;
    await until('the second trial', () => upstream.health.breaker === 'HALF_OPEN');
    await upstream.send(GET, testContext());
    expect(upstream.health).toMatchObject({ breaker: 'CLOSED', retryAt: null });
    expect(upstream.health.lastSuccessAt).toBeGreaterThanOrEqual(upstream.health.lastFailureAt ?? 0);
    expect(upstream.health.latencyMs).toBeGreaterThanOrEqual(0);
    expect(
      logged.filter((line) => line.event === 'upstream-breaker').map(({ from, to }) => `${from}>${to}`),
    ).toEqual(['CLOSED>OPEN', 'HALF_OPEN>OPEN', 'HALF_OPEN>CLOSED']);
  });
});

describe('close', () => {
  it('ends what is under way or waiting, refuses what comes, and leaves no timer or connection', async () => {
    const { upstream, server } = await setup(() => {}, { rate: { perSecond: 1, burst: 1 } });
    const before = process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const underWay = errorOf(upstream.send({ ...GET, method: 'POST' }, testContext()));
    const queued = errorOf(upstream.send({ ...GET, method: 'PUT' }, testContext()));
    const joined = errorOf(upstream.send(GET, testContext()));
    await until('the request', () => server.requests.length === 1);
    await upstream.close();
    const codes = (await Promise.all([underWay, queued, joined])).map((error) => error.code);
    expect(codes).toEqual(Array.from({ length: 3 }, () => 'PROVIDER_UNAVAILABLE'));
    expect((await errorOf(upstream.send(GET, testContext()))).code).toBe('PROVIDER_UNAVAILABLE');
    await until('the connection to close', () => server.connections === 0);
    const timeouts = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    await until('all timers to end', () => timeouts() <= before);
  });
});
