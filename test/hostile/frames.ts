/** Frames of a WebSocket as a client sends them, made by hand: no library would send most of these. */
export const OPCODE = { CONTINUATION: 0, TEXT: 1, PING: 9, PONG: 10 } as const;

/** Masked with zeros, which leaves the payload as it is. */
export function wsFrame(payload: string, opcode: number = OPCODE.TEXT, final = true): Buffer {
  const body = Buffer.from(payload);
  const long = body.length > 0xffff;
  const medium = !long && body.length > 125;
  const head = Buffer.alloc(2 + (long ? 8 : medium ? 2 : 0) + 4);
  head[0] = (final ? 0x80 : 0) | opcode;
  head[1] = 0x80 | (long ? 127 : medium ? 126 : body.length);
  if (long) head.writeUInt32BE(body.length, 6);
  else if (medium) head.writeUInt16BE(body.length, 2);
  return Buffer.concat([head, body]);
}
