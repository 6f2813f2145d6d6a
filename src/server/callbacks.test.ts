import { describe, expect, it } from 'vitest';
import {
  LAUNCH,
  PASSWORD,
  startCallbackGateway,
  USER,
  type CallbackGateway,
} from '../../test/support/callback-gateway.ts';
import { until } from '../../test/support/loopback.ts';
import { rawHttp } from '../../test/support/raw-http.ts';
import type { ComputeLaunchAnswer } from '../sandbox/charity-engine/callback/compute-launch.ts';

const INFO = 30;
const BASIC = `Basic ${Buffer.from(`${USER}:${PASSWORD}`).toString('base64')}`;
const ACCEPT = { mode: 'accept', maxInstances: 13 };
const REQUESTS =
  '{ provider(key: "volunteers") { capacityRequests { id receivedAt durationHours expiresAt accepted items { instanceType count accepted } } } }';

function head(...more: readonly string[]): string {
  return ['POST /callbacks/volunteers HTTP/1.1', 'Host: x', `Authorization: ${BASIC}`, ...more].join('\n');
}

function refused(status: number | null, reason: unknown): object {
  return expect.objectContaining({
    level: INFO,
    msg: 'callback refused',
    provider: 'volunteers',
    status,
    reason,
  });
}

describe('a request for capacity', () => {
  it('is answered by the configured rule, and told once', async () => {
    const gateway = await startCallbackGateway({ answer: ACCEPT });
    const response = await fetch(gateway.callbackUrl, {
      method: 'POST',
      headers: { authorization: BASIC },
      body: JSON.stringify(LAUNCH),
    });
    const text = await response.text();
    expect(JSON.parse(text)).toEqual({ count: 13, error: '13 of 15 instances are offered' });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('content-length')).toBe(String(text.length));

    const told = {
      type: 'capacity.requested',
      provider: 'volunteers',
      account: 'acme',
      durationHours: 6.5,
      accepted: 13,
      items: [
        { instanceType: 'C.2x4', count: 12, accepted: 12 },
        { instanceType: 'C.4x4', count: 3, accepted: 1 },
      ],
    };
    expect(gateway.events).toEqual([expect.objectContaining(told)]);
    expect(gateway.told).toEqual([expect.objectContaining({ level: INFO, msg: 'provider event', ...told })]);
    const [event] = gateway.events;
    expect(await gateway.query(REQUESTS)).toEqual({
      data: {
        provider: {
          capacityRequests: [
            {
              id: event?.id,
              receivedAt: new Date(event?.receivedAt ?? 0).toISOString(),
              durationHours: 6.5,
              expiresAt: new Date((event?.receivedAt ?? 0) + 6.5 * 3_600_000).toISOString(),
              accepted: 13,
              items: told.items,
            },
          ],
        },
      },
    });
  });

  it('promises nothing when no answer is configured', async () => {
    const gateway = await startCallbackGateway();
    expect(await gateway.launch()).toMatchObject({ status: 200, count: 0, error: 'no capacity handler configured' }); // prettier-ignore
    expect(gateway.events).toMatchObject([{ accepted: 0 }]);
  });

  it('that is delivered again gets the same answer, and is not told again', async () => {
    const gateway = await startCallbackGateway({ answer: ACCEPT });
    const answers = await Promise.all([gateway.launch(), gateway.launch(), gateway.launch()]);
    expect(new Set(answers.map(({ body }) => body)).size).toBe(1);
    expect(gateway.events).toHaveLength(1);
    // The second one stands for all that follow within a minute.
    expect(gateway.told.map(({ msg }) => msg)).toEqual(['provider event', 'callback repeated']);
    await gateway.launch({ payload: { ...LAUNCH, duration: 7 } });
    expect(gateway.events.map(({ durationHours }) => durationHours)).toEqual([6.5, 7]);
    expect(
      await gateway.query('{ provider(key: "volunteers") { capacityRequests { durationHours } } }'),
    ).toEqual({ data: { provider: { capacityRequests: [{ durationHours: 7 }, { durationHours: 6.5 }] } } });
  });

  it('is answered and kept although a listener of events fails', async () => {
    const gateway = await startCallbackGateway({
      answer: ACCEPT,
      onProviderEvent: () => {
        throw new RangeError('a listener at fault');
      },
    });
    expect(await gateway.launch()).toMatchObject({ status: 200, count: 13 });
    expect(gateway.logLines.filter(({ msg }) => msg === 'unexpected fault')).toHaveLength(1);
  });
});

describe('a sender that does not prove who it is', () => {
  it.each([
    ['a wrong password', { password: 'wrong' }],
    ['a wrong user', { user: 'somebody' }],
    ['no credential', { user: '', password: '' }],
  ])('is refused once, and nothing is told: %s', async (_name, credential) => {
    const gateway = await startCallbackGateway({ answer: ACCEPT });
    expect(await gateway.launch(credential)).toMatchObject({ status: 401, count: 0 });
    expect(gateway.told).toEqual([refused(401, 'bad credentials')]);
    expect(gateway.events).toEqual([]);
  });

  it('is refused before it has sent its body', async () => {
    const gateway = await startCallbackGateway();
    const stranger = head('Content-Length: 60000').replace(BASIC, 'Basic eDp5');
    expect(await rawHttp(gateway.url, stranger).answer).toMatch(
      /^HTTP\/1\.1 401 .*www-authenticate: Basic/is,
    );
  });

  it('cannot use up what is meant for the one that does', async () => {
    const gateway = await startCallbackGateway({ answer: ACCEPT, limits: { failuresPerMinute: 2 } });
    expect(await gateway.launch()).toMatchObject({ status: 200, count: 13 });
    const statuses: number[] = [];
    for (let i = 0; i < 4; i++) statuses.push((await gateway.launch({ password: 'wrong' })).status);
    expect(statuses).toEqual([401, 401, 429, 429]);
    expect(await gateway.launch()).toMatchObject({ status: 200, count: 13 });
  });
});

describe('a body', () => {
  it.each([
    ['that says it is too large', ['Content-Length: 65537'], ''],
    ['of chunks that grow too large', ['Transfer-Encoding: chunked'], `11000\r\n${'x'.repeat(0x11000)}\r\n`],
  ])('%s is cut off', async (_name, headers, body) => {
    const gateway = await startCallbackGateway({ answer: ACCEPT });
    const { answer, write } = rawHttp(gateway.url, head(...headers));
    write(body);
    const text = await answer;
    expect(text).toMatch(/^HTTP\/1\.1 413 .*Connection: close.*\{"error":"The body is too large\."\}$/s);
    expect(gateway.told).toEqual([refused(413, 'The body is too large.')]);
    expect(gateway.events).toEqual([]);
  });

  it('that is too large is refused in a way that an ordinary client can read', async () => {
    const gateway = await startCallbackGateway();
    const payload = { ...LAUNCH, padding: 'x'.repeat(300_000) };
    expect(await gateway.launch({ payload })).toMatchObject({ status: 413, error: 'The body is too large.' });
  });

  it.each([
    ['no JSON', '{"capacity": ['],
    ['nothing', ''],
    ['another shape', '{"capacity":"secret-looking","duration":-1}'],
    ['no UTF-8', Buffer.from([0x7b, 0xff, 0x7d])],
  ])('of %s is refused without repeating it', async (_name, body) => {
    const gateway = await startCallbackGateway({ answer: ACCEPT });
    const response = await fetch(gateway.callbackUrl, {
      method: 'POST',
      headers: { authorization: BASIC },
      body,
    });
    expect(response.status).toBe(400);
    expect(await response.text()).not.toContain('secret-looking');
    expect(gateway.told).toEqual([refused(400, expect.any(String))]);
    expect(JSON.stringify(gateway.logLines)).not.toContain('secret-looking');
    expect(gateway.events).toEqual([]);
  });

  it('that comes byte by byte is cut off at the deadline, however often a byte comes', async () => {
    const gateway = await startCallbackGateway({ limits: { bodyTimeoutMs: 150 } });
    const { answer, write } = rawHttp(gateway.url, head('Content-Length: 5000'));
    const trickle = setInterval(() => write(' '), 20);
    const text = await answer.finally(() => clearInterval(trickle));
    expect(text).toMatch(/^HTTP\/1\.1 408 /);
    expect(gateway.told).toEqual([refused(408, 'The body came too slowly.')]);
  });

  it('whose sender goes away is told once, and frees its place', async () => {
    const gateway = await startCallbackGateway({
      answer: ACCEPT,
      limits: { concurrent: 1, perMinute: 1_000 },
    });
    const sender = rawHttp(gateway.url, head('Content-Length: 5000'));
    expect(await whenTaken(gateway)).toMatchObject({ status: 429, error: 'Too many requests.' });
    sender.leave();
    const gone = refused(null, 'The sender went away.');
    await until('it is told', () => gateway.told.some(({ status }) => status === null));
    expect(gateway.told.filter(({ status }) => status === null)).toEqual([gone]);
    expect(await gateway.launch()).toMatchObject({ status: 200, count: 13 });
  });
});

/** Launches until it is told that the one place is taken. */
async function whenTaken({ launch }: CallbackGateway): Promise<ComputeLaunchAnswer> {
  for (let i = 0; ; i++) {
    const answer = await launch();
    if (answer.status === 429 || i === 500) return answer;
  }
}

describe('the endpoint', () => {
  it('takes so many requests in a minute, and says when to come again', async () => {
    const gateway = await startCallbackGateway({ answer: ACCEPT, limits: { perMinute: 3 } });
    for (let i = 0; i < 3; i++) expect((await gateway.launch()).status).toBe(200);
    const response = await fetch(gateway.callbackUrl, { method: 'POST', headers: { authorization: BASIC } });
    expect(response.status).toBe(429);
    const waitS = Number(response.headers.get('retry-after'));
    expect(waitS).toBeGreaterThan(50);
    expect(waitS).toBeLessThanOrEqual(60);
    expect(gateway.told.filter(({ msg }) => msg === 'callback refused')).toEqual([
      refused(429, 'Too many requests.'),
    ]);
  });

  it.each(['GET', 'PUT', 'DELETE', 'OPTIONS', 'HEAD'])('refuses %s', async (method) => {
    const gateway = await startCallbackGateway({ answer: ACCEPT });
    const response = await fetch(gateway.callbackUrl, { method, headers: { authorization: BASIC } });
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('POST');
    expect(gateway.told).toEqual([refused(405, 'Only POST is taken here.')]);
  });

  it.each([
    '/callbacks/quiet',
    '/callbacks/nobody',
    '/callbacks/',
    '/callbacks',
    '/callbacks/volunteers/x',
    '/callbacks/__proto__',
  ])('is not at %s', async (path) => {
    const gateway = await startCallbackGateway({ answer: ACCEPT });
    const [there, elsewhere] = await Promise.all(
      [path, '/nowhere'].map(async (at) => {
        const response = await fetch(gateway.url + at, { method: 'POST', headers: { authorization: BASIC } });
        return [response.status, await response.text()];
      }),
    );
    expect(there).toEqual(elsewhere);
    expect(there?.[0]).toBe(404);
    expect(gateway.told).toEqual([]);
    expect(await gateway.query('{ provider(key: "quiet") { capacityRequests { id } } }')).toEqual({
      data: { provider: { capacityRequests: [] } },
    });
  });

  it('shows its password nowhere', async () => {
    const gateway = await startCallbackGateway({ answer: ACCEPT });
    const answers = [
      await gateway.launch(),
      await gateway.launch({ user: 'x' }),
      await gateway.launch({ payload: {} }),
      await fetch(gateway.callbackUrl, { headers: { authorization: BASIC } }).then((get) => get.text()),
    ];
    const prints = `${gateway.everyPrint()}\n${JSON.stringify(answers)}`;
    expect(prints).toContain('from environment variable CALLBACK_PASSWORD');
    expect(prints).not.toContain(PASSWORD);
    expect(prints).not.toContain(BASIC.slice('Basic '.length));
  });
});
