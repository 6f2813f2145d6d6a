import type { WebSocket } from 'ws';
import { GridweaveError } from '../model/errors.ts';
import type { ProviderKey } from '../model/ids.ts';
import { cancellationOf } from './cancellation.ts';
import { MessageQueue } from './message-queue.ts';
import { networkFailure } from './network-failure.ts';
import type { UpstreamSocket } from './types.ts';

/** How long the provider may take to answer our close frame. */
const CLOSE_GRACE_MS = 1_000;

/** Codes by which a provider says that it is done: normal, going away, none given. */
const ORDERLY_CLOSE = new Set([1000, 1001, 1005]);

/** An open socket and the ways it can end; all of them leave no listener, no timer and no connection behind. */
export interface OpenSocket extends UpstreamSocket {
  /** Cuts the connection at once. */
  terminate(): void;
  readonly closed: Promise<void>;
}

/**
 * Wraps an open, paused WebSocket. The messages end when the provider closes in order, when the signal aborts, or when
 * the reader closes; they fail with PROVIDER_UNAVAILABLE when the connection breaks or closes with another code, so
 * that an end always means an end. Binary messages are read as UTF-8. For one reader.
 */
export function wrapSocket(
  socket: WebSocket,
  signal: AbortSignal,
  options: { readonly provider: ProviderKey; readonly maxResponseBytes: number },
): OpenSocket {
  const { provider, maxResponseBytes } = options;
  const queue = new MessageQueue({ pause: () => socket.pause(), resume: () => socket.resume() }, () =>
    close(),
  );
  const { promise: closed, resolve: onClosed } = withResolver();
  let grace: NodeJS.Timeout | undefined;

  const close = () => {
    queue.discard();
    if (socket.readyState === socket.CLOSED || grace !== undefined) return;
    // A paused socket would never see the provider's answer to the close frame.
    socket.resume();
    socket.close(1000);
    grace = setTimeout(() => socket.terminate(), CLOSE_GRACE_MS);
  };

  const release = cancellationOf(signal).onCancel(close);

  socket.on('message', (data) => {
    const bytes = Array.isArray(data)
      ? Buffer.concat(data)
      : Buffer.isBuffer(data)
        ? data
        : Buffer.from(data);
    queue.push(bytes.toString('utf8'));
  });
  socket.on('error', (error) => queue.end(networkFailure(error, provider, maxResponseBytes)));
  socket.on('close', (code) => {
    clearTimeout(grace);
    release();
    queue.end(
      ORDERLY_CLOSE.has(code)
        ? null
        : new GridweaveError(
            'PROVIDER_UNAVAILABLE',
            `Provider "${provider}" broke the message stream off (close code ${code}).`,
            { provider, upstream: { code: String(code) } },
          ),
    );
    onClosed();
  });
  if (signal.aborted) close();
  else socket.resume();

  return {
    messages: queue,
    close,
    closed,
    terminate() {
      queue.discard();
      socket.terminate();
    },
  };
}

function withResolver(): { promise: Promise<void>; resolve: () => void } {
  let resolve = () => {};
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
