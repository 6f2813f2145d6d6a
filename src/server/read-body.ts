import type { IncomingMessage } from 'node:http';

export interface BodyBounds {
  /** In bytes. */
  readonly maxBytes: number;
  /** From now to the last byte, in milliseconds. */
  readonly timeoutMs: number;
}

/** Why there is no body: it is too large, it came too slowly, or its sender went away. */
export type BodyProblem = 'TOO_LARGE' | 'TOO_SLOW' | 'GONE';

/** Reads a body into memory, but never more of it than is allowed, and never for longer. */
export function readBody(
  request: IncomingMessage,
  { maxBytes, timeoutMs }: BodyBounds,
): Promise<Uint8Array | BodyProblem> {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) return Promise.resolve('TOO_LARGE');
  if (request.destroyed) return Promise.resolve('GONE');
  return new Promise((resolve) => {
    const chunks: Uint8Array[] = [];
    let size = 0;
    const settle = (outcome: Uint8Array | BodyProblem): void => {
      clearTimeout(timer);
      request.off('data', onData).off('end', onEnd).off('close', onGone);
      request.pause();
      resolve(outcome);
    };
    const onData = (chunk: Uint8Array): void => {
      size += chunk.byteLength;
      if (size > maxBytes) settle('TOO_LARGE');
      else chunks.push(chunk);
    };
    const onEnd = (): void => settle(Buffer.concat(chunks));
    const onGone = (): void => settle('GONE');
    const timer = setTimeout(() => settle('TOO_SLOW'), timeoutMs);
    // What went wrong is told by "close"; the listener keeps an "error" from being thrown, also later.
    request.on('error', () => {});
    request.on('data', onData).on('end', onEnd).on('close', onGone);
  });
}
