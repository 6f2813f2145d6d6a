import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ErrorCode } from '../../model/errors.ts';

export interface UpgradeRefusal {
  readonly status: 400 | 403 | 404 | 429 | 503;
  readonly code: ErrorCode;
  readonly message: string;
  /** The setting at fault. */
  readonly field?: string | undefined;
}

/** Answers a request for a WebSocket that is not to become one with plain HTTP. */
export function refuseUpgrade(socket: Duplex, { status, code, message, field }: UpgradeRefusal): void {
  const body = JSON.stringify({
    errors: [{ message, extensions: { code, ...(field === undefined ? {} : { field }) } }],
  });
  const lines = [
    `HTTP/1.1 ${String(status)} ${STATUS_CODES[status] ?? ''}`,
    'Connection: close',
    'Content-Type: application/json',
    `Content-Length: ${String(Buffer.byteLength(body))}`,
    ...(status === 503 || status === 429 ? ['Retry-After: 5'] : []),
  ];
  socket.once('finish', () => socket.destroy());
  socket.end(`${lines.join('\r\n')}\r\n\r\n${body}`);
}
