import type { IncomingMessage } from 'node:http';
import { WebSocket } from 'ws';
import type { Clock } from '../model/time.ts';
import type { Answer, Call } from './call.ts';
import { networkFailure } from './network-failure.ts';
import { basePath, requestHeaders } from './transport.ts';
import type { UpstreamOptions } from './types.ts';

const MAX_REFUSAL_BYTES = 64 * 1024;
/** A followed log may be silent for hours: TCP itself checks that the provider is still there. */
const KEEP_ALIVE_MS = 30_000;

/** The answer to a handshake, and the socket when it was 101. */
export interface Dialled {
  readonly answer: Answer;
  readonly socket: WebSocket | null;
}

export type DialOptions = Pick<UpstreamOptions, 'provider' | 'baseUrl' | 'maxResponseBytes'>;

function answerTo(response: IncomingMessage, body: string, clock: Clock): Answer {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(response.headers)) {
    if (typeof value === 'string') headers[name] = value;
  }
  const status = response.statusCode ?? 0;
  return { status, headers, body, receivedAt: clock.now(), sizeBytes: body.length };
}

async function readRefusal(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response) {
    if (!Buffer.isBuffer(chunk)) continue;
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes >= MAX_REFUSAL_BYTES) break;
  }
  return Buffer.concat(chunks).toString('utf8');
}

/**
 * Makes a WebSocket handshake. A refusal is an answer like any other (its status, its text); a broken connection
 * rejects. The call's cancellation ends a handshake under way. The socket comes paused, so that no message is lost before
 * somebody listens.
 */
export function dial(call: Call, options: DialOptions, clock: Clock): Promise<Dialled> {
  const { provider, baseUrl, maxResponseBytes } = options;
  return new Promise((resolve, reject) => {
    if (call.cancellation.reason !== null) {
      reject(call.cancellation.reason);
      return;
    }
    const scheme = baseUrl.protocol === 'https:' ? 'wss:' : 'ws:';
    const socket = new WebSocket(`${scheme}//${baseUrl.host}${basePath(baseUrl)}${call.target}`, {
      headers: requestHeaders(call),
      followRedirects: false,
      perMessageDeflate: false,
      maxPayload: maxResponseBytes,
    });
    let upgrade: IncomingMessage | null = null;
    // Never taken back: it belongs to this handshake alone, and a cancellation between "open" and whoever waits for the socket
    // must still close it.
    call.cancellation.onCancel((reason) => {
      reject(reason);
      socket.terminate();
    });
    socket.on('error', (error) => reject(networkFailure(error, provider, maxResponseBytes)));
    socket.on('upgrade', (response) => {
      upgrade = response;
      response.socket.setKeepAlive(true, KEEP_ALIVE_MS);
    });
    socket.on('open', () => {
      if (upgrade === null) return;
      socket.pause();
      resolve({ answer: answerTo(upgrade, '', clock), socket });
    });
    socket.on('unexpected-response', (request, response) => {
      readRefusal(response)
        .then(
          (text) => resolve({ answer: answerTo(response, text, clock), socket: null }),
          (error: unknown) => reject(networkFailure(error, provider, maxResponseBytes)),
        )
        .finally(() => request.destroy());
    });
  });
}
