import { request as httpRequest, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';

/** What Chromium sends when an address is typed in. */
const BROWSER_ACCEPT = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8';

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

describe('the page of GraphiQL over HTTP', () => {
  let gateway: TestGateway;

  beforeAll(async () => {
    gateway = await startTestGateway({ sandbox: { jobsPerSite: 1 } });
  });
  afterAll(() => gateway.close());

  /** Without what `fetch` does to bodies and targets. */
  function ask(path: string, headers: OutgoingHttpHeaders = {}, method = 'GET'): Promise<Answer> {
    const { hostname, port } = new URL(gateway.url);
    return new Promise((resolve, reject) => {
      httpRequest({ hostname, port, path, method, headers, agent: false }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          resolve({
            status: response.statusCode,
            headers: response.headers,
            body: Buffer.concat(chunks),
          }),
        );
        response.on('error', reject);
      })
        .on('error', reject)
        .end();
    });
  }

  it('goes to who accepts HTML, compressed for who can read that', async () => {
    const packed = await ask('/graphql', { accept: BROWSER_ACCEPT, 'accept-encoding': 'gzip, deflate, br' });
    const plain = await ask('/graphql', { accept: 'text/html' });
    const refused = await ask('/graphql', { accept: 'text/html', 'accept-encoding': 'gzip;q=0, identity' });
    expect(packed.headers['content-encoding']).toBe('gzip');
    for (const { status, headers, body } of [plain, refused]) {
      expect(status).toBe(200);
      expect(headers['content-encoding']).toBeUndefined();
      expect(body.equals(gunzipSync(packed.body))).toBe(true);
    }
    expect(plain.body.toString('latin1')).toMatch(/^\s*<!doctype html>/);
    expect(packed.headers['vary']).toBe('Accept, Accept-Encoding');
    expect(packed.headers['content-security-policy']).toContain("default-src 'none'");
  });

  it('is revalidated by its ETag, also when a proxy has called it weak', async () => {
    const { headers } = await ask('/graphql', { accept: BROWSER_ACCEPT, 'accept-encoding': 'gzip' });
    const etag = headers['etag'] ?? '';
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`]) {
      const again = await ask('/graphql', { accept: BROWSER_ACCEPT, 'if-none-match': known });
      expect({ status: again.status, bytes: again.body.length }).toEqual({ status: 304, bytes: 0 });
    }
    const changed = await ask('/graphql', { accept: BROWSER_ACCEPT, 'if-none-match': '"other"' }, 'HEAD');
    expect(changed.status).toBe(200);
  });

  it('answers HEAD with the head of the page', async () => {
    const headers = { accept: BROWSER_ACCEPT, 'accept-encoding': 'gzip' };
    const [get, head] = await Promise.all([ask('/graphql', headers), ask('/graphql', headers, 'HEAD')]);
    // Each answer has a time and a name of its own.
    const { date: _, 'x-request-id': __, ...expected } = get.headers;
    expect(head.status).toBe(200);
    expect(head.headers).toMatchObject(expected);
    expect(head.body.length).toBe(0);
  });

  it('does not stand in the way of a query sent by GET', async () => {
    const { status, headers, body } = await ask('/graphql?query=%7B__typename%7D', {
      accept: BROWSER_ACCEPT,
    });
    expect(status).toBe(200);
    expect(headers['content-type']).toMatch(/^application\/json/);
    expect(JSON.parse(body.toString())).toEqual({ data: { __typename: 'Query' } });
  });

  it('is where the root leads, and nothing else is', async () => {
    expect(await ask('/')).toMatchObject({ status: 302, headers: { location: '/graphql' } });
    expect((await ask('/health')).status).toBe(200);
    expect((await ask('/ready', {}, 'HEAD')).status).toBe(200);
    for (const path of ['/graphql/', '/nothing', '//', '//x:99999/']) {
      const { status, body } = await ask(path, { accept: BROWSER_ACCEPT });
      expect({ path, status }).toEqual({ path, status: 404 });
      expect(body.toString()).toContain('"code":"NOT_FOUND"');
    }
    expect(gateway.logLines.filter(({ level }) => level >= 50)).toEqual([]);
  });
});
