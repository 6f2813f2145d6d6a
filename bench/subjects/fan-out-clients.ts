/** Many clients of one server, as cheap as they can be, so that the machine is left to the server: sockets read by hand. */
import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { NAME_BEFORE, nowMs } from './fan-out-subject.ts';

export type ClientOrder =
  | { readonly do: 'CONNECT'; readonly url: string; readonly count: number }
  | { readonly do: 'LEAVE' }
  /** Those that are connected read nothing any more. */
  | { readonly do: 'STALL' }
  | { readonly do: 'TAKE' };

export interface Taken {
  readonly messages: number;
  readonly bytes: number;
  /** Milliseconds from the event to its message, sorted. */
  readonly latenciesMs: readonly number[];
}

const QUERY = `subscription Watch { jobEvents(start: NOW) { __typename ... on LiveMessage { cursor }
  ... on JobChange { previousState job { name status { state } } } } }`;

const MARK = Buffer.from(NAME_BEFORE);
const sockets = new Set<Socket>();
let messages = 0;
let bytes = 0;
let latenciesMs: number[] = [];

function frame(text: string): Buffer {
  const payload = Buffer.from(text);
  const mask = randomBytes(4);
  for (let i = 0; i < payload.length; i++) payload[i]! ^= mask[i % 4]!;
  const head = payload.length < 126 ? Buffer.from([0x81, 0x80 | payload.length]) : Buffer.alloc(4);
  if (payload.length >= 126) {
    head[0] = 0x81;
    head[1] = 0x80 | 126;
    head.writeUInt16BE(payload.length, 2);
  }
  return Buffer.concat([head, mask, payload]);
}

/** Takes whole frames off the front; returns what is left. */
function read(data: Buffer, socket: Socket): Buffer {
  let at = 0;
  const now = nowMs();
  while (data.length - at >= 4) {
    const short = data[at + 1]! & 0x7f;
    const head = short === 126 ? 4 : 2;
    const length = short === 126 ? data.readUInt16BE(at + 2) : short;
    if (data.length - at < head + length) break;
    const isPing = (data[at]! & 0x0f) === 9;
    const payload = data.subarray(at + head, at + head + length);
    at += head + length;
    if (isPing) socket.write(Buffer.from([0x8a, 0x80, 0, 0, 0, 0]));
    const mark = isPing ? -1 : payload.indexOf(MARK);
    if (mark < 0) continue;
    messages += 1;
    bytes += payload.length;
    latenciesMs.push(
      now - Number.parseFloat(payload.toString('latin1', mark + MARK.length, mark + MARK.length + 17)),
    );
  }
  return at === 0 ? data : data.subarray(at);
}

function join(url: string, id: number): Promise<void> {
  const { hostname, port, host } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname);
    sockets.add(socket);
    socket.once('error', reject).once('close', () => sockets.delete(socket));
    const key = randomBytes(16).toString('base64');
    socket.write(
      `GET /graphql HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n`,
    );
    let upgraded = false;
    let greeted = false;
    let rest: Buffer = Buffer.alloc(0);
    socket.on('data', (chunk) => {
      rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      if (!upgraded) {
        const end = rest.indexOf('\r\n\r\n');
        if (end < 0) return;
        upgraded = true;
        rest = rest.subarray(end + 4);
        socket.write(frame('{"type":"connection_init"}'));
      }
      if (!greeted && rest.includes('connection_ack')) {
        greeted = true;
        const name = `operation-${String(id).padStart(6, '0')}`;
        socket.write(frame(JSON.stringify({ id: name, type: 'subscribe', payload: { query: QUERY } })));
        resolve();
      }
      rest = read(rest, socket);
    });
  });
}

async function obeyOrder(order: ClientOrder): Promise<object> {
  if (order.do === 'CONNECT') {
    for (let i = 0; i < order.count; i += 50) {
      const some = Math.min(50, order.count - i);
      await Promise.all(Array.from({ length: some }, (_, n) => join(order.url, i + n)));
    }
  } else if (order.do === 'LEAVE') {
    for (const socket of sockets) socket.destroy();
  } else if (order.do === 'STALL') {
    for (const socket of sockets) socket.pause();
  }
  const taken: Taken = { messages, bytes, latenciesMs: latenciesMs.sort((a, b) => a - b) };
  messages = 0;
  bytes = 0;
  latenciesMs = [];
  return taken;
}

process.on('message', (order: ClientOrder) => {
  obeyOrder(order).then(
    (taken) => process.send?.(taken),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});
process.on('disconnect', () => process.exit());
process.send?.('ready');
