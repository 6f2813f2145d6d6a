import { createServer } from 'node:net';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { spellKeyHash } from '../../src/config/key-hash.ts';
import { PROVIDER_KINDS } from '../../src/providers/kinds.ts';
import { createKey, hashKey } from '../../src/server/auth/key-secret.ts';
import { servesMetrics } from '../../src/server/telemetry/telemetry.ts';
import { startObserved, until, type Observed } from './rig.ts';

let gateway: Observed | null = null;
afterEach(async () => {
  await gateway?.close(0);
  gateway = null;
});

const statusOf = async (url: string, headers: Record<string, string> = {}): Promise<number> => {
  const response = await fetch(url, { headers });
  await response.arrayBuffer();
  return response.status;
};

const hashOf = async (key: string): Promise<string> => spellKeyHash(await hashKey(key));

describe('/metrics', { timeout: 30_000 }, () => {
  it('takes the scope admin on the port of the graph, where there is auth', async () => {
    const [reader, admin] = [createKey('reader'), createKey('admin')];
    gateway = await startObserved({
      auth: {
        apiKeys: [
          { id: 'reader', hash: await hashOf(reader), grants: [{ scopes: ['read'] }] },
          { id: 'admin', hash: await hashOf(admin), grants: [{ scopes: ['admin'] }] },
        ],
      },
    });
    const url = `${gateway.url}/metrics`;
    expect(await statusOf(url)).toBe(401);
    expect(await statusOf(url, { 'x-api-key': reader })).toBe(403);
    expect(await statusOf(url, { 'x-api-key': admin })).toBe(200);
    expect(await statusOf(url, { authorization: `Bearer ${admin}` })).toBe(200);
    // Who is nobody is told whether it takes requests, and nothing of the providers.
    expect(await (await fetch(`${gateway.url}/ready`)).json()).toEqual({ ready: true });
  });

  it('has a port of its own, and none other then', async () => {
    gateway = await startObserved({ metrics: { port: 0 } });
    const own = gateway.operationsUrl!;
    expect(own).not.toBe(gateway.url);
    expect(await statusOf(`${gateway.url}/metrics`)).toBe(404);
    expect(await statusOf(`${own}/metrics`)).toBe(200);
    expect(await statusOf(`${own}/metrics?x=1`)).toBe(200);
    expect(await statusOf(`${own}/health`)).toBe(200);
    expect(await (await fetch(`${own}/ready`)).json()).toMatchObject({ ready: true, degraded: [] });
    expect(await statusOf(`${own}/graphql`)).toBe(404);
    const posted = await fetch(`${own}/metrics`, { method: 'POST', body: 'x' });
    expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    const head = await fetch(`${own}/metrics`, { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
  });

  it('can be turned off', async () => {
    gateway = await startObserved({ metrics: { enabled: false } });
    expect(await statusOf(`${gateway.url}/metrics`)).toBe(404);
    expect(gateway.operationsUrl).toBeNull();
  });

  it('is there by default only where nobody else can read it', () => {
    const wanted = (text: string): boolean =>
      servesMetrics(loadConfig({ text, env: {}, kinds: PROVIDER_KINDS }));
    const open =
      'sandbox: {}\nauth: { anonymous: { grants: [{ scopes: [read] }] } }\nserver: { host: 0.0.0.0 }';
    expect(wanted('sandbox: {}')).toBe(true);
    expect(wanted(open)).toBe(false);
    expect(wanted(`${open}\nmetrics: { enabled: true }`)).toBe(true);
    expect(wanted(`${open}\nmetrics: { port: 9464 }`)).toBe(true);
  });

  it('says what to do when its port is taken', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    try {
      await expect(startObserved({ metrics: { port } })).rejects.toThrow(
        `Cannot listen on 127.0.0.1:${String(port)}: something else listens there. Choose another port in the section "metrics".`,
      );
    } finally {
      taken.close();
    }
  });
});

describe('the id of a request', { timeout: 30_000 }, () => {
  it('is the caller’s own where it is well formed, and a new one otherwise', async () => {
    gateway = await startObserved();
    const idFor = async (given: string, path = '/graphql'): Promise<string | null> => {
      const response = await fetch(`${gateway!.url}${path}`, {
        headers: { 'x-request-id': given, accept: 'application/json' },
      });
      await response.arrayBuffer();
      return response.headers.get('x-request-id');
    };
    expect(await idFor('Mine_1.2-3')).toBe('Mine_1.2-3');
    expect(await idFor('x'.repeat(128))).toBe('x'.repeat(128));
    expect(await idFor('x', '/ready')).toBe('x');
    expect(await idFor('x', '/nowhere')).toBe('x');
    for (const wrong of ['', 'a b', 'x'.repeat(129), 'a"b', '<script>', 'a;b']) {
      expect(await idFor(wrong), wrong).toMatch(/^[0-9a-f-]{36}$/);
    }
    expect(await idFor('')).not.toBe(await idFor(''));
  });

  it('is in every line about the request: calls that failed, actions, the request itself', async () => {
    gateway = await startObserved();
    gateway.fault('runai', 'broken', { effect: { kind: 'status', status: 500 }, match: 'projects' });
    await gateway.query('{ projects(first: 3) { nodes { id } } }', {}, { 'x-request-id': 'with-trouble' });
    const submit =
      'mutation { submitJob(input: { idempotencyKey: "k-1", provider: "bacalhau", spec: { name: "n", image: "busybox" } }) { outcome } }';
    await gateway.query(submit, {}, { 'x-request-id': 'with-action' });
    const { lines } = gateway;
    await until(() => lines.some(({ msg, requestId }) => msg === 'request' && requestId === 'with-action'), 'its line'); // prettier-ignore
    const of = (requestId: string) => lines.filter((line) => line.requestId === requestId);
    expect(of('with-trouble').map(({ msg }) => msg)).toEqual(
      expect.arrayContaining(['upstream-call-failed', 'request']),
    );
    const failed = lines.find(({ msg }) => msg === 'upstream-call-failed');
    expect(failed).toMatchObject({ requestId: 'with-trouble', provider: 'runai', status: 500 });
    // What the provider was sent is another one.
    expect(failed?.['upstreamRequestId']).toMatch(/^[0-9a-f-]{36}$/);
    expect(of('with-action').find(({ audit }) => audit === true)).toMatchObject({ action: 'SUBMIT' });
    expect(of('with-action').find(({ msg }) => msg === 'request')).toMatchObject({
      method: 'POST',
      path: '/graphql',
      status: 200,
    });
  });
});

describe('leaving', { timeout: 30_000 }, () => {
  const SLOW = '{ computeNodes(first: 2, filter: { providers: ["bacalhau"] }) { nodes { id } sources { outcome } } }'; // prettier-ignore

  it('is seen, lets what is under way end, and takes nothing new', async () => {
    gateway = await startObserved({ metrics: { port: 0 }, server: { drainMs: 8_000 } });
    const { url, operationsUrl } = gateway;
    gateway.fault('bacalhau', 'slow', { effect: { kind: 'latency', ms: 1_000 } });
    const calls = gateway.sandbox!.emulators.get('bacalhau')!.calls.length;
    const underWay = gateway.query(SLOW);
    await until(() => gateway!.sandbox!.emulators.get('bacalhau')!.calls.length > calls, 'a call');
    const beganAt = performance.now();
    const closed = gateway.close();
    const ready = await fetch(`${operationsUrl!}/ready`);
    expect(ready.status).toBe(503);
    expect(await ready.json()).toMatchObject({ ready: false, status: 'LEAVING' });
    await expect(fetch(`${url}/ready`)).rejects.toThrow('fetch failed');
    const { status, data } = await underWay;
    expect([status, data]).toEqual([200, expect.objectContaining({ computeNodes: expect.anything() })]);
    await closed;
    // Not the whole budget, and not the time for which connections are kept.
    expect(performance.now() - beganAt).toBeLessThan(3_000);
    await expect(fetch(`${operationsUrl!}/ready`)).rejects.toThrow('fetch failed');
    gateway = null;
  });

  it('takes no longer than it may, whatever is under way', async () => {
    gateway = await startObserved({ server: { drainMs: 300 } });
    gateway.fault('bacalhau', 'hung', { effect: { kind: 'hang' } });
    const calls = gateway.sandbox!.emulators.get('bacalhau')!.calls.length;
    const underWay = gateway.query(SLOW).catch((error: unknown) => error);
    await until(() => gateway!.sandbox!.emulators.get('bacalhau')!.calls.length > calls, 'a call');
    const beganAt = performance.now();
    await gateway.close();
    expect(performance.now() - beganAt).toBeLessThan(2_000);
    expect(await underWay).toBeInstanceOf(Error);
    gateway = null;
  });
});
