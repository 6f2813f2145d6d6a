import { createServer, type ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import { listen, urlOf } from '../listen.ts';
import type { Metrics } from './metrics.ts';

export interface OperationsListenerOptions {
  readonly host: string;
  readonly port: number;
  /** Null: /metrics is not served. */
  readonly metrics: Metrics | null;
  /** Whether the gateway takes requests, and what to say of it. */
  readonly readiness: () => { readonly ready: boolean };
  readonly log: Logger;
}

export interface OperationsListener {
  readonly url: string;
  /** At once. */
  close(): Promise<void>;
}

const TIMEOUT_MS = 10_000;

/**
 * /metrics, /health and /ready on a port of their own, for those who look after the gateway. Goes on while the gateway
 * drains, so that it can be seen leaving.
 */
export async function startOperationsListener(
  options: OperationsListenerOptions,
): Promise<OperationsListener> {
  const server = createServer(
    { headersTimeout: TIMEOUT_MS, requestTimeout: TIMEOUT_MS },
    (request, response) => {
      answer(request.method ?? '', request.url ?? '', response).catch((error: unknown) => {
        options.log.error({ err: error }, 'unexpected fault');
        if (!response.headersSent)
          send(response, 500, 'text/plain', 'Something went wrong in the gateway.\n');
        else response.destroy();
      });
    },
  );

  async function answer(method: string, target: string, response: ServerResponse): Promise<void> {
    const path = target.split('?', 1)[0];
    if (method !== 'GET' && method !== 'HEAD') {
      response.setHeader('Allow', 'GET, HEAD');
      send(response, 405, 'text/plain', 'Only GET is answered here.\n');
    } else if (path === '/metrics' && options.metrics !== null) {
      await sendMetrics(options.metrics, response);
    } else if (path === '/health') {
      send(response, 200, 'text/plain', '');
    } else if (path === '/ready') {
      const readiness = options.readiness();
      send(response, readiness.ready ? 200 : 503, 'application/json', JSON.stringify(readiness));
    } else {
      send(response, 404, 'text/plain', 'There is nothing here but /metrics, /health and /ready.\n');
    }
  }

  await listen(server, options.host, options.port, 'metrics');
  return {
    url: urlOf(server),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Answers a scrape. */
export async function sendMetrics(metrics: Metrics, response: ServerResponse): Promise<void> {
  const text = await metrics.text();
  send(response, 200, metrics.contentType, text);
}

function send(response: ServerResponse, status: number, type: string, text: string): void {
  response.writeHead(status, {
    'Content-Type': type,
    'Content-Length': Buffer.byteLength(text),
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
  });
  response.end(text);
}
