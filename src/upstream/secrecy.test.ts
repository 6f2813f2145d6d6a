import { inspect } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { loopback, type Handler, type Loopback } from '../../test/support/loopback.ts';
import { PROVIDER, testContext } from '../../test/support/upstream-calls.ts';
import { systemClock } from '../model/time.ts';
import { basicCredential, bearerCredential, headerCredential } from './credential.ts';
import { failureForStatus } from './failure.ts';
import type { UpstreamLogEvent } from './log-event.ts';
import { DEFAULT_UPSTREAM_OPTIONS } from './options.ts';
import { path } from './path.ts';
import type { Credential } from './types.ts';
import { createUpstream } from './upstream.ts';

const CANARY = 'c4n4ry-s3cret-value';
const ENCODED = Buffer.from(`ann:${CANARY}`).toString('base64');

const servers: Loopback[] = [];
afterEach(() => Promise.all(servers.splice(0).map((server) => server.close())));

const CREDENTIALS: [string, Credential][] = [
  ['bearer', bearerCredential(CANARY)],
  ['basic', basicCredential('ann', CANARY)],
  ['bare', headerCredential('authorization', CANARY)],
];

/** Providers that repeat what they were sent, or fail in ways that tempt an error to quote it. */
const TROUBLE: [string, Handler][] = [
  ['echoes it in a 401', (request, response) => response.writeHead(401).end(JSON.stringify(request.headers))],
  [
    'echoes it in a 500',
    (request, response) => response.writeHead(500).end(`bad ${request.headers.authorization}`),
  ],
  [
    'echoes it in a success that is not JSON',
    (request, response) => response.end(`<${request.headers.authorization}>`),
  ],
  ['resets the connection', (request) => request.socket.resetAndDestroy()],
  ['answers with nonsense', (request) => request.socket.end(`${request.headers.authorization}\r\n\r\n`)],
  ['never answers', () => {}],
];

describe.each(CREDENTIALS)('a %s credential', (_, credential) => {
  it.each(TROUBLE)('is in no error, report, log or health when the provider %s', async (__, handler) => {
    const server = await loopback(handler);
    servers.push(server);
    const logged: UpstreamLogEvent[] = [];
    const upstream = createUpstream(
      {
        ...DEFAULT_UPSTREAM_OPTIONS,
        provider: PROVIDER,
        baseUrl: server.url,
        credential,
        timeoutMs: 100,
        retry: { ...DEFAULT_UPSTREAM_OPTIONS.retry, retries: 0 },
      },
      { clock: systemClock, log: (event) => logged.push(event) },
    );
    const ctx = testContext();
    const seen: unknown[] = [upstream, upstream.health, upstream.fingerprint(ctx)];
    for (const work of [
      upstream.send({ method: 'GET', path: path`/jobs` }, ctx),
      upstream.send({ method: 'POST', path: path`/jobs`, body: {} }, ctx),
      upstream.openSocket({ path: path`/logs` }, ctx),
    ]) {
      const end: unknown = await work.then(
        (answer) =>
          'status' in answer ? [answer, failureForStatus(answer, PROVIDER, String(answer.body))] : answer,
        (error: unknown) => error,
      );
      seen.push(end);
    }
    await upstream.close();
    seen.push(ctx.reports, logged);
    expect(logged.length).toBeGreaterThan(0);
    const text = `${inspect(seen, { depth: null, showHidden: true, maxStringLength: null })}\n${JSON.stringify(seen)}`;
    expect(text).not.toContain(CANARY);
    expect(text).not.toContain(ENCODED);
  });
});
