import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import {
  LAUNCH,
  PASSWORD,
  startCallbackGateway,
  USER,
  type CallbackGateway,
} from '../support/callback-gateway.ts';
import { until } from '../support/loopback.ts';
import { rawHttp } from '../support/raw-http.ts';

const BASIC = `Basic ${Buffer.from(`${USER}:${PASSWORD}`).toString('base64')}`;
const WRONG = `Basic ${Buffer.from(`${USER}:wrong`).toString('base64')}`;
const BODY = JSON.stringify(LAUNCH);
const ACCEPT = { mode: 'accept', maxInstances: 13 };
/** One failure, and a minute until there may be another: no machine is so slow. */
const LIMITS = { perMinute: 1_000, failuresPerMinute: 1 };

function post(
  { callbackUrl }: CallbackGateway,
  headers: Record<string, string>,
  body: string | Uint8Array<ArrayBuffer> = BODY,
): Promise<Response> {
  return fetch(callbackUrl, { method: 'POST', headers, body });
}

function refusals({ told }: CallbackGateway): readonly unknown[] {
  return told
    .filter(({ msg }) => msg === 'callback refused')
    .map(({ status, reason, remoteAddress }) => [status, reason, remoteAddress]);
}

describe('without valid credentials', () => {
  it('a delivery is refused, logged once, and the line names request and address', async () => {
    const gateway = await startCallbackGateway({ answer: ACCEPT });
    const response = await post(gateway, { authorization: WRONG, 'x-request-id': 'their-own.1' });
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toMatch(/^Basic /);
    expect(gateway.told).toEqual([
      expect.objectContaining({
        msg: 'callback refused',
        provider: 'volunteers',
        status: 401,
        reason: 'bad credentials',
        remoteAddress: '127.0.0.1',
        requestId: 'their-own.1',
      }),
    ]);
    expect(gateway.events).toEqual([]);
  });

  it.each([
    ['none', []],
    ['an empty one', ['Authorization:']],
    ['the right one behind a wrong one', [`Authorization: ${WRONG}`, `Authorization: ${BASIC}`]],
    ['another scheme', [`Authorization: Bearer ${PASSWORD}`]],
    [
      'the right password of another user',
      [`Authorization: Basic ${Buffer.from(`x:${PASSWORD}`).toString('base64')}`],
    ],
    ['one in another header', [`Proxy-Authorization: ${BASIC}`, `X-Authorization: ${BASIC}`]],
    ['one in the body alone', [`Authorization: Basic`]],
  ])('%s', async (_name, headers) => {
    const gateway = await startCallbackGateway({ answer: ACCEPT });
    const lines = ['POST /callbacks/volunteers HTTP/1.1', 'Host: x', 'Connection: close', ...headers];
    const { answer, write } = rawHttp(gateway.url, [...lines, `Content-Length: ${BODY.length}`].join('\n'));
    write(BODY);
    expect(await answer).toMatch(/^HTTP\/1\.1 401 /);
    expect(refusals(gateway)).toEqual([[401, 'bad credentials', '127.0.0.1']]);
    expect(gateway.events).toEqual([]);
  });

  it('one in the address is none', async () => {
    const gateway = await startCallbackGateway({ answer: ACCEPT });
    const query = new URLSearchParams({ user: USER, password: PASSWORD, authorization: BASIC }).toString();
    const response = await fetch(`${gateway.callbackUrl}?${query}`, { method: 'POST', body: BODY });
    expect(response.status).toBe(401);
  });

  it('a flood of attempts is two lines, and soon nobody looks at what is presented', async () => {
    const gateway = await startCallbackGateway({ answer: ACCEPT, limits: LIMITS });
    const statuses: number[] = [];
    for (let i = 0; i < 20; i++) statuses.push((await post(gateway, { authorization: WRONG })).status);
    expect(statuses).toEqual([401, ...Array.from({ length: 19 }, () => 429)]);
    // Whoever guesses right is not told so.
    const guessed = await post(gateway, { authorization: BASIC });
    expect(guessed.status).toBe(429);
    expect(Number(guessed.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(refusals(gateway)).toEqual([
      [401, 'bad credentials', '127.0.0.1'],
      [429, 'Too many requests.', '127.0.0.1'],
    ]);
    expect(gateway.events).toEqual([]);
  });

  it('one address does not cost another its turn', async () => {
    const gateway = await startCallbackGateway({
      answer: ACCEPT,
      limits: LIMITS,
      trustedProxies: ['127.0.0.1'],
    });
    const from = (address: string, authorization: string) =>
      post(gateway, { authorization, 'x-forwarded-for': address }).then(({ status }) => status);
    for (let i = 0; i < 3; i++) await from('192.0.2.1', WRONG);
    expect(await from('192.0.2.1', BASIC)).toBe(429);
    expect(await from('198.51.100.7', BASIC)).toBe(200);
    // An IPv6 customer has a whole /64.
    for (let i = 0; i < 3; i++) await from(`2001:db8::${String(i)}`, WRONG);
    expect(await from('2001:db8::ffff', BASIC)).toBe(429);
    expect(await from('2001:db8:1::1', BASIC)).toBe(200);
  });

  it('methods count as attempts, too', async () => {
    const gateway = await startCallbackGateway({ answer: ACCEPT, limits: LIMITS });
    const statuses: number[] = [];
    for (let i = 0; i < 3; i++) statuses.push((await fetch(gateway.callbackUrl)).status);
    expect(statuses).toEqual([405, 429, 429]);
    expect(refusals(gateway)).toHaveLength(2);
  });
});

describe('replayed', () => {
  it('a delivery is answered like the first and told once, in two lines, however often it comes', async () => {
    const gateway = await startCallbackGateway({ answer: ACCEPT, limits: LIMITS });
    for (let round = 0; round < 10; round++) {
      const some = await Promise.all([1, 2, 3].map(() => post(gateway, { authorization: BASIC })));
      expect(some.map(({ status }) => status)).toEqual([200, 200, 200]);
      for (const response of some) expect(await response.json()).toMatchObject({ count: 13 });
    }
    expect(gateway.events).toHaveLength(1);
    expect(gateway.told.map(({ msg, remoteAddress }) => [msg, remoteAddress])).toEqual([
      ['provider event', undefined],
      ['callback repeated', '127.0.0.1'],
    ]);
    const asked = '{ provider(key: "volunteers") { capacityRequests { accepted } } }';
    expect(await gateway.query(asked)).toEqual({
      data: { provider: { capacityRequests: [{ accepted: 13 }] } },
    });
  });

  it('by somebody who saw the body and not the password, it is refused', async () => {
    const gateway = await startCallbackGateway({ answer: ACCEPT });
    expect((await post(gateway, { authorization: BASIC })).status).toBe(200);
    const replay = await post(gateway, {});
    expect([replay.status, await replay.json()]).toEqual([401, { count: 0, error: 'bad credentials' }]);
    expect(gateway.events).toHaveLength(1);
  });

  it('with other blanks, another order or another spelling of numbers, it is the same', async () => {
    const gateway = await startCallbackGateway({ answer: ACCEPT });
    const { capacity, duration } = LAUNCH;
    const same = [
      BODY,
      JSON.stringify(LAUNCH, null, 2),
      JSON.stringify({ duration, capacity }),
      BODY.replace('6.5', '6.50'),
      BODY.replace('6.5', '65e-1'),
    ];
    for (const body of same) expect((await post(gateway, { authorization: BASIC }, body)).status).toBe(200);
    expect(gateway.events).toHaveLength(1);
  });
});

describe('a body', () => {
  it('without an end is cut off while it is being sent', async () => {
    const gateway = await startCallbackGateway({ answer: ACCEPT });
    const head = [
      'POST /callbacks/volunteers HTTP/1.1',
      'Host: x',
      `Authorization: ${BASIC}`,
      'Transfer-Encoding: chunked',
    ];
    const { answer, write } = rawHttp(gateway.url, head.join('\n'));
    const chunk = `4000\r\n${'x'.repeat(0x4000)}\r\n`;
    const pump = setInterval(() => write(chunk), 1);
    const text = await answer.finally(() => clearInterval(pump));
    expect(text).toMatch(/^HTTP\/1\.1 413 /);
    expect(refusals(gateway)).toEqual([[413, 'The body is too large.', '127.0.0.1']]);
    expect(await gateway.launch()).toMatchObject({ status: 200 });
  });

  it('that is announced to be too large is not waited for', async () => {
    const gateway = await startCallbackGateway({ answer: ACCEPT, limits: { bodyTimeoutMs: 600_000 } });
    const head = ['POST /callbacks/volunteers HTTP/1.1', 'Host: x', `Authorization: ${BASIC}`];
    const announced = [...head, 'Content-Length: 1000000000000', 'Expect: 100-continue'].join('\n');
    expect(await rawHttp(gateway.url, announced).answer).toMatch(/HTTP\/1\.1 413 /);
    expect(refusals(gateway)).toHaveLength(1);
  });

  it('of a stranger is not read at all', async () => {
    const gateway = await startCallbackGateway({ answer: ACCEPT, limits: { bodyTimeoutMs: 600_000 } });
    const head = ['POST /callbacks/volunteers HTTP/1.1', 'Host: x', 'Content-Length: 1000000000000'];
    expect(await rawHttp(gateway.url, head.join('\n')).answer).toMatch(/^HTTP\/1\.1 401 /);
    expect(refusals(gateway)).toEqual([[401, 'bad credentials', '127.0.0.1']]);
  });

  it('that never comes is refused at the deadline, and its place is free again', async () => {
    const gateway = await startCallbackGateway({ limits: { bodyTimeoutMs: 100, concurrent: 1 } });
    const head = [
      'POST /callbacks/volunteers HTTP/1.1',
      'Host: x',
      `Authorization: ${BASIC}`,
      'Content-Length: 10',
    ];
    expect(await rawHttp(gateway.url, head.join('\n')).answer).toMatch(/^HTTP\/1\.1 408 /);
    expect(await gateway.launch()).toMatchObject({ status: 200 });
    await until('it is told', () => refusals(gateway).length === 1);
  });

  it.each([
    ['application/json', 200],
    ['application/json; charset=utf-8', 200],
    ['Application/Vnd.vendor+JSON', 200],
    ['application/x-www-form-urlencoded', 200],
    ['text/plain;charset=UTF-8', 200],
    ['multipart/form-data; boundary=x', 415],
    ['text/html', 415],
    ['application/jsonp', 415],
    ['image/png', 415],
    [';;', 415],
  ])('of the type %s: %i', async (type, status) => {
    const gateway = await startCallbackGateway({ answer: ACCEPT });
    expect((await post(gateway, { authorization: BASIC, 'content-type': type })).status).toBe(status);
    expect(refusals(gateway)).toHaveLength(status === 200 ? 0 : 1);
    expect(gateway.events).toHaveLength(status === 200 ? 1 : 0);
  });

  it('that is compressed is refused, and never unpacked', async () => {
    const gateway = await startCallbackGateway({ answer: ACCEPT });
    const headers = { authorization: BASIC, 'content-type': 'application/json', 'content-encoding': 'gzip' };
    const response = await post(gateway, headers, new Uint8Array(gzipSync(' '.repeat(10_000_000))));
    expect([response.status, await response.json()]).toEqual([
      415,
      { error: 'The body is not sent as JSON.' },
    ]);
    expect(refusals(gateway)).toHaveLength(1);
  });
});
