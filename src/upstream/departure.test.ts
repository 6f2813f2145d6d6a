import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { until } from '../../test/support/loopback.ts';
import { TEST_CLIENT } from '../../test/support/token-server.ts';
import { errorOf, PROVIDER, testContext } from '../../test/support/upstream-calls.ts';
import { GridweaveError } from '../model/errors.ts';
import { systemClock } from '../model/time.ts';
import { maskError } from '../server/mask-error.ts';
import { createCallBudget } from './call-budget.ts';
import { clientCredential } from './client-credential.ts';
import { DEFAULT_UPSTREAM_OPTIONS } from './options.ts';
import { path } from './path.ts';
import type { Upstream, UpstreamOptions, UpstreamRequest } from './types.ts';
import { createUpstream } from './upstream.ts';

const WRITE: UpstreamRequest = { method: 'POST', path: path`/jobs`, body: { name: 'a' } };
const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}';

/** A server that is told of connections and of every request's text as it comes, and answers by hand. */
interface RawServer {
  readonly url: URL;
  readonly received: string[];
  connections: number;
  close(): Promise<void>;
}

const open: { upstreams: Upstream[]; servers: RawServer[] } = { upstreams: [], servers: [] };

afterEach(async () => {
  await Promise.all(open.upstreams.splice(0).map((upstream) => upstream.close()));
  await Promise.all(open.servers.splice(0).map((server) => server.close()));
});

function listening(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

async function rawServer(
  onData: (socket: Socket, nth: number) => void,
  onConnection: (socket: Socket) => void = () => {},
  scheme = 'http',
): Promise<RawServer> {
  const sockets = new Set<Socket>();
  const received: string[] = [];
  const server = createServer((socket) => {
    raw.connections += 1;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => {});
    socket.on('data', (chunk) => {
      received.push(chunk.toString('latin1'));
      onData(socket, received.length);
    });
    onConnection(socket);
  });
  const port = await listening(server);
  const raw: RawServer = {
    url: new URL(`${scheme}://127.0.0.1:${port}`),
    received,
    connections: 0,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
  open.servers.push(raw);
  return raw;
}

function upstreamTo(url: URL, over: Partial<UpstreamOptions> = {}): Upstream {
  const options = {
    ...DEFAULT_UPSTREAM_OPTIONS,
    provider: PROVIDER,
    baseUrl: url,
    credential: null,
    ...over,
  };
  const upstream = createUpstream(options, { clock: systemClock, random: () => 0 });
  open.upstreams.push(upstream);
  return upstream;
}

async function closedPort(): Promise<URL> {
  const server = createServer();
  const port = await listening(server);
  await new Promise((resolve) => server.close(resolve));
  return new URL(`http://127.0.0.1:${port}`);
}

describe('a write that never left says so', () => {
  it('a port that is closed', async () => {
    const error = await errorOf(upstreamTo(await closedPort()).send(WRITE, testContext()));
    expect(error.message).toContain('ECONNREFUSED');
    expect(error.details.sent).toBe(false);
  });

  it('a name that does not exist', async () => {
    const error = await errorOf(
      upstreamTo(new URL('http://no-such-host.invalid')).send(WRITE, testContext()),
    );
    expect(error).toMatchObject({ code: 'PROVIDER_UNAVAILABLE', details: { sent: false } });
  });

  it('a TLS handshake that fails, or never ends', async () => {
    const refusing = await rawServer((socket) => socket.end('no TLS here\r\n'), undefined, 'https');
    const failed = await errorOf(upstreamTo(refusing.url).send(WRITE, testContext()));
    expect(failed).toMatchObject({ code: 'PROVIDER_UNAVAILABLE', details: { sent: false } });
    const silent = await rawServer(() => {}, undefined, 'https');
    const late = await errorOf(upstreamTo(silent.url, { timeoutMs: 200 }).send(WRITE, testContext()));
    expect(late).toMatchObject({ code: 'PROVIDER_TIMEOUT', details: { sent: false } });
    const connect = upstreamTo(silent.url, { connectTimeoutMs: 100 });
    const timeout = await errorOf(connect.send(WRITE, testContext()));
    expect(timeout.message).toContain('connect timeout');
    expect(timeout.details.sent).toBe(false);
  });

  it('a deadline that was over, a caller who had left, an empty budget, a client that is shut down', async () => {
    const server = await rawServer((socket) => socket.write(OK));
    const upstream = upstreamTo(server.url);
    const late = await errorOf(upstream.send(WRITE, testContext({ waitMs: -1 })));
    expect(late).toMatchObject({ code: 'PROVIDER_TIMEOUT', details: { sent: false } });
    const gone = testContext();
    gone.leave();
    const left = await errorOf(upstream.send(WRITE, gone));
    expect(left).toMatchObject({ code: 'CANCELLED', details: { sent: false } });
    const poor = await errorOf(upstream.send(WRITE, testContext({ budget: createCallBudget(0) })));
    expect(poor).toMatchObject({ code: 'CALL_BUDGET_EXCEEDED', details: { sent: false } });
    await upstream.close();
    const shut = await errorOf(upstream.send(WRITE, testContext()));
    expect(shut).toMatchObject({ code: 'PROVIDER_UNAVAILABLE', details: { sent: false } });
    expect(server.received).toHaveLength(0);
  });

  it('our own limit, at once or while waiting for a turn', async () => {
    const server = await rawServer((socket) => socket.write(OK));
    const upstream = upstreamTo(server.url, { rate: { perSecond: 1, burst: 1 } });
    await upstream.send(WRITE, testContext());
    const refused = await errorOf(upstream.send(WRITE, testContext({ waitMs: 100 })));
    expect(refused).toMatchObject({ code: 'RATE_LIMITED', details: { sent: false } });
    const waiting = testContext();
    const turn = errorOf(upstream.send(WRITE, waiting));
    waiting.leave();
    expect(await turn).toMatchObject({ code: 'CANCELLED', details: { sent: false } });
    expect(server.received).toHaveLength(1);
  });

  it('a breaker that is open', async () => {
    const server = await rawServer((socket) => socket.write('HTTP/1.1 500 No\r\ncontent-length: 0\r\n\r\n'));
    const breaker = { ...DEFAULT_UPSTREAM_OPTIONS.breaker, minimumCalls: 1, windowSize: 1 };
    const upstream = upstreamTo(server.url, { breaker });
    await upstream.send(WRITE, testContext());
    const error = await errorOf(upstream.send(WRITE, testContext()));
    expect(error).toMatchObject({ code: 'PROVIDER_UNAVAILABLE', details: { sent: false } });
    expect(server.received).toHaveLength(1);
  });

  it('a token that could not be had, although the call for it was sent', async () => {
    const server = await rawServer((socket) => socket.destroy());
    const plan = {
      baseUrl: null,
      endpoints: [
        {
          path: path`/token`,
          encoding: 'json' as const,
          body: ({ id, secret }: { id: string; secret: string }) => ({ id, secret }),
          token: 'token',
          lifetime: 'expiresIn',
        },
      ],
    };
    const upstream = upstreamTo(server.url, { credential: clientCredential(TEST_CLIENT, plan) });
    const error = await errorOf(upstream.send(WRITE, testContext()));
    expect(error).toMatchObject({ code: 'PROVIDER_UNAVAILABLE', details: { sent: false } });
    expect(server.received.length).toBeGreaterThan(0);
    expect(server.received.every((text) => text.startsWith('POST /token'))).toBe(true);
  });

  it('a caller who leaves while the write waits for a connection', async () => {
    const server = await rawServer(() => {});
    const upstream = upstreamTo(server.url, { maxConnections: 1 });
    const first = testContext();
    const busy = errorOf(upstream.send(WRITE, first));
    await until('the first write', () => server.received.length === 1);
    const second = testContext();
    const queued = errorOf(upstream.send(WRITE, second));
    second.leave();
    expect((await queued).details.sent).toBe(false);
    first.leave();
    const begun = await busy;
    expect(begun.code).toBe('CANCELLED');
    expect(begun.details.sent).not.toBe(false);
    expect(server.received).toHaveLength(1);
  });
});

describe('a write that may have taken effect does not say that it never left, and is not sent again', () => {
  it.each<[string, (socket: Socket) => void]>([
    ['a reset after reading', (socket) => socket.resetAndDestroy()],
    ['an end after reading', (socket) => socket.end()],
    ['half an answer', (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{')],
    ['no HTTP', (socket) => socket.end('SSH-2.0\r\n')],
  ])('%s', async (_, onData) => {
    const server = await rawServer(onData);
    const error = await errorOf(upstreamTo(server.url).send(WRITE, testContext()));
    expect(error.details.sent).not.toBe(false);
    expect(server.received).toHaveLength(1);
  });

  it('a reset as soon as there is a connection: told by whether undici had begun to write', async () => {
    const server = await rawServer(
      () => {},
      (socket) => socket.pause().resetAndDestroy(),
    );
    const error = await errorOf(upstreamTo(server.url).send(WRITE, testContext()));
    expect(error.code).toBe('PROVIDER_UNAVAILABLE');
    expect([server.received.length, server.connections]).toEqual([0, 1]);
  });

  it('a kept-alive connection that is reset just as the next request goes out', async () => {
    const server = await rawServer((socket, nth) =>
      nth === 1 ? socket.write(OK) : socket.resetAndDestroy(),
    );
    const upstream = upstreamTo(server.url, { maxConnections: 1 });
    await upstream.send(WRITE, testContext());
    const error = await errorOf(upstream.send(WRITE, testContext()));
    expect(error.code).toBe('PROVIDER_UNAVAILABLE');
    expect(error.details.sent).not.toBe(false);
    expect([server.received.length, server.connections]).toEqual([2, 1]);
  });

  it('a kept-alive connection that is closed with the answer costs no write', async () => {
    const server = await rawServer((socket) => socket.end(OK));
    const upstream = upstreamTo(server.url, { maxConnections: 1 });
    for (let nth = 1; nth <= 20; nth++) {
      const before = server.received.length;
      const outcome = await upstream.send(WRITE, testContext()).catch((error: unknown) => error);
      // The next write meets a connection that is being closed, or a new one: it is written once at most either way.
      expect(server.received.length).toBeLessThanOrEqual(before + 1);
      if (!(outcome instanceof GridweaveError)) continue;
      expect(outcome.code).toBe('PROVIDER_UNAVAILABLE');
      if (outcome.details.sent === false) expect(server.received).toHaveLength(before);
    }
  });

  it('no answer in time, and a caller who leaves: the connection is cut', async () => {
    const cut: string[] = [];
    const server = await rawServer(
      () => {},
      (socket) => socket.on('close', () => cut.push('closed')),
    );
    const late = await errorOf(upstreamTo(server.url, { timeoutMs: 150 }).send(WRITE, testContext()));
    expect(late.code).toBe('PROVIDER_TIMEOUT');
    expect(late.details.sent).not.toBe(false);
    await until('the first cut', () => cut.length === 1);
    const ctx = testContext();
    const write = errorOf(upstreamTo(server.url).send(WRITE, ctx));
    await until('the write', () => server.received.length === 2);
    ctx.leave();
    const left = await write;
    expect(left.code).toBe('CANCELLED');
    expect(left.details.sent).not.toBe(false);
    await until('the second cut', () => cut.length === 2);
  });
});

it('callers of the gateway are never told', () => {
  const error = new GridweaveError('PROVIDER_UNAVAILABLE', 'No.', { sent: false });
  expect(JSON.stringify(maskError(error, () => {}))).not.toContain('sent');
});
