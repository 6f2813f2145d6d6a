import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CallerRules } from '../../src/server/limits/caller-rules.ts';
import type { CallerLimits } from '../../src/server/limits/caller-limits.ts';
import { READ_ALL, testAuthenticator, type TestAuth } from '../auth/authenticators.ts';
import type { Authenticator } from '../../src/server/auth/authenticator.ts';
import { startTransportRig, type TransportRig } from '../live-transport/rig.ts';
import { SseClient } from '../live-transport/sse-client.ts';
import { until, WsClient } from '../live-transport/ws-client.ts';
import { rawHttp } from '../support/raw-http.ts';
import { limitedTo, post, refusalIn } from './callers.ts';

const EVENTS = 'subscription { events { type } }';
const UPGRADE = `GET /graphql HTTP/1.1
Host: x
Connection: Upgrade
Upgrade: websocket
Sec-WebSocket-Version: 13
Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==
Sec-WebSocket-Protocol: graphql-transport-ws`;
const NOTHING = { operations: 0, connections: 0, pending: 0 };

let rig: TransportRig;
let callers: CallerLimits;
let auth: TestAuth<'a' | 'b'> & { readonly authenticator: Authenticator };

beforeEach(async () => {
  auth = await testAuthenticator({ a: [READ_ALL], b: [READ_ALL] });
});
afterEach(async () => {
  await rig.close();
  await until(() => JSON.stringify(callers.open) === JSON.stringify(NOTHING), 'everything to be given back');
  await auth.authenticator.close();
});

async function start(rules: Partial<CallerRules>): Promise<void> {
  ({ callers } = limitedTo(rules));
  // A slow machine must not end what is meant to stay.
  const limits = { initTimeoutMs: 60_000 };
  rig = await startTransportRig({ authenticator: auth.authenticator, callers, limits });
}

const as = (id: 'a' | 'b') => ({ headers: { 'x-api-key': auth.keys[id] } });

/** Opens a socket, says who it is, and waits for what comes of it. */
async function init(id: 'a' | 'b'): Promise<WsClient> {
  const client = new WsClient(`${rig.url}/graphql`, as(id));
  await until(() => client.ws.readyState === client.ws.OPEN, 'the socket to open');
  client.send({ type: 'connection_init' });
  await until(() => client.closed !== null || client.messages.length > 0, 'an answer');
  return client;
}

describe('connections of one caller', () => {
  it('one too many is closed with 4429 once it is known whose it is, and takes no place', async () => {
    await start({ maxConnectionsPerIdentity: 2 });
    const [first, second] = [await init('a'), await init('a')];
    const third = await init('a');
    expect(await third.end()).toEqual({
      code: 4429,
      reason: 'Too many connections of this caller: limits.maxConnectionsPerIdentity',
    });
    expect([first.closed, second.closed]).toEqual([null, null]);
    const other = await init('b');
    expect(other.messages).toEqual([{ type: 'connection_ack' }]);
    first.ws.terminate();
    await until(() => callers.open.connections === 2, 'the place of the first');
    expect((await init('a')).closed).toBeNull();
    expect(callers.refusals.counts.get('maxConnectionsPerIdentity')).toBe(1);
  });

  it('event streams count with them, and are told with 429', async () => {
    await start({ maxConnectionsPerIdentity: 1 });
    const stream = new SseClient(rig.url, { query: EVENTS, ...as('a') });
    expect(await stream.begun()).toBe(200);
    const refused = await fetch(`${rig.url}/graphql?query=${encodeURIComponent(EVENTS)}`, {
      headers: { accept: 'text/event-stream', ...as('a').headers },
    });
    expect(await refusalIn(refused)).toMatchObject({
      status: 429,
      retryAfter: '5',
      extensions: { code: 'TOO_MANY_CONNECTIONS', field: 'limits.maxConnectionsPerIdentity' },
    });
    expect((await init('a')).closed).toMatchObject({ code: 4429 });
    // A query needs no place of its own.
    expect((await post(rig.url, { query: '{ hello }' }, as('a').headers)).status).toBe(200);
    expect(rig.feeds.open.size).toBe(1);
    stream.leave();
    await until(() => callers.open.connections === 0, 'the place of the stream');
    expect((await init('a')).closed).toBeNull();
  });
});

describe('sockets of one network that nobody knows yet', () => {
  it('one too many is refused before it becomes one', async () => {
    await start({ maxPendingConnectionsPerNetwork: 2 });
    const silent = [0, 1].map(() => new WsClient(`${rig.url}/graphql`));
    await until(() => callers.open.pending === 2, 'two sockets');
    const answer = await rawHttp(rig.url, UPGRADE).answer;
    expect(answer).toMatch(/^HTTP\/1\.1 429 /);
    expect(answer).toMatch(/\r\nRetry-After: \d+\r\n/);
    expect(answer).toContain(
      '"code":"TOO_MANY_CONNECTIONS","field":"limits.maxPendingConnectionsPerNetwork"',
    );
    silent[0]!.ws.terminate();
    await until(() => callers.open.pending === 1, 'one of them to be gone');
    // Whoever says who they are makes room for the next.
    const known = [await init('a'), await init('a'), await init('b')];
    expect(known.map(({ closed }) => closed)).toEqual([null, null, null]);
    expect(callers.open).toMatchObject({ pending: 1, connections: 3 });
  });

  it('what turns out to be no WebSocket takes no place', async () => {
    await start({ maxPendingConnectionsPerNetwork: 1 });
    for (let i = 0; i < 5; i++) {
      const answer = await rawHttp(rig.url, UPGRADE.replace('Version: 13', 'Version: 1')).answer;
      expect(answer).toMatch(/^HTTP\/1\.1 400 /);
      await until(() => callers.open.pending === 0, 'its place');
    }
  });
});

describe('operations of one caller', () => {
  it('are counted over sockets, streams and requests', async () => {
    await start({ maxOperationsPerIdentity: 3 });
    const [one, two] = [await init('a'), await init('a')];
    one.subscribe('1', EVENTS);
    two.subscribe('1', '{ hang }');
    const stream = new SseClient(rig.url, { query: EVENTS, ...as('a') });
    expect(await stream.begun()).toBe(200);
    await until(() => callers.open.operations === 3, 'three operations');

    one.subscribe('2', EVENTS);
    const { payload } = await one.received(({ id, type }) => id === '2' && type === 'error');
    expect(payload).toMatchObject([
      { extensions: { code: 'TOO_MANY_OPERATIONS', field: 'limits.maxOperationsPerIdentity' } },
    ]);
    expect(await refusalIn(await post(rig.url, { query: '{ hello }' }, as('a').headers))).toMatchObject({
      status: 429,
      extensions: { code: 'TOO_MANY_OPERATIONS' },
    });
    expect((await post(rig.url, { query: '{ hello }' }, as('b').headers)).status).toBe(200);

    one.send({ id: '1', type: 'complete' });
    await until(() => callers.open.operations === 2, 'the first to end');
    expect((await post(rig.url, { query: '{ hello }' }, as('a').headers)).status).toBe(200);
  });
});

it('nothing is left of clients that are gone without a word', async () => {
  await start({
    maxOperationsPerIdentity: 400,
    maxConnectionsPerIdentity: 200,
    maxPendingConnectionsPerNetwork: 200,
  });
  for (let round = 0; round < 3; round++) {
    const sockets = await Promise.all(Array.from({ length: 20 }, (_, i) => init(i % 2 === 0 ? 'a' : 'b')));
    for (const [i, socket] of sockets.entries()) {
      socket.subscribe('feed', EVENTS);
      socket.subscribe('silence', 'subscription { silence }');
      socket.subscribe('hang', '{ hang }');
      socket.subscribe('wrong', '{ nonsense }');
      // Some are gone before anything was answered.
      if (i % 3 === 0) socket.ws.terminate();
    }
    const silent = Array.from({ length: 10 }, () => new WsClient(`${rig.url}/graphql`));
    const streams = Array.from({ length: 10 }, () => new SseClient(rig.url, { query: EVENTS, ...as('a') }));
    const halves = Array.from({ length: 10 }, () => {
      const half = connect(rig.port, '127.0.0.1');
      half.on('error', () => {});
      half.write(
        `POST /graphql HTTP/1.1\r\nHost: x\r\nx-api-key: ${auth.keys.a}\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"query":`,
      );
      return half;
    });
    await until(() => callers.open.operations >= 20 && callers.open.pending > 0, 'them to be busy');
    for (const { ws } of [...sockets, ...silent]) ws.terminate();
    for (const stream of streams) stream.leave();
    for (const half of halves) half.destroy();
    await until(() => JSON.stringify(callers.open) === JSON.stringify(NOTHING), 'all of them to be gone');
  }
  expect(rig.live.stats).toMatchObject({ webSockets: 0, eventStreams: 0, operations: 0 });
});
