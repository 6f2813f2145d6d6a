import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { exampleOperations } from './example-operations.ts';

interface Page {
  readonly gzipped: Buffer;
  readonly etag: string;
}

const compress = promisify(gzip);

/**
 * GraphiQL as one page that loads nothing from anywhere: scripts, styles and workers are inside it. It is 9 MB, so it
 * is made when first asked for, kept compressed, and revalidated by its ETag.
 */
export class GraphiqlPage {
  #page: Promise<Page> | null = null;

  /** Whether a request is a browser that wants a page, and not a query sent by GET. */
  static wantedBy(request: IncomingMessage, query: URLSearchParams): boolean {
    return (
      request.method === 'GET' &&
      !query.has('query') &&
      (request.headers.accept ?? '').split(',').some((type) => type.trim().startsWith('text/html'))
    );
  }

  async send(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.#page ??= makePage();
    const page = await this.#page;
    response.setHeader('ETag', page.etag);
    response.setHeader('Cache-Control', 'no-cache');
    response.setHeader('X-Content-Type-Options', 'nosniff');
    response.setHeader('Referrer-Policy', 'no-referrer');
    // Nothing but this page and this server: also what keeps it offline if a later version should ask for more.
    response.setHeader(
      'Content-Security-Policy',
      "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval' blob:; worker-src blob:; style-src 'unsafe-inline'; img-src data:; font-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    );
    if (request.headers['if-none-match'] === page.etag) {
      response.writeHead(304).end();
      return;
    }
    response.writeHead(200, {
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Encoding': 'gzip',
      'Content-Length': page.gzipped.length,
    });
    response.end(page.gzipped);
  }
}

async function makePage(): Promise<Page> {
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  const html = renderGraphiQL({
    title: 'Gridweave',
    endpoint: '/graphql',
    defaultTabs: exampleOperations().map((operation) => ({ query: operation.document })),
    defaultHeaders: '{}',
    shouldPersistHeaders: false,
    schemaDescription: true,
  });
  const gzipped = await compress(Buffer.from(html), { level: 6 });
  return { gzipped, etag: `"${createHash('sha256').update(gzipped).digest('base64url')}"` };
}
