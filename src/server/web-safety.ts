import type { IncomingMessage, ServerResponse } from 'node:http';
import { originAllowed } from './live/origin.ts';

/**
 * On every answer: nothing here is to be framed, sniffed, told to other sites, or kept by a cache on the way, which knows nothing of
 * the headers that callers are told apart by.
 */
const HEADERS: Readonly<Record<string, string>> = {
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
};

const METHODS = 'GET, POST, OPTIONS';
const REQUEST_HEADERS =
  'authorization, content-type, last-event-id, traceparent, tracestate, x-api-key, x-gridweave-cost, x-gridweave-upstream, x-request-id';
const EXPOSED = 'retry-after, x-request-id';
/** How long a browser may remember what it was allowed, in seconds. */
const PREFLIGHT_SECONDS = '600';

export interface WebSafetyOptions {
  /** Origins of pages, beside the gateway's own, that may read its answers. */
  readonly allowedOrigins: readonly string[];
  /** Headers in which callers bring credentials of their own. */
  readonly ownHeaders: () => readonly string[];
}

/** What to do with a request: answer it, or it has been answered here. */
export type Verdict = 'GO_ON' | 'ANSWERED' | 'CROSS_SITE';

/**
 * What browsers need to be told and kept from. A page of another site can send requests with the reader's network
 * position (and, behind some proxies, with their cookies), though it cannot read the answers: so it is refused by what
 * browsers say of themselves (`Sec-Fetch-Site`, `Origin`), which programs do not send.
 */
export function guardBrowsers(
  request: IncomingMessage,
  response: ServerResponse,
  { allowedOrigins, ownHeaders }: WebSafetyOptions,
): Verdict {
  for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
  const { origin, host } = request.headers;
  const allowed = originAllowed(origin, host, allowedOrigins);
  const fromElsewhere = origin !== undefined && allowedOrigins.includes(origin);
  if (fromElsewhere) {
    response.setHeader('Access-Control-Allow-Origin', origin);
    response.setHeader('Access-Control-Expose-Headers', EXPOSED);
    response.setHeader('Cross-Origin-Resource-Policy', 'cross-origin');
    response.setHeader('Vary', 'Origin');
  }
  if (request.method === 'OPTIONS') {
    if (fromElsewhere) {
      response.setHeader('Access-Control-Allow-Methods', METHODS);
      response.setHeader('Access-Control-Allow-Headers', [REQUEST_HEADERS, ...ownHeaders()].join(', '));
      response.setHeader('Access-Control-Max-Age', PREFLIGHT_SECONDS);
    }
    response.writeHead(204, { 'Content-Length': 0, Allow: METHODS }).end();
    return 'ANSWERED';
  }
  if (!allowed) return 'CROSS_SITE';
  // A link from elsewhere to GraphiQL is fine; what loads in the background of another site's page is not.
  const navigates = request.headers['sec-fetch-mode'] === 'navigate' && request.method === 'GET';
  const crossSite = request.headers['sec-fetch-site'] === 'cross-site' && !fromElsewhere;
  return crossSite && !(navigates && wantsPage(request)) ? 'CROSS_SITE' : 'GO_ON';
}

function wantsPage(request: IncomingMessage): boolean {
  return (request.headers.accept ?? '').includes('text/html');
}
