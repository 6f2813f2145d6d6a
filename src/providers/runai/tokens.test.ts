import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import type { Loopback } from '../../../test/support/loopback.ts';
import { adapterOf, RunaiService, T0, uuid } from '../../../test/support/runai-service.ts';
import { TEST_CLIENT, tokenServer, type TokenServerOptions } from '../../../test/support/token-server.ts';
import { testContext } from '../../../test/support/upstream-calls.ts';
import type { ProviderKey } from '../../model/ids.ts';
import { epochMs } from '../../model/time.ts';
import { clientCredential } from '../../upstream/client-credential.ts';
import { DEFAULT_UPSTREAM_OPTIONS } from '../../upstream/options.ts';
import { path } from '../../upstream/path.ts';
import type { TokenEndpoint } from '../../upstream/token-endpoint.ts';
import type { Upstream, UpstreamRequest } from '../../upstream/types.ts';
import { createUpstream } from '../../upstream/upstream.ts';
import type { ListPage } from '../provider.ts';
import { runai } from './index.ts';
import { settingsSchema } from './settings.ts';
import { tokenPlan } from './token-plan.ts';

const open: { upstreams: Upstream[]; servers: Loopback[] } = { upstreams: [], servers: [] };
afterEach(async () => {
  await Promise.all(open.upstreams.splice(0).map((upstream) => upstream.close()));
  await Promise.all(open.servers.splice(0).map((server) => server.close()));
});

async function answer(model: RunaiService, call: UpstreamRequest, response: ServerResponse): Promise<void> {
  const { status, body } = await model.send(call, testContext());
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
}

/** The adapter over real sockets, in front of a control plane whose every call wants a token. Time is the test's. */
async function setup(options: Partial<TokenServerOptions> & { skewMs?: number } = {}) {
  let now = T0;
  const clock = { now: () => epochMs(now) };
  const model = new RunaiService();
  for (let n = 1; n <= 300; n++) model.putWorkload(uuid(n), T0 + n * 1000);
  const { skewMs = 0, ...rest } = options;
  const server = await tokenServer({
    lifeMs: 60_000,
    now: () => now + skewMs,
    serve: (request, response) => {
      const call = { method: 'GET' as const, path: { path: request.url ?? '', route: '' } };
      void answer(model, call, response);
    },
    ...rest,
  });
  open.servers.push(server);
  const settings = settingsSchema.parse({ tokenEndpoint: 'v1' });
  const upstream = createUpstream(
    {
      ...DEFAULT_UPSTREAM_OPTIONS,
      provider: 'r' as ProviderKey,
      baseUrl: server.url,
      credential: clientCredential(TEST_CLIENT, tokenPlan(settings)),
      freshnessMs: 0,
      // The test's time stands still, and nothing comes back to the limit of calls.
      rate: { perSecond: 1_000, burst: 1_000 },
    },
    { clock },
  );
  open.upstreams.push(upstream);
  const adapter = runai.create({ provider: 'r' as ProviderKey, upstream, settings, clock });
  return {
    server,
    adapter,
    forward: (ms: number) => {
      now += ms;
    },
    context: () => testContext({ deadlineAt: epochMs(now + 10_000) }),
  };
}

const order = { field: 'CREATED_AT', direction: 'DESC' } as const;

describe('a walk through all pages', () => {
  it.each([
    ['outlives its tokens', 0, 9_000],
    ['outlives them with a provider ten minutes ahead', 600_000, 9_000],
    ['outlives them with a provider ten minutes behind', -600_000, 9_000],
    ['outlives them although each page comes after the end of the last one’s', 0, 70_000],
  ])('%s', async (_, skewMs, pauseMs) => {
    const { server, adapter, forward, context } = await setup({ skewMs });
    const keys = new Set<string>();
    for (let after: string | null = null, more = true; more;) {
      const page: ListPage<'job'> = await adapter.list(
        'job',
        { after, limit: 20, filter: {}, order },
        context(),
      );
      for (const { record } of page.rows) keys.add(record.key);
      [after, more] = [page.endPosition, page.hasMore];
      forward(pauseMs);
    }
    expect(keys.size).toBe(300);
    expect(server.refusals).toBe(0);
    expect(server.exchanges.length).toBeGreaterThan(2);
  });

  it('goes on when its token is taken away in the middle', async () => {
    const { server, adapter, context } = await setup();
    const first = await adapter.list('job', { after: null, limit: 100, filter: {}, order }, context());
    server.revoke();
    const ctx = context();
    const second = await adapter.list(
      'job',
      { after: first.endPosition, limit: 100, filter: {}, order },
      ctx,
    );
    expect(second.rows).toHaveLength(100);
    expect(ctx.reports.map(({ route, status }) => `${route} ${String(status)}`)).toEqual([
      '/api/v1/workloads 401',
      '/api/v1/token 200',
      '/api/v1/workloads 200',
    ]);
  });
});

describe('a storm of 401', () => {
  it('from fifty requests makes one exchange and no failed row', async () => {
    const { server, adapter, context } = await setup();
    await adapter.list('job', { after: null, limit: 1, filter: {}, order }, context());
    server.revoke();
    const pages = await Promise.all(
      Array.from({ length: 50 }, (_, n) =>
        adapter.list('job', { after: null, limit: n + 1, filter: {}, order }, context()),
      ),
    );
    expect(pages.map(({ rows }) => rows.length)).toEqual(Array.from({ length: 50 }, (_, n) => n + 1));
    expect(pages.every(({ dropped }) => dropped.count === 0)).toBe(true);
    expect(server.exchanges).toHaveLength(2);
  });
});

describe('a probe', () => {
  it('with a client that is refused says so, after one exchange', async () => {
    const { server, adapter, context } = await setup({
      exchange: (_, __, response) =>
        Boolean(response.writeHead(400).end('{"code":400,"message":"bad credentials"}')),
    });
    const result = await adapter.probe(context());
    expect(result).toMatchObject({ reachable: true, problem: { code: 'UNAUTHENTICATED' } });
    expect(result.permissions.every(({ allowed }) => allowed === false)).toBe(true);
    expect(server.exchanges).toHaveLength(1);
  });
});

describe('token endpoints', () => {
  const namesOf = (settings: Record<string, unknown>): string[] =>
    tokenPlan(settingsSchema.parse(settings)).endpoints.map(asked);
  const asked = (endpoint: TokenEndpoint): string => {
    const body = endpoint.body({ id: 'ID', secret: 'SECRET' });
    return `${endpoint.path.path} ${endpoint.encoding} ${new URLSearchParams(body).toString()} ${endpoint.token}`;
  };
  const V2 =
    '/api/v2/token form grant_type=client_credentials&client_id=ID&client_secret=SECRET access_token';
  const V1 = '/api/v1/token json grantType=client_credentials&clientID=ID&clientSecret=SECRET accessToken';
  const V1_APP = '/api/v1/token json grantType=app_token&appID=ID&appSecret=SECRET accessToken';

  it('are tried in the order of preference', () => {
    expect(namesOf({})).toEqual([V2, V1, V1_APP]);
    const all = namesOf({ realm: 'acme' });
    expect(all.slice(0, 3)).toEqual([V2, V1, V1_APP]);
    expect(all[3]).toContain('/auth/realms/acme/protocol/openid-connect/token form grant_type=client_credentials&scope=openid'); // prettier-ignore
  });

  it('can be chosen, with the token that is sent', () => {
    expect(namesOf({ tokenEndpoint: 'v1-app' })).toEqual([V1_APP]);
    expect(namesOf({ tokenEndpoint: 'keycloak' })[0]).toContain('/auth/realms/runai/');
    expect(namesOf({ tokenField: 'id_token' }).map((name) => name.split(' ').at(-1))).toEqual(['id_token', 'idToken', 'idToken']); // prettier-ignore
  });

  it('can be at another host', () => {
    expect(tokenPlan(settingsSchema.parse({})).baseUrl).toBeNull();
    const plan = tokenPlan(settingsSchema.parse({ tokenUrl: 'https://app.run.ai' }));
    expect(plan.baseUrl?.href).toBe('https://app.run.ai/');
    expect(plan.endpoints[0]?.path).toEqual(path`/api/v2/token`);
  });

  it.each<[number, string, readonly string[]]>([
    [24, '/api/v2/token', ['/api/v2/token']],
    [20, 'client_credentials', ['/api/v2/token', '/api/v1/token']],
    [18, 'app_token', ['/api/v2/token', '/api/v1/token', '/api/v1/token']],
  ])('of 2.%i are found', async (minor, taken, paths) => {
    const { server } = await setup({
      exchange: (where, body, response) => {
        if (where === '/api/v2/token' && minor < 24) {
          response.writeHead(404).end('{"code":404,"message":"not found"}');
          return true;
        }
        if (where === '/api/v1/token' && body.includes('client_credentials') && minor < 20) {
          response.writeHead(400).end('{"code":400,"message":"unsupported grantType"}');
          return true;
        }
        if (where !== '/api/v2/token') return false;
        response.end(JSON.stringify({ access_token: 'opaque', token_type: 'Bearer', expires_in: 3600 }));
        return true;
      },
    });
    const upstream = createUpstream(
      {
        ...DEFAULT_UPSTREAM_OPTIONS,
        provider: 'r' as ProviderKey,
        baseUrl: server.url,
        credential: clientCredential(TEST_CLIENT, tokenPlan(settingsSchema.parse({}))),
      },
      { clock: { now: () => epochMs(T0) } },
    );
    open.upstreams.push(upstream);
    const ctx = testContext({ deadlineAt: epochMs(T0 + 5_000) });
    await adapterOf(upstream)
      .list('job', { after: null, limit: 5, filter: {}, order }, ctx)
      .catch(() => null);
    expect(server.exchanges.slice(0, paths.length).map((exchange) => exchange.path)).toEqual(paths);
    const last = server.exchanges[paths.length - 1];
    expect(`${last?.path ?? ''} ${last?.body ?? ''}`).toContain(taken);
  });
});
