import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AuthConfig } from '../../src/config/auth-config.ts';
import type { Grant } from '../../src/model/access.ts';
import type { ProviderKey } from '../../src/model/ids.ts';
import { systemClock } from '../../src/model/time.ts';
import { SseClient } from '../live-transport/sse-client.ts';
import { until, WsClient } from '../live-transport/ws-client.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { READ_ALL, testAuth, type TestAuth } from './authenticators.ts';
import {
  issuerOf,
  signingKey,
  startKeyServer,
  tokenOf,
  type KeyServer,
  type SigningKey,
} from './token-issuer.ts';
import { WATCH } from './ways-in.ts';

const only = (...providers: string[]): Grant => ({ ...READ_ALL, providers: providers as ProviderKey[] });

let gateway: TestGateway;
let server: KeyServer;
let signing: SigningKey;
let made: TestAuth<'a' | 'b' | 'c'>;

beforeAll(async () => {
  server = await startKeyServer();
  signing = await signingKey();
  server.publish(signing);
  made = await testAuth(
    { a: [only('bacalhau')], b: [only('bacalhau')], c: [only('qarnot')] },
    {
      issuers: [
        issuerOf(
          { url: server.url },
          { clockToleranceSeconds: 0, grants: [{ grant: only('bacalhau'), when: null }] },
        ),
      ],
    },
  );
  gateway = await startTestGateway({ auth: made.auth });
}, 60_000);

afterAll(async () => {
  await gateway.close();
  await server.close();
});

/** A WebSocket and an event stream of the same caller, both with a snapshot. */
async function watchTwice(credential: string): Promise<{ ws: WsClient; sse: SseClient }> {
  const authorization = `Bearer ${credential}`;
  const sse = new SseClient(gateway.url, { query: WATCH, headers: { authorization } });
  const ws = new WsClient(`${gateway.url}/graphql`);
  await until(() => ws.ws.readyState === 1, 'the socket to open');
  ws.send({ type: 'connection_init', payload: { authorization } });
  await ws.received(({ type }) => type === 'connection_ack');
  ws.subscribe('1', WATCH);
  await until(() => sse.nexts().length > 0 && ws.nexts('1').length > 0, 'both to begin', 20_000);
  return { ws, sse };
}

async function toldOfTheEnd({ ws, sse }: { ws: WsClient; sse: SseClient }): Promise<void> {
  expect(await ws.end()).toEqual({
    code: 4403,
    reason: 'credential ended: resume with a new one and your last cursor',
  });
  await until(() => sse.ended, 'the stream to end');
  const [last, complete] = sse.events.slice(-2);
  expect(JSON.parse(last?.data ?? '')).toMatchObject({
    errors: [{ extensions: { code: 'UNAUTHENTICATED', retryable: false } }],
  });
  expect(complete?.event).toBe('complete');
}

const change = (by: (auth: AuthConfig) => Partial<AuthConfig>): void =>
  gateway.authenticator.replace({ ...made.auth, ...by(made.auth) });

describe('what lasts', () => {
  it('ends with the key when the configuration no longer has it, and others stay', async () => {
    const gone = await watchTwice(made.keys.a);
    const stays = await watchTwice(made.keys.c);
    const token = await watchTwice(await tokenOf(signing, systemClock));
    change(({ apiKeys }) => ({ apiKeys: apiKeys.filter(({ id }) => id !== 'a') }));
    await toldOfTheEnd(gone);
    expect([stays.ws.closed, stays.sse.ended, token.ws.closed, token.sse.ended]).toEqual([
      null,
      false,
      null,
      false,
    ]);
    change(({ apiKeys }) => ({ apiKeys: apiKeys.map((key) => ({ ...key, grants: [READ_ALL] })) }));
    await toldOfTheEnd(stays);
    change(() => ({ issuers: [] }));
    await toldOfTheEnd(token);
    change(() => ({}));
    await until(() => gateway.authenticator.watched === 0, 'nobody to be watched');
  }, 30_000);

  it('ends with the token it was let in with', async () => {
    // Somebody watches already, so that a snapshot is there before the token ends, however busy the machine is.
    const before = await watchTwice(made.keys.a);
    const token = await tokenOf(signing, systemClock, { lifeSeconds: 6 });
    const both = await watchTwice(token);
    await toldOfTheEnd(both);
    expect([before.ws.closed, before.sse.ended]).toEqual([null, false]);
    before.ws.ws.terminate();
    before.sse.leave();
    expect(systemClock.now()).toBeGreaterThanOrEqual(
      1_000 *
        (JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { exp: number }).exp,
    );
  }, 30_000);

  it('is shared by those who see the same, and by nobody else', async () => {
    const channels = (): number => gateway.live.stats.channels;
    const a = await watchTwice(made.keys.a);
    expect(channels()).toBe(1);
    const b = await watchTwice(made.keys.b);
    expect(channels()).toBe(1);
    const c = await watchTwice(made.keys.c);
    expect(channels()).toBe(2);
    for (const { ws, sse } of [a, b, c]) {
      ws.ws.terminate();
      sse.leave();
    }
    await until(() => channels() === 0 && gateway.authenticator.watched === 0, 'everybody to leave');
  }, 30_000);
});

describe('what needs no credential', () => {
  const get = async (path: string, headers: Record<string, string> = {}): Promise<[number, string]> => {
    const response = await fetch(`${gateway.url}${path}`, { headers });
    return [response.status, await response.text()];
  };

  it('is whether it lives and is ready; of providers it speaks to who may see them', async () => {
    expect((await get('/health'))[0]).toBe(200);
    expect(await get('/ready')).toEqual([200, '{"ready":true}']);
    expect(await get('/ready', { 'x-api-key': `${made.keys.a}x` })).toEqual([200, '{"ready":true}']);
    const [, shown] = await get('/ready', { 'x-api-key': made.keys.a });
    expect(JSON.parse(shown)).toMatchObject({ ready: true, providers: [{ key: 'bacalhau' }] });
  });

  it('is the page of GraphiQL, which subscribes in a way that its headers go with', async () => {
    const [status, page] = await get('/graphql', { accept: 'text/html' });
    expect(status).toBe(200);
    expect(page).toContain('"subscriptionsProtocol":"SSE"');
  }, 30_000);
});

it('what callers presented is in no log and no answer', async () => {
  const token = await tokenOf(signing, systemClock, { claims: { sub: 'cAnary-subject', aud: 'cAnary-aud' } });
  const presented = [made.keys.a, `${made.keys.b}x`, token, 'cAnary-basic', 'gw_cAnary', 'cAnary.of.dots'];
  const answers: string[] = [];
  for (const secret of presented) {
    for (const headers of [
      { authorization: `Bearer ${secret}` },
      { 'x-api-key': secret },
      { authorization: `Basic ${secret}` },
      { authorization: secret },
    ] as Record<string, string>[]) {
      answers.push(await (await gateway.post('{ "query": "{ nope }" }', headers)).text());
    }
    const client = new WsClient(`${gateway.url}/graphql`);
    await until(() => client.ws.readyState === 1, 'the socket to open');
    client.send({ type: 'connection_init', payload: { apiKey: secret, authorization: 5 } });
    answers.push(JSON.stringify(await client.end()));
  }
  const everything = answers.join('\n') + JSON.stringify(gateway.logLines);
  expect(everything).toContain('UNAUTHENTICATED');
  expect(everything).not.toContain('cAnary');
  for (const secret of presented) expect(everything).not.toContain(secret.slice(-20));
  expect(gateway.logLines.filter(({ level }) => level >= 50)).toEqual([]);
});
