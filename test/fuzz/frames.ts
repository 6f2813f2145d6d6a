/** One frame of a WebSocket as its bytes (RFC 6455, 5.2), right or wrong. */
export interface Frame {
  readonly opcode: number;
  readonly payload: string;
  readonly fin: boolean;
  /** Reserved bits, 0 to 7. */
  readonly reserved: number;
  readonly masked: boolean;
  /** Bytes more or fewer than there are. */
  readonly lie: number;
  /** How the length is written, whatever it is: with 7, 16 or 64 bits. */
  readonly width: 7 | 16 | 64;
}

export const TEXT: Omit<Frame, 'payload'> = {
  opcode: 1,
  fin: true,
  reserved: 0,
  masked: true,
  lie: 0,
  width: 7,
};

const KEY = Buffer.from([1, 2, 3, 4]);

export function frameBytes({ opcode, payload, fin, reserved, masked, lie, width }: Frame): string {
  const bytes = Buffer.from(payload, 'latin1');
  const length = Math.max(0, bytes.length + lie);
  const needed = length < 126 ? 7 : length < 65_536 ? 16 : 64;
  const used = width > needed ? width : needed;
  const head = Buffer.alloc(used === 7 ? 2 : used === 16 ? 4 : 10);
  head[0] = (fin ? 0x80 : 0) | (reserved << 4) | (opcode & 0xf);
  head[1] = (masked ? 0x80 : 0) | (used === 7 ? length : used === 16 ? 126 : 127);
  if (used === 16) head.writeUInt16BE(length, 2);
  if (used === 64) head.writeBigUInt64BE(BigInt(length), 2);
  const body = masked ? bytes.map((byte, at) => byte ^ KEY[at % 4]!) : bytes;
  return Buffer.concat([head, ...(masked ? [KEY] : []), body]).toString('latin1');
}

export interface Heard {
  readonly opcode: number;
  /** Of a text: as it was written. Of others: a character for each byte. */
  readonly payload: string;
}

/** The frames in what a server sent; the last may not be whole yet, and is left out. */
export function framesIn(received: string): Heard[] {
  const bytes = Buffer.from(received, 'latin1');
  const frames: Heard[] = [];
  for (let at = 0; at + 2 <= bytes.length;) {
    const short = bytes[at + 1]! & 0x7f;
    const size = short < 126 ? 2 : short === 126 ? 4 : 10;
    if (at + size > bytes.length) break;
    const length = short < 126 ? short : short === 126 ? bytes.readUInt16BE(at + 2) : Number(bytes.readBigUInt64BE(at + 2)); // prettier-ignore
    if (at + size + length > bytes.length) break;
    const opcode = bytes[at]! & 0xf;
    const payload = bytes.subarray(at + size, at + size + length);
    frames.push({ opcode, payload: payload.toString(opcode === 1 ? 'utf8' : 'latin1') });
    at += size + length;
  }
  return frames;
}
