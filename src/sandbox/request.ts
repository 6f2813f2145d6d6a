/** How an emulator sees a request: target split and decoded once, body read up to a limit. */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';

/** One request as an emulator's handler gets it. */
export interface EmulatorRequest {
  /** Upper case. */
  readonly method: string;
  /** The pathname, percent-decoded once. An encoded slash is a slash here: route by `segments`. */
  readonly path: string;
  /** The pathname's segments, each decoded by itself; no empty one for the leading or a trailing slash. */
  readonly segments: readonly string[];
  /** The request target as received, query included. */
  readonly rawTarget: string;
  readonly query: URLSearchParams;
  /** Lower-cased names. */
  readonly headers: IncomingHttpHeaders;
  /** Empty for an upgrade. */
  readonly body: Buffer;
  /** True while the "unauthorized" fault hits this call: answer as if the credential had expired. */
  readonly expired: boolean;
  /** The emulator's clock in epoch milliseconds, with the skew that a fault gives it. */
  now(): number;
  /** That skew alone, in milliseconds: for emulators that shift every time of an answer by the same amount. */
  readonly skewMs: number;
  /** The socket's other end, for rate limits and logs. */
  readonly remoteAddress: string;
}

/** What an emulator answers. Date and Content-Length are added. */
export interface EmulatorResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

export interface ParsedTarget {
  readonly path: string;
  readonly segments: readonly string[];
  readonly query: URLSearchParams;
}

/** Splits a request target without resolving dot segments; null when its percent-encoding is broken. */
export function parseTarget(rawTarget: string): ParsedTarget | null {
  const origin = rawTarget.startsWith('/') ? '' : (/^https?:\/\/[^/?]*/i.exec(rawTarget)?.[0] ?? '');
  const [target = ''] = rawTarget.slice(origin.length).split('#', 1);
  const mark = target.indexOf('?');
  const rawPath = mark < 0 ? target : target.slice(0, mark);
  try {
    const segments = rawPath.split('/').slice(1).map(decodeURIComponent);
    if (segments.at(-1) === '') segments.pop();
    return {
      path: decodeURIComponent(rawPath) || '/',
      segments,
      query: new URLSearchParams(mark < 0 ? '' : target.slice(mark + 1)),
    };
  } catch {
    return null;
  }
}

/** Reads a body; null when it is larger than `limit` bytes. Rejects when the client goes away. */
export async function readBody(message: IncomingMessage, limit: number): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  // Leaving the loop early must not destroy the socket: the refusal still has to be sent.
  const iterator: AsyncIterable<Buffer> = message.iterator({ destroyOnReturn: false });
  for await (const chunk of iterator) {
    size += chunk.length;
    if (size > limit) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}
