import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { guardBrowsers } from './web-safety.ts';

const FRIEND = 'https://app.example.org';

describe('guardBrowsers', () => {
  const server = createServer((incoming, response) => {
    const verdict = guardBrowsers(incoming, response, {
      allowedOrigins: [FRIEND],
      ownHeaders: () => ['x-lab-key'],
    });
    if (verdict !== 'ANSWERED') response.writeHead(verdict === 'GO_ON' ? 200 : 403).end();
  });
  let port = 0;
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    port = (server.address() as AddressInfo).port;
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  const ask = (headers: Record<string, string>, method = 'POST'): Promise<Response> =>
    fetch(`http://127.0.0.1:${String(port)}/graphql`, { method, headers });

  it('lets programs through, and pages of its own origin', async () => {
    expect((await ask({})).status).toBe(200);
    expect((await ask({ origin: `http://127.0.0.1:${String(port)}` })).status).toBe(200);
  });

  it('refuses what other sites send', async () => {
    expect((await ask({ origin: 'https://evil.example' })).status).toBe(403);
    expect((await ask({ origin: 'null' })).status).toBe(403);
    expect((await ask({ 'sec-fetch-site': 'cross-site' }, 'GET')).status).toBe(403);
  });

  it('lets a link lead to the page', async () => {
    const headers = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', accept: 'text/html' };
    // `fetch` writes these headers itself.
    const status = await new Promise((resolve, reject) => {
      request(`http://127.0.0.1:${String(port)}/graphql`, { headers }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on('error', reject)
        .end();
    });
    expect(status).toBe(200);
  });

  it('answers preflights of configured origins, and tells the others nothing', async () => {
    const friend = await ask({ origin: FRIEND, 'access-control-request-method': 'POST' }, 'OPTIONS');
    expect(friend.headers.get('access-control-allow-origin')).toBe(FRIEND);
    expect(friend.headers.get('access-control-allow-headers')).toMatch(/authorization.*, x-lab-key$/);
    expect(friend.headers.has('access-control-allow-credentials')).toBe(false);
    const other = await ask({ origin: 'https://evil.example' }, 'OPTIONS');
    expect(other.headers.has('access-control-allow-origin')).toBe(false);
  });

  it('keeps every answer from being framed or sniffed', async () => {
    const { headers } = await ask({});
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-frame-options')).toBe('DENY');
    expect(headers.get('content-security-policy')).toMatch(/frame-ancestors 'none'/);
  });
});
