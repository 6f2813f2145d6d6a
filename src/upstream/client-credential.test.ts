import { inspect } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { until, type Loopback } from '../../test/support/loopback.ts';
import { TEST_CLIENT, tokenServer, type TokenServerOptions } from '../../test/support/token-server.ts';
import { errorOf, PROVIDER, testContext } from '../../test/support/upstream-calls.ts';
import { epochMs, systemClock, type Clock } from '../model/time.ts';
import { createCallBudget } from './call-budget.ts';
import { clientCredential } from './client-credential.ts';
import type { UpstreamLogEvent } from './log-event.ts';
import { DEFAULT_UPSTREAM_OPTIONS } from './options.ts';
import { path } from './path.ts';
import type { TokenEndpoint, TokenPlan } from './token-endpoint.ts';
import type { Upstream, UpstreamOptions } from './types.ts';
import { createUpstream } from './upstream.ts';

const V2: TokenEndpoint = {
  path: path`/v2/token`,
  encoding: 'form',
  body: ({ id, secret }) => ({ client_id: id, client_secret: secret }),
  token: 'access_token',
  lifetime: 'expires_in',
};
const V1: TokenEndpoint = {
  path: path`/v1/token`,
  encoding: 'json',
  body: ({ id, secret }) => ({ clientID: id, clientSecret: secret }),
  token: 'accessToken',
  lifetime: 'expiresIn',
};
const PLAN: TokenPlan = { baseUrl: null, endpoints: [V1] };

const open: { upstreams: Upstream[]; servers: Loopback[] } = { upstreams: [], servers: [] };
afterEach(async () => {
  await Promise.all(open.upstreams.splice(0).map((upstream) => upstream.close()));
  await Promise.all(open.servers.splice(0).map((server) => server.close()));
});

async function setup(
  options: Partial<TokenServerOptions> = {},
  over: Partial<UpstreamOptions> & { readonly clock?: Clock; readonly plan?: TokenPlan } = {},
) {
  const server = await tokenServer({ lifeMs: 3_600_000, ...options });
  open.servers.push(server);
  const { clock = systemClock, plan = PLAN, ...rest } = over;
  const logged: UpstreamLogEvent[] = [];
  const credential = clientCredential(TEST_CLIENT, plan);
  const upstream = createUpstream(
    {
      ...DEFAULT_UPSTREAM_OPTIONS,
      provider: PROVIDER,
      baseUrl: server.url,
      credential,
      freshnessMs: 0,
      ...rest,
    },
    { clock, random: () => 0, log: (event) => logged.push(event) },
  );
  open.upstreams.push(upstream);
  return { server, upstream, logged, credential };
}

/** A clock that only the test moves. */
function stoppedClock() {
  let now = Date.UTC(2026, 2, 2, 9);
  return {
    now: () => epochMs(now),
    forward: (ms: number) => {
      now += ms;
    },
    context: () => testContext({ deadlineAt: epochMs(now + 10_000) }),
  };
}

const get = (n: number | string) => ({ method: 'GET' as const, path: path`/things/${n}` });

describe('a client credential', () => {
  it('is exchanged once and used until its token ends; the exchange is paid for and reported', async () => {
    const { server, upstream } = await setup();
    const ctx = testContext();
    expect((await upstream.send(get(1), ctx)).status).toBe(200);
    expect((await upstream.send(get(2), ctx)).status).toBe(200);
    expect(server.exchanges).toEqual([
      {
        path: '/v1/token',
        body: JSON.stringify({ clientID: TEST_CLIENT.id, clientSecret: TEST_CLIENT.secret }),
      },
    ]);
    expect(ctx.reports.map(({ method, route, status }) => [method, route, status])).toEqual([
      ['POST', '/v1/token', 200],
      ['GET', '/things/{}', 200],
      ['GET', '/things/{}', 200],
    ]);
    expect(ctx.budget.spent).toBe(3);
  });

  it('keeps its fingerprint, which depends on id and secret alone', async () => {
    const { upstream, credential, server } = await setup({ lifeMs: 200 });
    const before = upstream.fingerprint(testContext());
    await upstream.send(get(1), testContext());
    server.revoke();
    await upstream.send(get(2), testContext());
    expect(server.exchanges).toHaveLength(2);
    expect(upstream.fingerprint(testContext())).toBe(before);
    expect(clientCredential(TEST_CLIENT, PLAN).fingerprint).toBe(credential.fingerprint);
    const other = clientCredential({ ...TEST_CLIENT, secret: 'another' }, PLAN);
    expect(other.fingerprint).not.toBe(credential.fingerprint);
  });

  it.each([0, 600_000, -600_000])(
    'is renewed before its token ends, with a provider whose clock is %i ms ahead',
    async (skewMs) => {
      for (const silent of [true, false]) {
        const time = stoppedClock();
        const { server, upstream } = await setup(
          { lifeMs: 60_000, silent, now: () => time.now() + skewMs },
          { clock: time },
        );
        for (let n = 0; n < 60; n++) {
          expect((await upstream.send(get(n), time.context())).status).toBe(200);
          time.forward(5_000);
        }
        expect(server.refusals).toBe(0);
        // Five minutes of tokens that live one minute and are renewed at four fifths of it.
        expect(server.exchanges).toHaveLength(6);
      }
    },
  );

  it('survives our own clock jumping by ten minutes either way', async () => {
    const time = stoppedClock();
    const { server, upstream } = await setup({ lifeMs: 900_000 }, { clock: time });
    for (const jump of [600_000, -600_000, -600_000, 600_000]) {
      time.forward(jump);
      expect((await upstream.send(get(time.now()), time.context())).status).toBe(200);
    }
    server.revoke();
    expect((await upstream.send(get('late'), time.context())).status).toBe(200);
    expect(server.refusals).toBe(1);
  });

  it('makes one exchange of fifty calls that start together', async () => {
    const { server, upstream } = await setup();
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, n) => upstream.send(get(n), testContext())),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 50 }, () => 200));
    expect(server.exchanges).toHaveLength(1);
  });

  it('makes one exchange of fifty 401, and fails none of the calls', async () => {
    const { server, upstream } = await setup({}, { maxConnections: 50 });
    await upstream.send(get('first'), testContext());
    server.revoke();
    const contexts = Array.from({ length: 50 }, () => testContext());
    const answers = await Promise.all(contexts.map((ctx, n) => upstream.send(get(n), ctx)));
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    expect(server.exchanges).toHaveLength(2);
    const attempts = contexts.flatMap((ctx) => ctx.reports.map(({ status, attempt }) => `${String(attempt)}:${String(status)}`)); // prettier-ignore
    expect(attempts.filter((line) => line === '2:200')).toHaveLength(server.refusals);
  });

  it('repeats a write after a 401, which did nothing', async () => {
    const { server, upstream } = await setup();
    await upstream.send(get(1), testContext());
    server.revoke();
    const write = { method: 'POST' as const, path: path`/things`, body: {} };
    expect((await upstream.send(write, testContext())).status).toBe(200);
  });

  it('stops renewing for a provider that refuses every token', async () => {
    const { server, upstream } = await setup({
      serve: (_, response) => response.writeHead(401).end('{"code":401,"message":"no"}'),
    });
    for (let n = 0; n < 20; n++) {
      const answer = await upstream.send(get(n), testContext());
      expect(answer).toMatchObject({ status: 401, body: '{"code":401,"message":"no"}' });
    }
    expect(server.exchanges.length).toBeLessThanOrEqual(6);
  });

  it('uses a token to its end, and no longer, when no other can be had', async () => {
    let down = false;
    const time = stoppedClock();
    const { upstream } = await setup(
      {
        lifeMs: 100_000,
        now: time.now,
        exchange: (_, __, response) => {
          if (down) response.writeHead(500).end('');
          return down;
        },
      },
      { clock: time },
    );
    await upstream.send(get(1), time.context());
    down = true;
    time.forward(90_000);
    expect((await upstream.send(get(2), time.context())).status).toBe(200);
    time.forward(11_000);
    expect((await errorOf(upstream.send(get(3), time.context()))).code).toBe('PROVIDER_UNAVAILABLE');
    down = false;
    expect((await upstream.send(get(4), time.context())).status).toBe(200);
  });

  it('goes on for the others when the one who started the exchange leaves or cannot pay', async () => {
    const waiting: (() => void)[] = [];
    const { upstream, server } = await setup({
      exchange: (_, __, response) => {
        if (waiting.length > 0) return false;
        waiting.push(() => response.end(JSON.stringify({ accessToken: 'x', expiresIn: 1 })));
        return true;
      },
    });
    const [leaver, stayer] = [testContext(), testContext()];
    const left = errorOf(upstream.send(get(1), leaver));
    const stayed = upstream.send(get(2), stayer);
    await until('the exchange', () => waiting.length === 1);
    leaver.leave();
    expect((await left).code).toBe('CANCELLED');
    waiting[0]?.();
    // That token is none of the server's: refused, renewed, repeated.
    expect((await stayed).status).toBe(200);

    server.revoke();
    const second = await setup();
    const poor = testContext({ budget: createCallBudget(0) });
    const [broke, fine] = await Promise.allSettled([
      second.upstream.send(get(1), poor),
      second.upstream.send(get(2), testContext()),
    ]);
    expect(broke).toMatchObject({ status: 'rejected', reason: { code: 'CALL_BUDGET_EXCEEDED' } });
    expect(fine).toMatchObject({ status: 'fulfilled', value: { status: 200 } });
  });

  it('ends with the client', async () => {
    const { upstream, server } = await setup({ exchange: () => true });
    const work = errorOf(upstream.send(get(1), testContext()));
    await until('the exchange', () => server.exchanges.length === 1);
    await upstream.close();
    expect((await work).code).toBe('PROVIDER_UNAVAILABLE');
  });
});

describe('token endpoints', () => {
  const plan: TokenPlan = { baseUrl: null, endpoints: [V2, V1] };

  it.each<[string, number, string]>([
    ['that does not exist', 404, '{"code":404,"message":"not found"}'],
    ['that takes no POST', 405, ''],
    ['that does not know the grant', 400, '{"error":"unsupported_grant_type"}'],
    [
      'whose schema does not know the grant',
      400,
      '{"code":400,"message":"value at /grantType is not allowed"}',
    ],
    ['that is a page', 200, '<!doctype html><html></html>'],
  ])('one %s makes way for the next, which is remembered', async (_, status, body) => {
    const { server, upstream } = await setup(
      {
        lifeMs: 3_600_000,
        exchange: (where, __, response) => {
          if (where !== '/v2/token') return false;
          response.writeHead(status).end(body);
          return true;
        },
      },
      { plan },
    );
    expect((await upstream.send(get(1), testContext())).status).toBe(200);
    server.revoke();
    expect((await upstream.send(get(2), testContext())).status).toBe(200);
    expect(server.exchanges.map((exchange) => exchange.path)).toEqual([
      '/v2/token',
      '/v1/token',
      '/v1/token',
    ]);
  });

  it.each<[string, number, string, string]>([
    ['401', 401, '{"error":"invalid_client","error_description":"unknown"}', 'invalid_client'],
    ['400', 400, '{"error":"invalid_grant"}', 'invalid_grant'],
    ['400 without an error word', 400, '{"code":400,"message":"bad request"}', 'HTTP 400'],
    ['403', 403, '', 'HTTP 403'],
    ['200 without a token', 200, '{"expires_in":60}', 'holds none'],
  ])('a refusal with %s ends the search, and is not repeated at once', async (_, status, body, words) => {
    const { server, upstream } = await setup(
      {
        exchange: (__, ___, response) => {
          response.writeHead(status).end(body);
          return true;
        },
      },
      { plan },
    );
    for (let n = 0; n < 3; n++) {
      const error = await errorOf(upstream.send(get(n), testContext()));
      expect(error.code).toBe('UNAUTHENTICATED');
      expect(error.message).toContain(words);
    }
    expect(server.exchanges.map((exchange) => exchange.path)).toEqual(['/v2/token']);
  });

  it('may all be missing, may fail, and may be at another host', async () => {
    const missing = await setup(
      { exchange: (_, __, response) => Boolean(response.writeHead(404).end()) },
      { plan },
    );
    expect((await errorOf(missing.upstream.send(get(1), testContext()))).code).toBe('PROVIDER_PROTOCOL');

    const failing = await setup(
      { exchange: (_, __, response) => Boolean(response.writeHead(500).end()) },
      { plan },
    );
    expect((await errorOf(failing.upstream.send(get(1), testContext()))).code).toBe('PROVIDER_UNAVAILABLE');

    const elsewhere = await tokenServer({ lifeMs: 3_600_000 });
    open.servers.push(elsewhere);
    const { upstream, server } = await setup({}, { plan: { ...PLAN, baseUrl: elsewhere.url } });
    // The other host's tokens are good there alone; what counts is who was asked.
    expect((await upstream.send(get(1), testContext())).status).toBe(401);
    expect(elsewhere.exchanges.length).toBeGreaterThan(0);
    expect(server.exchanges).toEqual([]);
  });
});

describe('secrecy', () => {
  it.each<[string, (body: string) => [number, string]]>([
    ['a refusal that quotes the request', (body) => [401, body]],
    [
      'an OAuth error that quotes it',
      (body) => [400, JSON.stringify({ error: 'invalid_client', error_description: body })],
    ],
    ['a failure that quotes it', (body) => [500, body]],
    ['a missing endpoint that quotes it', (body) => [404, body]],
    ['a token that is no token', (body) => [200, JSON.stringify({ accessToken: `\n${body}` })]],
  ])('%s shows nothing of it', async (_, answer) => {
    const { upstream, logged, credential } = await setup({
      exchange: (__, body, response) => {
        const [status, text] = answer(body);
        response.writeHead(status).end(text);
        return true;
      },
    });
    const ctx = testContext();
    const error = await errorOf(upstream.send(get(1), ctx));
    const seen = [
      error,
      error.message,
      error.details,
      logged,
      ctx.reports,
      credential,
      upstream,
      upstream.health,
    ];
    const text = inspect(seen, { depth: 12, showHidden: true });
    expect(text).not.toContain(TEST_CLIENT.secret);
    expect(JSON.stringify([error.message, error.details, logged, ctx.reports])).not.toContain(TEST_CLIENT.id);
  });

  it('a refusal of a call shows nothing of the token', async () => {
    const { upstream, server, logged } = await setup();
    await upstream.send(get(1), testContext());
    server.revoke();
    const stale = await setup({
      exchange: (_, __, response) => Boolean(response.end('{"accessToken":"tok-canary-1"}')),
    });
    const answer = await stale.upstream.send(get(1), testContext());
    expect(answer.status).toBe(401);
    expect(inspect([answer, stale.logged, logged], { depth: 12 })).not.toContain('tok-canary-1');
  });

  it('refuses an empty id or secret', () => {
    expect(() => clientCredential({ id: '', secret: 'x' }, PLAN)).toThrow('empty');
    expect(() => clientCredential({ id: 'x', secret: '' }, PLAN)).toThrow('empty');
  });
});
