import type { Duplex } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocketServer, type WebSocket } from 'ws';
import { loopback, until, type Handler, type Loopback } from '../../test/support/loopback.ts';
import { errorOf, PROVIDER, testContext, type TestContext } from '../../test/support/upstream-calls.ts';
import { systemClock } from '../model/time.ts';
import { createCallBudget } from './call-budget.ts';
import { bearerCredential } from './credential.ts';
import { DEFAULT_UPSTREAM_OPTIONS } from './options.ts';
import { path } from './path.ts';
import type { Upstream, UpstreamOptions } from './types.ts';
import { createUpstream } from './upstream.ts';

const LOGS = { path: path`/jobs/${'a b'}/logs`, query: { follow: true } };

const open: { upstreams: Upstream[]; servers: Loopback[] } = { upstreams: [], servers: [] };

async function setup(
  onSocket: (socket: WebSocket) => void,
  over: Partial<UpstreamOptions> = {},
  refuse?: Handler,
) {
  const server = await loopback(refuse ?? (() => {}));
  open.servers.push(server);
  const sockets: WebSocket[] = [];
  if (refuse === undefined) {
    const wss = new WebSocketServer({ server: server.server });
    wss.on('connection', (socket, request) => {
      sockets.push(socket);
      (server.requests as unknown[]).push(request);
      onSocket(socket);
    });
  }
  const options: UpstreamOptions = {
    ...DEFAULT_UPSTREAM_OPTIONS,
    provider: PROVIDER,
    baseUrl: new URL('/api', server.url),
    credential: bearerCredential('abc'),
    ...over,
  };
  const upstream = createUpstream(options, { clock: systemClock });
  open.upstreams.push(upstream);
  return { server, upstream, sockets };
}

/** Never answers an upgrade, but does notice when the client hangs up. */
function holdUp(_: unknown, socket: Duplex): void {
  socket.on('end', () => socket.end()).on('error', () => {});
  socket.resume();
}

async function readAll(messages: AsyncIterable<string>): Promise<string[]> {
  const all: string[] = [];
  for await (const message of messages) all.push(message);
  return all;
}

afterEach(async () => {
  await Promise.all(open.upstreams.splice(0).map((upstream) => upstream.close()));
  const servers = open.servers.splice(0);
  try {
    for (const server of servers) await until('connections to close', () => server.connections === 0);
  } finally {
    await Promise.all(servers.map((server) => server.close()));
  }
});

describe('an open socket', () => {
  it('is asked for like any call: path, query, credential, budget, report', async () => {
    const { server, upstream } = await setup((socket) => {
      socket.send('one');
      socket.send(Buffer.from('zwö'));
      socket.close(1000);
    });
    const ctx = testContext();
    const socket = await upstream.openSocket(LOGS, ctx);
    expect(await readAll(socket.messages)).toEqual(['one', 'zwö']);
    expect(server.requests[0]?.url).toBe('/api/jobs/a%20b/logs?follow=true');
    expect(server.requests[0]?.headers).toMatchObject({ authorization: 'Bearer abc' });
    expect(server.requests[0]?.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    expect(ctx.budget.spent).toBe(1);
    expect(ctx.reports).toMatchObject([{ status: 101, servedFrom: 'NETWORK', route: '/jobs/{}/logs' }]);
  });

  it('fails its messages when the connection breaks, after those that came before', async () => {
    const { upstream } = await setup((socket) => socket.send('one', () => socket.terminate()));
    const { messages } = await upstream.openSocket(LOGS, testContext());
    const reader = messages[Symbol.asyncIterator]();
    expect(await reader.next()).toMatchObject({ value: 'one' });
    await expect(reader.next()).rejects.toMatchObject({ code: 'PROVIDER_UNAVAILABLE' });
  });

  it('fails its messages when the provider closes with a code that is no end', async () => {
    const { upstream } = await setup((socket) => socket.close(1011));
    const { messages } = await upstream.openSocket(LOGS, testContext());
    expect((await errorOf(readAll(messages))).message).toContain('1011');
  });

  it('outlives the deadline, which was for the handshake', async () => {
    const { upstream, sockets } = await setup(() => {}, { timeoutMs: 150 });
    const socket = await upstream.openSocket(LOGS, testContext({ waitMs: 150 }));
    await new Promise((resolve) => setTimeout(resolve, 250));
    sockets[0]?.send('late');
    sockets[0]?.close(1000);
    expect(await readAll(socket.messages)).toEqual(['late']);
  });

  it.each<
    [string, (ctx: TestContext, socket: { close(): void }, messages: AsyncIterator<string>) => unknown]
  >([
    ['the context is aborted', (ctx) => ctx.leave()],
    ['it is closed', (_, socket) => socket.close()],
    ['the reader stops', (_, __, messages) => messages.return?.()],
  ])('ends on both sides when %s', async (_, end) => {
    const { upstream, sockets, server } = await setup((socket) => socket.send('one'));
    const ctx = testContext();
    const socket = await upstream.openSocket(LOGS, ctx);
    const messages = socket.messages[Symbol.asyncIterator]();
    await messages.next();
    await end(ctx, socket, messages);
    expect(await messages.next()).toMatchObject({ done: true });
    await until('the other side to see the close', () => sockets[0]?.readyState === 3);
    await until('the connection to close', () => server.connections === 0);
  });

  it('slows a provider down that is faster than the reader, and loses nothing', async () => {
    const text = 'x'.repeat(64 * 1024);
    const total = 400;
    let sent = 0;
    const { upstream } = await setup((socket) => {
      const pump = () => {
        if (sent === total) socket.close(1000);
        else socket.send(`${sent++}:${text}`, () => setImmediate(pump));
      };
      pump();
    });
    const { messages } = await upstream.openSocket(LOGS, testContext());
    let before = -1;
    await until('the provider to be held up', () => {
      const stalled = sent === before && sent > 16;
      before = sent;
      return stalled;
    });
    expect(sent).toBeLessThan(total);
    const all = await readAll(messages);
    expect(all.map((message) => Number(message.split(':')[0]))).toEqual(
      Array.from({ length: total }, (_, i) => i),
    );
  });

  it('refuses a message that is too large', async () => {
    const { upstream } = await setup((socket) => socket.send('x'.repeat(2_000)), { maxResponseBytes: 1_000 });
    const { messages } = await upstream.openSocket(LOGS, testContext());
    expect(await errorOf(readAll(messages))).toMatchObject({
      code: 'PROVIDER_PROTOCOL',
      message: expect.stringContaining('larger than 1000 bytes'),
    });
  });

  it('is cut when the upstream closes, even while nobody reads', async () => {
    const { upstream, sockets } = await setup((socket) => {
      for (let i = 0; i < 200; i++) socket.send('x'.repeat(64 * 1024));
    });
    const socket = await upstream.openSocket(LOGS, testContext());
    await upstream.close();
    expect(await readAll(socket.messages)).toEqual([]);
    await until('the other side to see the close', () => sockets[0]?.readyState === 3);
  });
});

describe('a handshake', () => {
  it.each([
    [401, 'UNAUTHENTICATED'],
    [404, 'NOT_FOUND'],
    [429, 'RATE_LIMITED'],
    [503, 'PROVIDER_UNAVAILABLE'],
    [200, 'PROVIDER_PROTOCOL'],
    [302, 'PROVIDER_PROTOCOL'],
  ] as const)('that is refused with %d rejects with %s', async (status, code) => {
    const { upstream, server } = await setup(
      () => {},
      {},
      () => {},
    );
    server.server.on('upgrade', (request, socket) => {
      socket.end(`HTTP/1.1 ${status} No\r\nRetry-After: 7\r\nContent-Length: 2\r\n\r\nno`);
    });
    const ctx = testContext();
    const error = await errorOf(upstream.openSocket(LOGS, ctx));
    expect(error.code).toBe(code);
    expect(error.details.retryAfterMs).toBe(code === 'RATE_LIMITED' || status === 503 ? 7_000 : undefined);
    expect(ctx.reports).toMatchObject([{ status }]);
  });

  it('that is never answered ends with the deadline', async () => {
    const { upstream, server } = await setup(
      () => {},
      { timeoutMs: 100 },
      () => {},
    );
    server.server.on('upgrade', holdUp);
    expect((await errorOf(upstream.openSocket(LOGS, testContext()))).code).toBe('PROVIDER_TIMEOUT');
    await until('the hang-up', () => server.connections === 0);
  });

  it('ends when the caller leaves', async () => {
    const { upstream, server } = await setup(
      () => {},
      {},
      () => {},
    );
    let upgrades = 0;
    server.server.on('upgrade', (request, socket) => {
      upgrades += 1;
      holdUp(request, socket);
    });
    const ctx = testContext();
    const end = errorOf(upstream.openSocket(LOGS, ctx));
    await until('the handshake', () => upgrades === 1);
    ctx.leave();
    expect((await end).code).toBe('CANCELLED');
    await until('the hang-up', () => server.connections === 0);
  });

  it('counts for the breaker and the budget', async () => {
    const { upstream, server } = await setup(
      () => {},
      {},
      () => {},
    );
    await server.close();
    for (let i = 0; i < 5; i++) {
      expect((await errorOf(upstream.openSocket(LOGS, testContext()))).message).toContain('ECONNREFUSED');
    }
    expect(upstream.health.breaker).toBe('OPEN');
    const poor = testContext({ budget: createCallBudget(0) });
    expect((await errorOf(upstream.openSocket(LOGS, poor))).code).toBe('PROVIDER_UNAVAILABLE');
  });

  it('needs a call of the budget', async () => {
    const { upstream } = await setup(() => {});
    const poor = testContext({ budget: createCallBudget(0) });
    expect((await errorOf(upstream.openSocket(LOGS, poor))).code).toBe('CALL_BUDGET_EXCEEDED');
  });
});
