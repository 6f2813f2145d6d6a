import type { IncomingMessage, ServerResponse } from 'node:http';
import { refusalError } from './limits/refusal-error.ts';
import type { Refusals } from './limits/refusals.ts';

/** Chunks of a body that may be of any size. */
const FREE_CHUNKS = 1_000;
/** How large the others must be on average, in bytes. */
const LEAST_BYTES = 16;

/**
 * Ends a request whose body comes in a great many tiny chunks. Node hands over each by itself, at some microseconds, so a
 * body of a few hundred kilobytes would keep the process busy for a fifth of a second. No client that means well sends
 * such a body.
 */
export function refuseTinyChunks(
  request: IncomingMessage,
  response: ServerResponse,
  refusals: Refusals,
): void {
  if (request.headers['transfer-encoding'] === undefined) return;
  const { socket } = request;
  const push = request.push.bind(request);
  let chunks = 0;
  let bytes = 0;
  let refused = false;
  // There is no event for it: a listener for "data" would take what is not listened for yet.
  request.push = (chunk: Uint8Array | null, encoding?: BufferEncoding): boolean => {
    if (refused) return false;
    chunks += 1;
    bytes += chunk?.length ?? 0;
    if (chunk === null || chunks <= FREE_CHUNKS || bytes >= chunks * LEAST_BYTES)
      return push(chunk, encoding);
    refused = true;
    const message = `The body comes in more than ${String(FREE_CHUNKS)} chunks of less than ${String(LEAST_BYTES)} bytes. Send larger ones, or a Content-Length.`;
    const { extensions } = refusalError(refusals.refuse('maxBodyBytes', 'PAYLOAD_TOO_LARGE', message));
    const { http: _http, ...told } = extensions;
    if (!response.headersSent) {
      response.writeHead(413, { 'Content-Type': 'application/json', Connection: 'close' });
      response.end(JSON.stringify({ errors: [{ message, extensions: told }] }));
    }
    socket.destroySoon();
    return false;
  };
}
