import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { renderPage, type Subscribing } from './render-graphiql.ts';

interface Page {
  readonly gzipped: Buffer;
  readonly etag: string;
}

const decompress = promisify(gunzip);

/** Parameters that name what is asked: with one of them, whoever opens an address wants the answer. */
const ASKING = ['query', 'documentId', 'extensions'];

/** Nothing but this page and this server: also what keeps it offline if a later version should ask for more. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'unsafe-inline'",
  'worker-src blob:',
  "style-src 'unsafe-inline'",
  'img-src data:',
  'font-src data:',
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/**
 * GraphiQL as one page that loads nothing from anywhere: scripts, styles and workers are inside it. It is 9 MB, so it
 * is made when first asked for, kept compressed, and revalidated by its ETag.
 */
export class GraphiqlPage {
  readonly #subscribing: Subscribing;
  #page: Promise<Page> | null = null;

  constructor(subscribing: Subscribing) {
    this.#subscribing = subscribing;
  }

  /** Whether a request is a browser that wants a page, and not a query sent by GET. */
  static wantedBy(request: IncomingMessage, query: URLSearchParams): boolean {
    return (
      (request.method === 'GET' || request.method === 'HEAD') &&
      !ASKING.some((parameter) => query.has(parameter)) &&
      listed(request.headers.accept).some((type) => type.startsWith('text/html'))
    );
  }

  async send(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { gzipped, etag } = await this.#made();
    response.setHeader('ETag', etag);
    response.setHeader('Cache-Control', 'no-cache');
    response.setHeader('Vary', 'Accept, Accept-Encoding');
    response.setHeader('X-Content-Type-Options', 'nosniff');
    response.setHeader('Referrer-Policy', 'no-referrer');
    response.setHeader('Content-Security-Policy', CONTENT_SECURITY_POLICY);
    // A proxy that unpacks or repacks the page calls the same ETag weak.
    if (listed(request.headers['if-none-match']).some((known) => known.replace(/^W\//, '') === etag)) {
      response.writeHead(304).end();
      return;
    }
    const body = acceptsGzip(request) ? gzipped : await decompress(gzipped);
    response.writeHead(200, {
      'Content-Type': 'text/html; charset=utf-8',
      ...(body === gzipped && { 'Content-Encoding': 'gzip' }),
      'Content-Length': body.length,
    });
    response.end(body);
  }

  async #made(): Promise<Page> {
    this.#page ??= makePage(this.#subscribing);
    try {
      return await this.#page;
    } catch (error) {
      this.#page = null;
      throw error;
    }
  }
}

async function makePage(subscribing: Subscribing): Promise<Page> {
  const gzipped = await renderPage(subscribing);
  return { gzipped, etag: `"${createHash('sha256').update(gzipped).digest('base64url')}"` };
}

function acceptsGzip(request: IncomingMessage): boolean {
  return listed(request.headers['accept-encoding']?.toString()).some((coding) =>
    /^(?:gzip|\*)(?!\s*;\s*q=0(?:\.0*)?$)/.test(coding),
  );
}

/** The members of a header that is a comma-separated list. */
function listed(header: string | undefined): string[] {
  return (header ?? '').split(',').map((member) => member.trim());
}
