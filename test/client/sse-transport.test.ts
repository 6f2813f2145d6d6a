import fc from 'fast-check';
import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { createLiveClient, type LiveClient, type LiveClientOptions } from '../../src/client/index.ts';
import { SseParser } from '../../src/client/sse-parser.ts';
import { until } from '../support/loopback.ts';
import { SCRIPTED } from './documents.ts';
import { bookmark } from './scripted-transport.ts';
import { startScriptedServer, type ScriptedServer } from './scripted-server.ts';

type Answer = (response: ServerResponse, nth: number) => void;

const open: { server: ScriptedServer; client: LiveClient }[] = [];

afterEach(async () => {
  for (const { server, client } of open.splice(0)) {
    client.close();
    await server.close();
  }
});

async function start(answer: Answer, options: Partial<LiveClientOptions> = {}) {
  const bodies: { readonly variables: Readonly<Record<string, unknown>> }[] = [];
  const server = await startScriptedServer({
    onHttp: (_request, body, response) => {
      bodies.push(JSON.parse(body) as never);
      answer(response, bodies.length);
    },
  });
  const client = createLiveClient({
    url: server.url,
    transport: 'sse',
    backoff: { baseMs: 5, laterMs: 5 },
    ...options,
  });
  open.push({ server, client });
  const told: string[] = [];
  const subscription = client.subscribe(
    SCRIPTED,
    {},
    {
      onMessage: ({ cursor }) => told.push(String(cursor)),
      onState: (state, why) => why !== null && told.push(`${state}: ${why}`),
      onEnd: (error) => told.push(error === null ? 'end' : `error: ${error.message}`),
    },
  );
  return { server, told, bodies, subscription };
}

const next = (cursor: string): string =>
  `id: ${cursor}\nevent: next\ndata: ${JSON.stringify({ data: { jobEvents: bookmark(cursor) } })}\n\n`;

function stream(response: ServerResponse, text: string): ServerResponse {
  response.writeHead(200, { 'Content-Type': 'text/event-stream; charset=utf-8' });
  response.write(`retry: 2000\n\n: ping\n\n${text}`);
  return response;
}

const refusal = (status: number, body: object | string, headers = {}): Answer => {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return (response) => void response.writeHead(status, headers).end(text);
};

describe('an event stream', () => {
  it('is asked for with a POST, with fresh headers, and again after the last cursor', async () => {
    let token = 0;
    let gone = false;
    const { server, told, bodies, subscription } = await start(
      (response, nth) => {
        if (nth === 4) response.on('close', () => (gone = true));
        stream(response, next(String(nth)));
        if (nth === 2) response.end();
        else if (nth < 4) setTimeout(() => response.destroy(), 5);
      },
      { headers: () => ({ authorization: `Bearer ${String(++token)}` }) },
    );
    await until('four streams', () => told.includes('4'));
    expect(bodies.map(({ variables }) => variables)).toEqual([
      {},
      { after: '1', start: 'AFTER' },
      { after: '2', start: 'AFTER' },
      { after: '3', start: 'AFTER' },
    ]);
    const [first] = server.requests;
    expect([first?.method, first?.headers.accept, first?.headers['content-type']]).toEqual([
      'POST',
      'text/event-stream',
      'application/json',
    ]);
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer 1',
      'Bearer 2',
      'Bearer 3',
      'Bearer 4',
    ]);
    expect(told).toContain('WAITING: The connection was lost.');
    subscription.stop();
    await until('it is gone', () => gone);
  });

  it('comes back to a gateway that drains, which says no more than that it is complete', async () => {
    const { told } = await start((response, nth) => {
      stream(response, `${next(String(nth))}event: complete\ndata:\n\n`);
    });
    await until('two streams', () => told.includes('2'));
    expect(told.slice(0, 2)).toEqual(['1', 'WAITING: The gateway ended the stream.']);
  });

  it('is given up when it is silent, or never answered', async () => {
    const silent = await start((response) => void stream(response, ''), { silenceMs: 60 });
    await until('it comes back', () => silent.bodies.length > 1);
    expect(silent.told[0]).toBe('WAITING: Nothing was heard for 60 ms.');
    const mute = await start(() => {}, { connectTimeoutMs: 60 });
    await until('it comes back', () => mute.bodies.length > 1);
    expect(mute.told[0]).toBe('WAITING: No answer within 60 ms.');
  });

  it.each([
    [
      'the gateway is full',
      refusal(503, { errors: [{ message: 'full', extensions: { code: 'TOO_MANY_CONNECTIONS' } }] }),
      'WAITING: full',
    ],
    [
      'it leaves',
      refusal(503, {
        errors: [{ message: 'leaving', extensions: { code: 'SHUTTING_DOWN', retryable: true } }],
      }),
      'WAITING: leaving',
    ],
    [
      'a proxy cannot reach it',
      refusal(502, '<html>'),
      'WAITING: The answer was no event stream: 502 Bad Gateway',
    ],
    [
      'somebody is to log in first',
      refusal(200, '<html>'),
      'WAITING: The answer was no event stream: 200 OK',
    ],
    [
      'there are too many',
      refusal(429, {
        errors: [{ message: 'slowly', extensions: { code: 'RATE_LIMITED', retryable: true } }],
      }),
      'WAITING: slowly',
    ],
    [
      'the document is wrong',
      refusal(400, { errors: [{ message: 'no such field', extensions: { code: 'BAD_USER_INPUT' } }] }),
      'error: no such field',
    ],
    ['nobody let us in', refusal(401, ''), 'error: The answer was no event stream: 401 Unauthorized'],
    [
      'there is no graph',
      refusal(404, { errors: [{ message: 'nothing here', extensions: { code: 'NOT_FOUND' } }] }),
      'error: nothing here',
    ],
  ])('when %s', async (_, answer, expected) => {
    const { told } = await start(answer);
    await until('a word', () => told.length > 0);
    expect(told[0]).toBe(expected);
  });

  it('waits for as long as a full gateway asks', async () => {
    const since = performance.now();
    const { bodies } = await start((response, nth) =>
      nth === 1 ? refusal(503, '', { 'Retry-After': '1' })(response, nth) : void stream(response, next('a')),
    );
    await until('it comes back', () => bodies.length === 2, 4_000);
    expect(performance.now() - since).toBeGreaterThan(990);
  });
});

describe('the parser of event streams', () => {
  const parse = (...pieces: readonly string[]) => {
    const parser = new SseParser();
    return pieces.flatMap((piece) => parser.push(piece));
  };

  it('reads fields, comments, several data lines and every line end', () => {
    const text =
      ': hi\r\nevent: next\r\ndata: {"a":\r\ndata: 1}\r\n\r\nretry: 1\n\nevent: none\n\ndata:x\r\r\ndata\n\n';
    expect(parse(text)).toEqual([
      { event: 'next', data: '{"a":\n1}' },
      { event: 'message', data: 'x' },
      { event: 'message', data: '' },
    ]);
  });

  it('reads the same, however the stream is cut into pieces', () => {
    const line = fc.constantFrom('event: next', 'data: 1', 'data:  two', ': ping', 'id: 3', '', '', 'data');
    const end = fc.constantFrom('\n', '\r\n', '\r');
    fc.assert(
      fc.property(
        fc.array(fc.tuple(line, end), { maxLength: 30 }),
        fc.array(fc.nat(200), { maxLength: 12 }),
        (lines, cuts) => {
          const text = lines.map((parts) => parts.join('')).join('');
          const at = [0, ...cuts.filter((cut) => cut < text.length).toSorted((a, b) => a - b), text.length];
          const pieces = at.slice(1).map((to, i) => text.slice(at[i], to));
          expect(parse(...pieces)).toEqual(parse(text));
        },
      ),
    );
  });
});
