import { Pool, type Dispatcher } from 'undici';
import { GridweaveError } from '../model/errors.ts';
import type { Clock } from '../model/time.ts';
import type { Answer, Call, Send } from './call.ts';
import { decodeBody } from './decode.ts';
import { exchange, type RawAnswer } from './exchange.ts';
import { networkFailure } from './network-failure.ts';
import type { UpstreamOptions } from './types.ts';
import { USER_AGENT } from './version.ts';

/** How long after a call's own deadline undici gives up by itself; only for calls that somehow outlive theirs. */
const BACKSTOP_MS = 1_000;

export interface Transport {
  readonly send: Send;
  close(): Promise<void>;
}

/** The headers of every request to a provider, the credential among them where the call already carries it. */
export function requestHeaders(call: Call): Record<string, string> {
  const headers: Record<string, string> = {
    accept: call.decode === 'json' ? 'application/json' : '*/*',
    'accept-encoding': 'identity',
    'user-agent': USER_AGENT,
    'x-request-id': call.wire.requestId,
  };
  if (call.body !== null) headers['content-type'] = 'application/json';
  for (const name in call.headers) {
    const value = call.headers[name];
    if (value !== undefined) headers[name.toLowerCase()] = value;
  }
  return headers;
}

/** The base URL's path without a slash at its end: what every target is put behind. */
export function basePath(baseUrl: URL): string {
  return baseUrl.pathname.replace(/\/+$/, '');
}

/**
 * The wire: one undici pool for one provider. Redirects are not followed (a credential must not go elsewhere), bodies
 * are bounded, and connections idle no longer than undici's 4 s, so that a write seldom meets one the provider is
 * closing.
 */
export function createTransport(
  options: Pick<
    UpstreamOptions,
    'provider' | 'baseUrl' | 'timeoutMs' | 'connectTimeoutMs' | 'maxConnections' | 'maxResponseBytes'
  >,
  clock: Clock,
): Transport {
  const { provider, baseUrl, maxResponseBytes } = options;
  const backstopMs = options.timeoutMs + BACKSTOP_MS;
  const prefix = basePath(baseUrl);
  const pool = new Pool(baseUrl.origin, {
    connections: options.maxConnections,
    connect: { timeout: options.connectTimeoutMs },
    headersTimeout: backstopMs,
    bodyTimeout: backstopMs,
    maxResponseSize: maxResponseBytes,
  });

  async function carry(call: Call): Promise<RawAnswer> {
    const request: Dispatcher.DispatchOptions = {
      method: call.method,
      path: prefix + call.target,
      headers: requestHeaders(call),
      body: call.body,
    };
    try {
      return await exchange(pool, request, call.cancellation, () => {
        call.departure.mayHaveLeft = true;
      });
    } catch (error) {
      throw error instanceof GridweaveError ? error : networkFailure(error, provider, maxResponseBytes);
    }
  }

  return {
    async send(call): Promise<Answer> {
      const { status, headers, body } = await carry(call);
      const receivedAt = clock.now();
      const encoding = headers['content-encoding'];
      if (encoding !== undefined && encoding !== 'identity') {
        throw new GridweaveError(
          'PROVIDER_PROTOCOL',
          `Provider "${provider}" compressed its answer although it was asked not to.`,
          { provider, upstream: { status } },
        );
      }
      const decoded = decodeBody(call, status, body.toString('utf8'), provider);
      return { status, headers, body: decoded, receivedAt, sizeBytes: body.length };
    },
    async close() {
      await pool.destroy();
    },
  };
}
