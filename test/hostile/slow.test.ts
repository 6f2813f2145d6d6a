import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { CONNECTION_TIMEOUTS, dropUnread } from '../../src/server/connection-timeouts.ts';
import { until } from '../live-transport/ws-client.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { RawClient } from './clients.ts';

const CONNECTIONS = 50;
const INFO = 30;
const QUERY = '{"query":"{ __typename }"}';

describe('clients that take their time', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startTestGateway({ timeouts: { headersMs: 500, requestMs: 800 } });
  });

  afterAll(async () => {
    expect(gateway.logLines.filter((line) => line.level > INFO)).toEqual([]);
    await gateway.close();
  });

  const head = (...more: readonly string[]): string =>
    ['POST /graphql HTTP/1.1', 'Host: localhost', 'Content-Type: application/json', ...more]
      .map((line) => `${line}\r\n`)
      .join('');

  it.each([
    ['say nothing', '', '', '408'],
    ['send a header now and then', head(), 'a: b\r\n', '408'],
    ['send a body byte by byte', `${head('Content-Length: 1000')}\r\n`, 'x', '408'],
    ['send a body in chunks of a byte', `${head('Transfer-Encoding: chunked')}\r\n`, '1\r\nx\r\n', '408'],
  ])('%s', async (_name, first, then, status) => {
    const clients = Array.from({ length: CONNECTIONS }, () => new RawClient(gateway.url));
    for (const { socket } of clients) socket.write(first);
    const timer = setInterval(() => {
      for (const { socket, ended } of clients) if (!ended && then !== '') socket.write(then);
    }, 50);
    try {
      const response = await gateway.post(QUERY);
      expect(await response.json()).toEqual({ data: { __typename: 'Query' } });
      for (const client of clients) await client.end();
    } finally {
      clearInterval(timer);
    }
    // Who said nothing is not owed an answer, and some are reset before they have read theirs.
    const statuses = new Set(
      clients.map(({ received }) => received.slice(9, 12)).filter((text) => text !== ''),
    );
    expect([...statuses].every((text) => text === status)).toBe(true);
  });

  const chunked = (text: string, size: number): string => {
    const pieces = text.match(new RegExp(`.{1,${String(size)}}`, 'gs')) ?? [];
    const chunks = pieces.map((piece) => `${piece.length.toString(16)}\r\n${piece}\r\n`).join('');
    return `${head('Transfer-Encoding: chunked', 'Connection: close')}\r\n${chunks}0\r\n\r\n`;
  };

  it('send 100,000 chunks of a byte: refused before they are read', async () => {
    const client = new RawClient(gateway.url);
    client.socket.write(chunked(QUERY.padEnd(100_000), 1));
    await client.end();
    // Who goes on sending to a connection that was closed may not get to read why.
    expect(client.received).toMatch(/^$|^HTTP\/1.1 413 [^]*"code":"PAYLOAD_TOO_LARGE"/);
  });

  it('send chunks of a reasonable size: answered', async () => {
    for (const [length, size] of [
      [900, 1],
      [100_000, 64],
    ] as const) {
      const client = new RawClient(gateway.url);
      client.socket.write(chunked(QUERY.padEnd(length), size));
      await client.end();
      expect(client.received).toContain('{"data":{"__typename":"Query"}}');
    }
  });

  it('1,000 requests in one write are answered in turn', async () => {
    const client = new RawClient(gateway.url);
    client.socket.write(`${head(`Content-Length: ${String(QUERY.length)}`)}\r\n${QUERY}`.repeat(1_000));
    await until(() => client.received.split('HTTP/1.1 200').length === 1_001, '1,000 answers', 15_000);
  });
});

it('an answer that nobody reads is dropped', async () => {
  const BYTES = 64_000_000;
  const closed: Promise<void>[] = [];
  const server = createServer((_request, response) => {
    dropUnread(response, { ...CONNECTION_TIMEOUTS, unreadMs: 200 });
    closed.push(new Promise((resolve) => response.once('close', resolve)));
    response.end(Buffer.alloc(BYTES));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const client = new RawClient(`http://127.0.0.1:${String(port)}`);
  client.socket.pause();
  client.socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await until(() => closed.length > 0, 'the request');
  await closed[0];
  client.socket.resume();
  await client.end();
  expect(client.received.length).toBeLessThan(BYTES);
});
