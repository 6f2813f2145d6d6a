import type { Socket } from 'node:net';

/** FIN and the opcode of a text message, which is how a server sends it whole: RFC 6455, 5.2. */
const WHOLE_TEXT = 0x81;
const CLOSING_BRACE = Buffer.from('}');
/** Up to this size, in bytes, one copy is cheaper than a write of several parts. */
const COPY_UP_TO = 8 * 1024;

function headSize(length: number): number {
  if (length < 126) return 2;
  return length < 0x1_0000 ? 4 : 10;
}

function writeHead(frame: Buffer, length: number, size: number): void {
  frame[0] = WHOLE_TEXT;
  if (size === 2) frame[1] = length;
  else if (size === 4) {
    frame[1] = 126;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = 127;
    frame.writeUInt32BE(0, 2);
    frame.writeUInt32BE(length, 6);
  }
}

/** What comes before the payload in every `next` of one operation. */
export function nextPrefix(id: string): Buffer {
  return Buffer.from(`{"id":${JSON.stringify(id)},"type":"next","payload":`);
}

/**
 * Writes `prefix`, `payload` and a closing brace as one text message of a WebSocket without extensions. Straight to the
 * socket: the payload is the same for many connections, and is neither parsed nor encoded again for any of them.
 */
export function writeNext(socket: Socket, prefix: Buffer, payload: Buffer): void {
  const length = prefix.length + payload.length + 1;
  const size = headSize(length);
  if (payload.length <= COPY_UP_TO) {
    const frame = Buffer.allocUnsafe(size + length);
    writeHead(frame, length, size);
    frame.set(prefix, size);
    frame.set(payload, size + prefix.length);
    frame[size + length - 1] = 0x7d;
    socket.write(frame);
    return;
  }
  const head = Buffer.allocUnsafe(size + prefix.length);
  writeHead(head, length, size);
  head.set(prefix, size);
  socket.cork();
  socket.write(head);
  socket.write(payload);
  socket.write(CLOSING_BRACE);
  socket.uncork();
}
