import { READ_ALL, testAuthenticator } from '../../../test/auth/authenticators.ts';
import { afterEach, describe, expect, it } from 'vitest';
import {
  startTransportRig,
  type TransportRig,
  type TransportRigOptions,
} from '../../../test/live-transport/rig.ts';
import { until, WsClient } from '../../../test/live-transport/ws-client.ts';
import { rawHttp } from '../../../test/support/raw-http.ts';

let rig: TransportRig;

afterEach(async () => {
  await rig.close();
  expect(rig.live.stats).toEqual({
    webSockets: 0,
    eventStreams: 0,
    operations: 0,
    channels: 0,
    keptEncodings: 0,
    pendingBytes: 0,
  });
  expect(rig.feeds.open.size).toBe(0);
});

const start = async (options?: TransportRigOptions): Promise<TransportRig> =>
  (rig = await startTransportRig(options));
const EVENTS = 'subscription ($after: String) { events(after: $after) { type key cursor closing } }';

/** Opens a socket and says nothing. */
async function silent(options: ConstructorParameters<typeof WsClient>[1] = {}): Promise<WsClient> {
  const client = new WsClient(`${rig.url}/graphql`, options);
  await until(() => client.ws.readyState === client.ws.OPEN || client.closed, 'the socket to open');
  return client;
}

describe('how a socket is closed', () => {
  it.each([
    ['no JSON', '{'],
    ['no object', '[]'],
    ['an unknown type', '{"type":"dance"}'],
    ['no query', '{"type":"subscribe","id":"1","payload":{}}'],
  ])('4400 for %s', async (_what, text) => {
    await start();
    const client = await WsClient.open(rig.url);
    client.send(text);
    expect(await client.end()).toMatchObject({ code: 4400 });
  });

  it('4401 for an operation before connection_init', async () => {
    await start();
    const client = await silent();
    client.subscribe('1', '{ hello }');
    expect(await client.end()).toEqual({ code: 4401, reason: 'Unauthorized' });
  });

  it('4401 for a client that is not let in', async () => {
    const { authenticator, keys } = await testAuthenticator({ ci: [READ_ALL] });
    await start({ authenticator });
    for (const payload of [undefined, { apiKey: `${keys.ci}x` }]) {
      const refused = await silent();
      refused.send({ type: 'connection_init', payload });
      expect(await refused.end()).toEqual({ code: 4401, reason: 'Unauthorized' });
    }
    const admitted = await silent();
    admitted.send({ type: 'connection_init', payload: { apiKey: keys.ci } });
    await admitted.received(({ type }) => type === 'connection_ack');
  });

  it('4406 without the subprotocol, or with an old one', async () => {
    await start();
    expect(await (await silent({ subprotocol: null })).end()).toMatchObject({ code: 4406 });
    const old = new WsClient(`${rig.url}/graphql`, { subprotocol: 'graphql-ws' });
    await until(() => old.closed, 'the end');
    // The client's library hangs up itself when its protocol is not chosen.
    expect(old.messages).toEqual([]);
  });

  it('4408 when connection_init does not come', async () => {
    await start({ limits: { initTimeoutMs: 50 } });
    const client = await silent();
    expect(await client.end()).toMatchObject({ code: 4408 });
  });

  it('4409 for an id that is in use', async () => {
    await start();
    const client = await WsClient.open(rig.url);
    client.subscribe('1', EVENTS);
    client.subscribe('1', EVENTS);
    expect(await client.end()).toEqual({ code: 4409, reason: 'Subscriber for 1 already exists' });
  });

  it('4429 for a second connection_init, and for too many messages', async () => {
    await start({ limits: { maxMessagesPerSecond: 20 } });
    const twice = await WsClient.open(rig.url);
    twice.send({ type: 'connection_init' });
    expect(await twice.end()).toEqual({ code: 4429, reason: 'Too many initialisation requests' });
    const busy = await WsClient.open(rig.url);
    for (let i = 0; i < 60; i++) busy.send({ type: 'ping' });
    expect(await busy.end()).toEqual({ code: 4429, reason: 'Too many messages' });
  });

  it('1009 for a message that is too large', async () => {
    await start({ limits: { maxMessageBytes: 1_000 } });
    const client = await WsClient.open(rig.url);
    client.send({ type: 'ping', payload: { filler: 'x'.repeat(2_000) } });
    expect(await client.end()).toMatchObject({ code: 1009 });
  });

  it('not at all for a client that answers pings; dropped when it does not', async () => {
    await start({ limits: { heartbeatMs: 40 } });
    const [deaf, alive] = [await WsClient.open(rig.url, { autoPong: false }), await WsClient.open(rig.url)];
    let pings = 0;
    alive.ws.on('ping', () => (pings += 1));
    expect(await deaf.end()).toMatchObject({ code: 1006 });
    await until(() => pings > 6, 'pings');
    expect(alive.closed).toBeNull();
  });
});

describe('what does not become a socket', () => {
  it('404 elsewhere, 400 for another upgrade, 403 for a foreign page, 503 when it is full', async () => {
    await start({ limits: { maxConnections: 1 }, allowedOrigins: ['https://console.example'] });
    const status = async (path: string, options?: ConstructorParameters<typeof WsClient>[1]) => {
      const client = new WsClient(`${rig.url}${path}`, options);
      return until(() => client.refused, 'a refusal');
    };
    expect(await status('/elsewhere')).toBe(404);
    expect(await status('/graphql', { origin: 'https://evil.example' })).toBe(403);
    expect(await status('/graphql', { origin: 'null' })).toBe(403);
    const head = `GET /graphql HTTP/1.1\nHost: localhost\nConnection: Upgrade\nUpgrade: h2c`;
    expect(await rawHttp(rig.url, head).answer).toMatch(/^HTTP\/1\.1 400 /);
    await WsClient.open(rig.url);
    expect(await status('/graphql')).toBe(503);
  });

  it.each(['https://console.example', 'same'])('takes a page of %s', async (origin) => {
    await start({ allowedOrigins: ['https://console.example'] });
    await WsClient.open(rig.url, { origin: origin === 'same' ? rig.url : origin });
    expect(rig.live.stats.webSockets).toBe(1);
  });
});

describe('queries and mutations', () => {
  it('are answered once, with the codes and masks of HTTP', async () => {
    await start();
    const client = await WsClient.open(rig.url);
    client.subscribe('q', 'query ($on: Boolean!) { hello @include(if: $on) __typename }', { on: true });
    client.subscribe('m', 'mutation { bump }');
    client.subscribe('parse', '{');
    client.subscribe('valid', '{ nothing }');
    client.subscribe('coerce', 'query ($on: Boolean!) { hello @include(if: $on) }', {});
    client.subscribe('refuse', '{ refuse }');
    client.subscribe('broken', '{ broken }');
    await until(
      () =>
        ['q', 'm', 'refuse', 'broken'].every((id) =>
          client.messages.some((m) => m.type === 'complete' && m.id === id),
        ),
      'all answers',
    );
    await until(() => client.messages.filter((m) => m.type === 'error').length === 3, 'all errors');
    expect(client.nexts('q')).toEqual([{ hello: 'world', __typename: 'Query' }]);
    expect(client.nexts('m')).toEqual([{ bump: 1 }]);
    const codeOf = (id: string): unknown => {
      const payload = client.messages.find((m) => m.id === id && m.type !== 'complete')?.payload;
      const errors = (Array.isArray(payload) ? payload : (payload as { errors: unknown[] }).errors) as {
        message: string;
        extensions: object;
      }[];
      return [errors[0]!.extensions, errors[0]!.message];
    };
    expect(codeOf('parse')).toEqual([{ code: 'GRAPHQL_PARSE_FAILED' }, expect.any(String)]);
    expect(codeOf('valid')).toEqual([{ code: 'GRAPHQL_VALIDATION_FAILED' }, expect.any(String)]);
    expect(codeOf('coerce')).toEqual([{ code: 'BAD_USER_INPUT' }, expect.any(String)]);
    expect(codeOf('refuse')).toEqual([{ code: 'NOT_FOUND', retryable: false }, 'There is no such thing.']);
    expect(codeOf('broken')).toEqual([
      { code: 'INTERNAL', requestId: expect.any(String) },
      expect.not.stringContaining('secret'),
    ]);
  });

  it('are aborted when the client completes them, and the id can be used again at once', async () => {
    await start();
    const client = await WsClient.open(rig.url);
    client.subscribe('1', '{ hang }');
    await until(() => rig.live.stats.operations === 1, 'the operation');
    client.send({ id: '1', type: 'complete' });
    client.subscribe('1', '{ hello }');
    await client.received(({ type, id }) => type === 'complete' && id === '1');
    expect(client.nexts('1')).toEqual([{ hello: 'world' }]);
    expect(rig.counts.aborted).toBe(1);
    expect(client.closed).toBeNull();
  });

  it('are aborted when the socket goes', async () => {
    await start();
    const client = await WsClient.open(rig.url);
    client.subscribe('1', '{ hang }');
    client.subscribe('2', 'subscription { silence }');
    await until(() => rig.live.stats.operations === 2, 'the operations');
    client.ws.terminate();
    await until(() => rig.counts.aborted === 2, 'the abort');
  });
});

describe('subscriptions', () => {
  it('bring what happens, and complete when the client says so', async () => {
    await start();
    const client = await WsClient.open(rig.url);
    client.subscribe('quoted"id', EVENTS);
    await until(() => rig.feeds.open.size === 1, 'the feed');
    rig.feeds.publish('a');
    rig.feeds.publish('b');
    await until(() => client.nexts('quoted"id').length === 2, 'two events');
    expect(client.nexts('quoted"id')).toEqual([
      { events: { type: 'CHANGE', key: 'a', cursor: 'c1', closing: null } },
      { events: { type: 'CHANGE', key: 'b', cursor: 'c2', closing: null } },
    ]);
    client.send({ id: 'quoted"id', type: 'complete' });
    await until(() => rig.feeds.open.size === 0, 'the feed to be closed');
    await until(() => rig.live.stats.operations === 0, 'the operation to be over');
    expect(rig.live.stats.webSockets).toBe(1);
  });

  it.each([10, 130, 9_000, 70_000])('carry payloads of %i bytes', async (size) => {
    await start();
    const client = await WsClient.open(rig.url);
    client.subscribe('1', 'subscription { events { name } }');
    await until(() => rig.feeds.open.size === 1, 'the feed');
    const name = 'ä'.repeat(size / 2);
    rig.feeds.publish('a', name);
    rig.feeds.publish('b', name);
    await until(() => client.nexts('1').length === 2, 'the events');
    expect(client.nexts('1')).toEqual([{ events: { name } }, { events: { name } }]);
  });

  it('that cannot begin are errors, and leave nothing behind', async () => {
    await start();
    const client = await WsClient.open(rig.url);
    client.subscribe('cursor', EVENTS, { after: 'nonsense' });
    client.subscribe('refused', 'subscription { refused }');
    const errors = await until(() => {
      const found = client.messages.filter(({ type }) => type === 'error');
      return found.length === 2 && found.sort((a, b) => (a.id! < b.id! ? -1 : 1));
    }, 'two errors');
    expect(
      errors.map(({ id, payload }) => [id, (payload as { extensions: object }[])[0]!.extensions]),
    ).toEqual([
      ['cursor', expect.objectContaining({ code: 'INVALID_CURSOR', field: 'after' })],
      ['refused', expect.objectContaining({ code: 'FORBIDDEN' })],
    ]);
    expect(rig.live.stats.operations).toBe(0);
  });

  it('that fail on the way end with an error, masked', async () => {
    await start();
    const client = await WsClient.open(rig.url);
    client.subscribe('1', 'subscription { events { key broken } }');
    const [feed] = await until(() => rig.feeds.open.size === 1 && [...rig.feeds.open], 'the feed');
    rig.feeds.publish('a');
    const next = await client.received(({ type }) => type === 'next');
    expect(next.payload).toMatchObject({
      data: { events: { key: 'a', broken: null } },
      errors: [{ extensions: { code: 'INTERNAL' } }],
    });
    expect(JSON.stringify(next)).not.toContain('secret');
    const { GridweaveError } = await import('../../model/errors.ts');
    feed!.fail(new GridweaveError('FORBIDDEN', 'Not any more.'));
    const error = await client.received(({ type }) => type === 'error');
    expect(error).toMatchObject({
      id: '1',
      payload: [{ message: 'Not any more.', extensions: { code: 'FORBIDDEN' } }],
    });
    expect(client.messages.some(({ type }) => type === 'complete')).toBe(false);
  });

  it('of other sorts are made for each subscriber', async () => {
    await start();
    const client = await WsClient.open(rig.url);
    client.subscribe('1', 'subscription { lines(count: 300) }');
    await client.received(({ type }) => type === 'complete');
    expect(client.nexts('1')).toHaveLength(300);
  });

  it('are limited per connection', async () => {
    await start({ limits: { maxOperationsPerConnection: 2 } });
    const client = await WsClient.open(rig.url);
    for (const id of ['1', '2', '3']) client.subscribe(id, EVENTS);
    const error = await client.received(({ type }) => type === 'error');
    expect(error).toMatchObject({
      id: '3',
      payload: [{ extensions: { code: 'TOO_MANY_OPERATIONS', retryable: true } }],
    });
    client.send({ id: '1', type: 'complete' });
    await until(() => rig.feeds.open.size === 1, 'one to be over');
    client.subscribe('4', EVENTS);
    await until(() => rig.feeds.open.size === 2, 'the next');
  });
});

describe('when the gateway leaves', () => {
  it('every feed ends with its closing bookmark, then sockets are closed with 4503', async () => {
    await start();
    const [watching, asking, idle] = [
      await WsClient.open(rig.url),
      await WsClient.open(rig.url),
      await WsClient.open(rig.url),
    ];
    watching.subscribe('1', EVENTS);
    watching.subscribe('2', 'subscription { silence }');
    asking.subscribe('1', '{ hang }');
    await until(() => rig.live.stats.operations === 3, 'all operations');
    rig.feeds.publish('a');
    const left = rig.live.drain();
    const draining = { code: 4503, reason: 'draining: resume with your last cursor' };
    expect(await watching.end()).toEqual(draining);
    expect(await idle.end()).toEqual(draining);
    expect(watching.nexts('1')).toEqual([
      { events: { type: 'CHANGE', key: 'a', cursor: 'c1', closing: null } },
      { events: { type: 'BOOKMARK', key: null, cursor: 'c1', closing: true } },
    ]);
    // Clients take a completed operation for done, and would not come back.
    expect(watching.messages.some(({ type }) => type === 'complete')).toBe(false);
    const late = new WsClient(`${rig.url}/graphql`);
    expect(await until(() => late.refused, 'a refusal')).toBe(503);
    expect(asking.closed).toBeNull();
    await rig.live.close();
    await left;
    expect(await asking.end()).toMatchObject({ code: 1006 });
  });

  it('the server closes within its grace, whoever hangs on', async () => {
    await start();
    const client = await WsClient.open(rig.url);
    client.subscribe('1', '{ hang }');
    await until(() => rig.live.stats.operations === 1, 'the operation');
    await rig.close(50);
    expect(await client.end()).toMatchObject({ code: 1006 });
  });
});

describe('thousands of clients', () => {
  it('who leave without a word leave nothing behind', async () => {
    await start();
    for (let round = 0; round < 10; round++) {
      const clients = await Promise.all(Array.from({ length: 100 }, () => WsClient.open(rig.url)));
      for (const client of clients) client.subscribe('1', EVENTS);
      await until(() => rig.feeds.open.size === 100, 'all feeds');
      rig.feeds.publish('a');
      // Some in the middle of an event.
      for (const client of clients) client.ws.terminate();
      rig.feeds.publish('b');
      await until(() => rig.live.stats.webSockets === 0, 'all to be gone');
    }
    expect(rig.live.stats).toEqual({
      webSockets: 0,
      eventStreams: 0,
      operations: 0,
      channels: 0,
      keptEncodings: 0,
      pendingBytes: 0,
    });
    expect(rig.feeds.open.size).toBe(0);
    expect(rig.faults).toEqual([]);
  });
});
