import { afterEach, describe, expect, it } from 'vitest';
import { spellKeyHash } from '../../src/config/key-hash.ts';
import { createKey, hashKey } from '../../src/server/auth/key-secret.ts';
import { LIMIT_NAMES } from '../../src/server/limits/refusals.ts';
import { WsClient } from '../live-transport/ws-client.ts';
import { startObserved, until, type Observed } from '../telemetry/rig.ts';
import { post, refusalIn } from './callers.ts';

/** Whole gateways, as `gridweave serve` runs them. */
let gateway: Observed;
afterEach(() => gateway.close(0));

const JOBS = '{ jobs(first: 1) { nodes { id provider { key } allowedActions } } }';
const COST = { 'x-gridweave-cost': '1' };

async function withKeys(...ids: string[]): Promise<{ auth: object; keys: string[] }> {
  const keys = ids.map((id) => createKey(id));
  const apiKeys = await Promise.all(
    ids.map(async (id, i) => ({
      id,
      hash: spellKeyHash(await hashKey(keys[i]!)),
      grants: [{ scopes: ['read', 'submit', 'operate'] }],
    })),
  );
  return { auth: { apiKeys }, keys };
}

interface CostReport {
  readonly requested: number;
  readonly requestedUpstreamCalls: number;
  readonly actual: number;
  readonly upstreamCalls: number;
}

async function costOf(query: string, variables: object = {}): Promise<CostReport> {
  const answer = await gateway.query(query, variables, COST);
  expect(answer.errors).toBeUndefined();
  return (answer as { extensions?: { cost?: CostReport } }).extensions!.cost!;
}

async function refusals(): Promise<Map<string, number>> {
  const { samples } = (await gateway.scrape()).get('gridweave_refusals_total')!;
  return new Map(samples.map(({ labels, value }) => [labels['limit']!, value]));
}

describe('the sandbox, without a configuration', () => {
  it('limits no caller', async () => {
    gateway = await startObserved();
    const statuses = await Promise.all(
      Array.from({ length: 450 }, async () => (await post(gateway.url, { query: '{ __typename }' })).status),
    );
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect([...(await refusals()).values()].every((count) => count === 0)).toBe(true);
  });
});

describe('extensions.cost', () => {
  it('has what was foreseen and what it came to, of queries, mutations, batches and WebSockets', async () => {
    gateway = await startObserved({ limits: { maxBatch: 2 } });
    const asked = await costOf(JOBS);
    expect(Object.keys(asked).sort()).toEqual([
      'actual',
      'requested',
      'requestedUpstreamCalls',
      'upstreamCalls',
    ]);
    expect(asked.requestedUpstreamCalls).toBeGreaterThan(1);
    expect(asked.requested).toBeGreaterThanOrEqual(10 * asked.requestedUpstreamCalls);
    expect(asked.upstreamCalls).toBeGreaterThan(0);
    expect(asked.actual).toBeGreaterThanOrEqual(10 * asked.upstreamCalls);
    const nothing = await costOf('{ __typename }');
    expect(nothing).toEqual({ requested: 0, requestedUpstreamCalls: 0, actual: 0, upstreamCalls: 0 });

    const list = `{ jobs(first: 100, filter: { states: [RUNNING, QUEUED] }) { nodes { id allowedActions } } }`;
    const { data } = await gateway.query(list);
    const { nodes } = data!['jobs'] as { nodes: { id: string; allowedActions: string[] }[] };
    const { id } = nodes.find(({ allowedActions }) => allowedActions.includes('CANCEL'))!;
    const cancel = 'mutation ($id: ID!) { cancelJob(input: { id: $id }) { __typename } }';
    const cancelled = await costOf(cancel, { id });
    expect(cancelled).toMatchObject({ requested: 30, requestedUpstreamCalls: 3 });
    expect(cancelled.upstreamCalls).toBeGreaterThan(0);
    expect(cancelled.actual).toBe(10 * cancelled.upstreamCalls);

    const batch = await post(gateway.url, [{ query: JOBS }, { query: JOBS }], COST);
    const parts = (await batch.json()) as { extensions: { cost: CostReport } }[];
    expect(parts.map(({ extensions }) => extensions.cost.requested)).toEqual([
      asked.requested,
      asked.requested,
    ]);

    const socket = await WsClient.open(gateway.url, { headers: COST });
    socket.subscribe('1', JOBS);
    const { payload } = await socket.received(({ type }) => type === 'next');
    expect(payload).toMatchObject({ extensions: { cost: { requested: asked.requested } } });
    socket.ws.terminate();
  });
});

describe('limits.costPerMinute', () => {
  it('holds what operations under way may cost, and gives back what they did not', async () => {
    gateway = await startObserved({ limits: { costPerMinute: 150 } });
    const dear = `{ a: jobs(first: 1) { nodes { id } } b: tasks(first: 1) { nodes { id } } c: executions(first: 1) { nodes { id } } }`;
    gateway.fault('bacalhau', 'hung', { effect: { kind: 'hang' } });
    const hanging = new AbortController();
    const hung = post(gateway.url, { query: JOBS }, {}, hanging.signal).catch(() => null);
    await until(
      async () =>
        (await gateway.scrape()).get('gridweave_graphql_operations_in_progress')!.samples[0]!.value === 1,
      'the first to be under way',
    );
    const refused = await refusalIn(await post(gateway.url, { query: dear }));
    expect(refused).toMatchObject({
      status: 429,
      extensions: { code: 'RATE_LIMITED', retryable: true, field: 'limits.costPerMinute' },
    });
    const { retryAfterMs } = refused.extensions;
    expect(Number(refused.retryAfter)).toBe(Math.ceil(Number(retryAfterMs) / 1_000));
    const socket = await WsClient.open(gateway.url);
    socket.subscribe('1', dear);
    const { payload } = await socket.received(({ type }) => type === 'error');
    expect(payload).toMatchObject([{ extensions: { code: 'RATE_LIMITED', field: 'limits.costPerMinute' } }]);
    socket.ws.terminate();
    expect((await refusals()).get('costPerMinute')).toBe(2);
    hanging.abort();
    await hung;
  });

  it('of less than an operation may cost: waiting does not help, and is not asked for', async () => {
    gateway = await startObserved({ limits: { costPerMinute: 20 } });
    const { status, retryAfter, extensions } = await refusalIn(
      await post(gateway.url, { query: JOBS }, { accept: 'application/graphql-response+json' }),
    );
    expect({ status, retryAfter, extensions }).toEqual({
      status: 400,
      retryAfter: null,
      extensions: {
        code: 'COST_LIMIT',
        retryable: false,
        field: 'limits.costPerMinute',
        requested: expect.any(Number) as number,
        limit: 20,
      },
    });
  });
});

describe('server.trustedProxies', () => {
  it('says whose address is counted and logged', async () => {
    const { auth, keys } = await withKeys('ci');
    gateway = await startObserved({
      auth,
      server: { trustedProxies: ['127.0.0.1/32'] },
      log: { level: 'debug' },
    });
    const from = (address: string, key: string): Promise<Response> =>
      post(gateway.url, { query: '{ __typename }' }, { 'x-forwarded-for': address, 'x-api-key': key });
    // The attempts of one address leave those of another alone.
    const wrong = Array.from({ length: 31 }, (_, i) => createKey(`wrong-${String(i)}`));
    for (const key of wrong.slice(0, 30)) expect((await from('198.51.100.1', key)).status).toBe(401);
    const last = await from('198.51.100.1', wrong[30]!);
    // Some may have come back on a slow machine; the others have not begun.
    expect([401, 429]).toContain(last.status);
    expect((await from('198.51.100.2', wrong[30]!)).status).toBe(401);
    expect((await from('198.51.100.2', keys[0]!)).status).toBe(200);
    const kept = gateway.lines.filter(({ msg }) => msg === 'not let in').map((line) => line['remoteAddress']);
    expect(new Set(kept)).toEqual(new Set(['198.51.100.1', '198.51.100.2']));
    const clients = gateway.lines.filter(({ msg }) => msg === 'request').map((line) => line['client']);
    expect(clients).toContain('198.51.100.2');
    expect(clients).not.toContain('127.0.0.1');
  });
});

describe('a reload', () => {
  it('takes over what callers may use, without anybody being interrupted', async () => {
    const { auth, keys } = await withKeys('a');
    gateway = await startObserved({ auth, limits: { requestsPerSecond: 0.001, requestBurst: 1 } });
    const ask = async (): Promise<number> =>
      (await post(gateway.url, { query: '{ __typename }' }, { 'x-api-key': keys[0]! })).status;
    expect([await ask(), await ask()]).toEqual([200, 429]);
    const { restartNeeded } = await gateway.reload({
      ...gateway.config,
      limits: { ...gateway.config.limits, requestsPerSecond: 0, maxBatch: 5 },
    });
    expect(restartNeeded).toEqual(['limits.maxBatch']);
    expect([await ask(), await ask(), await ask()]).toEqual([200, 200, 200]);
  });
});

describe('refusals', () => {
  it('are counted by the limit, and nothing else', async () => {
    gateway = await startObserved({
      limits: {
        maxDepth: 2,
        maxAliases: 1,
        maxTokens: 100,
        maxBodyBytes: 2_000,
        maxCost: 40,
        requestsPerSecond: 100_000,
      },
    });
    const deep = '{ jobs { nodes { id } } }';
    const codes = [];
    for (const body of [
      { query: deep },
      { query: deep },
      { query: '{ a: __typename b: __typename }' },
      { query: `{ ${'__typename '.repeat(100)} }` },
      { query: `{ __typename }`, variables: { text: 'x'.repeat(2_000) } },
      { query: '{ jobs { totalCount } tasks { totalCount } }' },
      [{ query: '{ __typename }' }],
    ]) {
      const { extensions, message } = await refusalIn(await post(gateway.url, body));
      expect(extensions['field'], message).toMatch(/^limits\.max/);
      codes.push(`${String(extensions['code'])} ${String(extensions['field'])}`);
    }
    expect(codes).toEqual([
      'OPERATION_TOO_LARGE limits.maxDepth',
      'OPERATION_TOO_LARGE limits.maxDepth',
      'OPERATION_TOO_LARGE limits.maxAliases',
      'OPERATION_TOO_LARGE limits.maxTokens',
      'PAYLOAD_TOO_LARGE limits.maxBodyBytes',
      'COST_LIMIT limits.maxCost',
      'BATCH_LIMIT limits.maxBatch',
    ]);
    const counts = await refusals();
    expect([...counts.keys()].sort()).toEqual([...LIMIT_NAMES].sort());
    expect(Object.fromEntries([...counts].filter(([, count]) => count > 0))).toEqual({
      maxDepth: 2,
      maxAliases: 1,
      maxTokens: 1,
      maxBodyBytes: 1,
      maxCost: 1,
      maxBatch: 1,
    });
  });
});
