import { describe, expect, it, onTestFinished } from 'vitest';
import { startRig } from '../../../../test/support/charity-engine-rig.ts';
import type { Handler } from '../../../../test/support/loopback.ts';
import { loopback } from '../../../../test/support/loopback.ts';
import { sendComputeLaunch } from './compute-launch.ts';

const PAYLOAD = {
  capacity: [
    { instanceType: 'C.2x4', count: 12 },
    { instanceType: 'C.4x4', count: 3 },
  ],
  duration: 6.5,
};
const BASIC = `Basic ${Buffer.from('ce:pässword').toString('base64')}`;

/** An endpoint as a provider would write it. */
async function endpoint(answer: Handler): Promise<string> {
  const server = await loopback(answer);
  onTestFinished(() => server.close());
  return `${server.url.origin}/hooks/compute-launch`;
}

const launches =
  (received: unknown[]): Handler =>
  (request, response) => {
    if (request.headers.authorization !== BASIC) {
      response.writeHead(401).end();
      return;
    }
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => {
      const { method, url, headers } = request;
      received.push({ method, url, type: headers['content-type'], body: JSON.parse(text) as unknown });
      response.end('{"count":14,"error":"one C.4x4 could not be placed"}');
    });
  };

describe('the vendor’s callback', () => {
  it('posts JSON with HTTP Basic and reads count and error', async () => {
    const received: unknown[] = [];
    const url = await endpoint(launches(received));
    const answer = await sendComputeLaunch({ url, user: 'ce', password: 'pässword', payload: PAYLOAD });
    expect(answer).toMatchObject({ status: 200, count: 14, error: 'one C.4x4 could not be placed' });
    expect(received).toEqual([
      { method: 'POST', url: '/hooks/compute-launch', type: 'application/json', body: PAYLOAD },
    ]);
  });

  it('takes the credential of the URL, too, and tells of a refusal', async () => {
    const url = await endpoint(launches([]));
    const inUrl = url.replace('http://', 'http://ce:p%C3%A4ssword@');
    expect(await sendComputeLaunch({ url: inUrl, payload: PAYLOAD })).toMatchObject({ count: 14 });
    for (const credential of [{}, { user: 'ce', password: 'other' }]) {
      const refused = await sendComputeLaunch({ url, ...credential, payload: PAYLOAD });
      expect(refused).toEqual({ status: 401, count: null, error: null, body: '' });
    }
  });

  it.each(['', 'nothing', '[]', '{"count":"14"}', '{"count":-1}', '{"count":1.5,"error":7}'])(
    'makes no count of %j',
    async (body) => {
      const url = await endpoint((_request, response) => response.end(body));
      expect(await sendComputeLaunch({ url, payload: PAYLOAD })).toEqual({
        status: 200,
        count: null,
        error: null,
        body,
      });
    },
  );

  it('reads no more than 64 KiB, and follows no redirect', async () => {
    const large = await endpoint((_request, response) => response.end('x'.repeat(1_000_000)));
    expect((await sendComputeLaunch({ url: large, payload: PAYLOAD })).body).toHaveLength(65_536);
    const away = await endpoint((_request, response) => {
      response.writeHead(307, { location: large }).end();
    });
    expect(await sendComputeLaunch({ url: away, payload: PAYLOAD })).toMatchObject({ status: 307, body: '' });
  });

  it('says what happened when nothing comes back, without the credential', async () => {
    const silent = await endpoint(() => {});
    const options = { user: 'ce', password: 'hidden-word', payload: PAYLOAD };
    const late = sendComputeLaunch({ ...options, url: silent, timeoutMs: 50 });
    await expect(late).rejects.toMatchObject({ code: 'PROVIDER_TIMEOUT' });
    const gone = await endpoint((_request, response) => response.destroy());
    const lost = sendComputeLaunch({ ...options, url: gone });
    await expect(lost).rejects.toMatchObject({ code: 'PROVIDER_UNAVAILABLE' });
    await expect(lost).rejects.not.toThrow(/hidden-word|http:/);
    for (const url of ['nowhere', 'file:///etc/hosts']) {
      const refused = sendComputeLaunch({ ...options, url });
      await expect(refused).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    }
  });

  it('can be sent by hand through the sandbox, by JSON only', async () => {
    const received: unknown[] = [];
    const url = await endpoint(launches(received));
    const rig = await startRig();
    const send = (body: unknown, headers = {}) => rig.raw('POST', '/_emulator/compute-launch', body, headers);
    const answer = await send({ url, basic: 'ce:pässword', ...PAYLOAD });
    expect(answer.json()).toMatchObject({ status: 200, count: 14 });
    expect(received).toMatchObject([{ body: PAYLOAD }]);
    const plain = await send({ url, ...PAYLOAD }, { 'content-type': 'text/plain' });
    expect(plain.status).toBe(400);
    expect((await send({ ...PAYLOAD })).status).toBe(400);
    expect((await send({ url, basic: 7 })).status).toBe(400);
    expect((await send({ url: 'nowhere' })).status).toBe(502);
    expect(received).toHaveLength(1);
  });
});
