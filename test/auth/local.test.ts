import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { PROVIDER_KINDS } from '../../src/providers/kinds.ts';
import { createLogger } from '../../src/cli/logger.ts';
import { startGridweave } from '../../src/server/start.ts';
import { SseClient } from '../live-transport/sse-client.ts';
import { until, WsClient } from '../live-transport/ws-client.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { WAYS_IN } from './ways-in.ts';

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await startTestGateway();
}, 60_000);

afterAll(() => gateway.close());

/** A request as a page makes it whose name leads to this machine. */
function ask(path: string, host: string, method = 'GET'): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(`${gateway.url}${path}`, { method, headers: { host } }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
    });
    sent.on('error', reject).end();
  });
}

const PORT = (): string => new URL(gateway.url).port;
const REBOUND = 'rebound.example.org';

describe('without auth', () => {
  it.each(Object.entries(WAYS_IN))(
    'everybody on this machine sees everything: %s',
    async (_, comeIn) => {
      expect(await comeIn(gateway.url, {})).toMatchObject({
        sees: expect.arrayContaining(['bacalhau', 'qarnot']) as unknown,
      });
    },
    30_000,
  );

  it('a credential is not asked for, and not looked at', async () => {
    const comeIn = WAYS_IN['a query by POST'];
    expect(await comeIn?.(gateway.url, { authorization: 'Basic dTpw' })).toHaveProperty('sees');
  });

  it.each(['/graphql?query={__typename}', '/graphql', '/ready', '/'])(
    '%s is not told to other hosts',
    async (path) => {
      for (const host of [REBOUND, `${REBOUND}:${PORT()}`, `127.0.0.1.${REBOUND}`, '10.0.0.1']) {
        for (const method of ['GET', 'POST']) {
          const { status, body } = await ask(path, host, method);
          expect([host, status, body]).toEqual([host, 403, expect.stringContaining('"HOST_NOT_ALLOWED"')]);
        }
      }
      expect((await ask(path, `localhost:${PORT()}`)).status).not.toBe(403);
    },
  );

  it('event streams and WebSockets are not, either', async () => {
    const stream = new SseClient(gateway.url, {
      query: 'subscription { jobEvents { __typename } }',
      headers: { host: REBOUND },
    });
    expect(await stream.begun()).toBe(403);
    const socket = new WsClient(`${gateway.url}/graphql`, {
      headers: { host: REBOUND, origin: `http://${REBOUND}` },
    });
    expect(await until(() => socket.refused, 'a refusal')).toBe(403);
  });

  it('whether it lives is told to everybody', async () => {
    expect((await ask('/health', REBOUND)).status).toBe(200);
  });

  it('GraphiQL subscribes over a WebSocket', async () => {
    const page = await fetch(`${gateway.url}/graphql`, { headers: { accept: 'text/html' } });
    expect(await page.text()).toContain('"subscriptionsProtocol":"WS"');
  }, 30_000);

  it('the gateway listens nowhere else, whoever starts it', async () => {
    const config = loadConfig({ text: 'sandbox: {}', env: {}, kinds: PROVIDER_KINDS });
    const log = await createLogger({ level: 'silent' });
    const server = { ...config.server, host: '0.0.0.0', port: 0 };
    const starting = startGridweave({
      config: { ...config, server },
      kinds: PROVIDER_KINDS,
      log,
      greet: false,
    });
    await expect(starting).rejects.toThrow('Without "auth" the gateway does not listen on 0.0.0.0');
  }, 30_000);
});

it('with auth it listens where it is told to, and answers to any host', async () => {
  const text =
    'sandbox: {}\nserver: { host: 0.0.0.0, port: 0 }\nauth: { anonymous: { grants: [{ scopes: [read] }] } }';
  const config = loadConfig({ text, env: {}, kinds: PROVIDER_KINDS });
  const log = await createLogger({ level: 'silent' });
  const running = await startGridweave({ config, kinds: PROVIDER_KINDS, log, greet: false });
  try {
    const url = running.url.replace('0.0.0.0', '127.0.0.1');
    const body = JSON.stringify({ query: '{ providers { key } }' });
    const status = await new Promise<number>((resolve, reject) => {
      const headers = { host: 'gateway.example.org', 'content-type': 'application/json' };
      request(`${url}/graphql`, { method: 'POST', headers }, (response) => {
        resolve(response.resume().statusCode ?? 0);
      })
        .on('error', reject)
        .end(body);
    });
    expect(status).toBe(200);
  } finally {
    await running.close(0);
  }
}, 30_000);
