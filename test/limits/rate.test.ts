import { afterEach, describe, expect, it } from 'vitest';
import { READ_ALL, testAuthenticator } from '../auth/authenticators.ts';
import { startTransportRig, type TransportRig } from '../live-transport/rig.ts';
import { SseClient } from '../live-transport/sse-client.ts';
import { until, WsClient } from '../live-transport/ws-client.ts';
import { limitedTo, post, refusalIn } from './callers.ts';

let rig: TransportRig;
afterEach(() => rig.close());

const HELLO = { query: '{ hello }' };
const EVENTS = 'subscription { events { type } }';

const REFUSAL = {
  code: 'RATE_LIMITED',
  retryable: true,
  field: 'limits.requestsPerSecond',
  retryAfterMs: 2_000,
};

async function over(client: WsClient, id: string, query: string): Promise<'BEGUN' | Record<string, unknown>> {
  client.subscribe(id, query);
  const answer = await client.received((message) => message.id === id);
  if (answer.type !== 'error') return 'BEGUN';
  const [error] = answer.payload as { extensions: Record<string, unknown> }[];
  return error!.extensions;
}

describe('one bucket of a caller', () => {
  it('is what requests, event streams and WebSockets draw on', async () => {
    const { callers, clock } = limitedTo({ requestsPerSecond: 0.5, requestBurst: 3 });
    rig = await startTransportRig({ callers });
    const { url } = rig;

    expect((await post(url, HELLO)).status).toBe(200);
    const socket = await WsClient.open(url);
    expect(await over(socket, 'query', '{ hello }')).toBe('BEGUN');
    const stream = new SseClient(url, { query: EVENTS });
    expect(await stream.begun()).toBe(200);

    const refused = await refusalIn(await post(url, HELLO));
    expect(refused).toMatchObject({ status: 429, retryAfter: '2', extensions: REFUSAL });
    expect(refused.message).toMatch(/0\.5 operations a second.*limits\.requestsPerSecond.*2000 ms/);
    expect(await over(socket, 'again', '{ hello }')).toEqual(REFUSAL);
    expect(await over(socket, 'stream', EVENTS)).toEqual(REFUSAL);
    const another = new SseClient(url, { query: EVENTS, method: 'POST' });
    expect(await another.begun()).toBe(429);
    expect(another.headers['retry-after']).toBe('2');
    await until(() => another.ended, 'the end of the answer');
    expect(JSON.parse(another.text)).toMatchObject({ errors: [{ extensions: REFUSAL }] });
    // What was let in goes on.
    expect([socket.closed, stream.ended]).toEqual([null, false]);

    clock.pass(2_000);
    expect(await over(socket, 'later', '{ hello }')).toBe('BEGUN');
    expect((await post(url, HELLO)).status).toBe(429);
    expect(callers.refusals.counts.get('requestsPerSecond')).toBe(5);
    stream.leave();
    socket.ws.terminate();
  });

  it('is not looked at for pages, health and readiness', async () => {
    const { callers } = limitedTo({ requestsPerSecond: 0.001, requestBurst: 1 });
    rig = await startTransportRig({ callers });
    await post(rig.url, HELLO);
    for (const path of ['/health', '/ready']) expect((await fetch(`${rig.url}${path}`)).status).toBe(200);
    expect((await post(rig.url, HELLO)).status).toBe(429);
  });

  it('is looked at before the body: a large or a wrong one is not read', async () => {
    const { callers } = limitedTo({ requestsPerSecond: 0.001, requestBurst: 1 });
    rig = await startTransportRig({ callers });
    await post(rig.url, HELLO);
    for (const body of ['{', 'x'.repeat(500_000)]) {
      expect(await refusalIn(await post(rig.url, body))).toMatchObject({ status: 429 });
    }
  });
});

describe('callers', () => {
  it('do not draw on each other’s, whatever one of them does', async () => {
    const { authenticator, keys } = await testAuthenticator({ loud: [READ_ALL], quiet: [READ_ALL] });
    const { callers } = limitedTo({ requestsPerSecond: 0.001, requestBurst: 5 });
    rig = await startTransportRig({ authenticator, callers });
    const ask = async (key: string): Promise<number> =>
      (await post(rig.url, HELLO, { 'x-api-key': key })).status;
    const loud = await Promise.all(Array.from({ length: 60 }, () => ask(keys.loud)));
    expect(loud.filter((status) => status === 200)).toHaveLength(5);
    expect(loud.filter((status) => status === 429)).toHaveLength(55);
    expect(await Promise.all(Array.from({ length: 5 }, () => ask(keys.quiet)))).toEqual(
      Array.from({ length: 5 }, () => 200),
    );
    // The same key over a socket is the same caller.
    const socket = await WsClient.open(rig.url, { headers: { 'x-api-key': keys.loud } });
    expect(await over(socket, '1', '{ hello }')).toMatchObject({ code: 'RATE_LIMITED' });
    socket.ws.terminate();
    await authenticator.close();
  });

  it('without a credential are told apart by their networks', async () => {
    const { authenticator } = await testAuthenticator({}, { anonymous: [READ_ALL] });
    const { callers } = limitedTo({ requestsPerSecond: 0.001, requestBurst: 1 });
    rig = await startTransportRig({ authenticator, callers, trustedProxies: ['127.0.0.0/8'] });
    const from = async (address: string): Promise<number> =>
      (await post(rig.url, HELLO, { 'x-forwarded-for': address })).status;
    expect(await from('198.51.100.1')).toBe(200);
    expect(await from('::ffff:198.51.100.1')).toBe(429);
    expect(await from('1.2.3.4, 198.51.100.1')).toBe(429);
    expect(await from('198.51.100.2')).toBe(200);
    expect(await from('2001:db8:0:1::1')).toBe(200);
    expect(await from('2001:db8:0:1:ffff::2')).toBe(429);
    const socket = await WsClient.open(rig.url, { headers: { 'x-forwarded-for': '198.51.100.2' } });
    expect(await over(socket, '1', '{ hello }')).toMatchObject({ code: 'RATE_LIMITED' });
    const other = await WsClient.open(rig.url, { headers: { 'x-forwarded-for': '198.51.100.3' } });
    expect(await over(other, '1', '{ hello }')).toBe('BEGUN');
    for (const { ws } of [socket, other]) ws.terminate();
    await authenticator.close();
  });

  it('cannot say where they are themselves', async () => {
    const { callers } = limitedTo({ requestsPerSecond: 0.001, requestBurst: 1 });
    rig = await startTransportRig({ callers });
    const from = async (address: string): Promise<number> =>
      (await post(rig.url, HELLO, { 'x-forwarded-for': address })).status;
    expect([await from('198.51.100.1'), await from('198.51.100.2')]).toEqual([200, 429]);
  });
});
