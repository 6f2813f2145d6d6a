import { WebSocket } from 'ws';
import type { Socket } from 'node:net';
import { wsFrame, OPCODE } from '../../test/hostile/frames.ts';
import type { Attack, Refusal, Target } from './attack.ts';

const MESSAGES = 10_000;
const END = JSON.stringify({ type: 'ping', payload: { end: true } });

/** A WebSocket with nothing between the attacker and its frames. Null when it was not let in. */
export async function open(
  { url, key }: Target,
  init = true,
): Promise<{ ws: WebSocket; socket: Socket } | null> {
  const address = `${url.replace('http:', 'ws:')}/graphql`;
  const ws = new WebSocket(address, 'graphql-transport-ws', { perMessageDeflate: false });
  ws.on('error', () => {});
  let socket: Socket | null = null;
  ws.once('upgrade', (response) => (socket = response.socket));
  const opened = await new Promise<boolean>((resolve) => {
    ws.once('open', () => resolve(true)).once('close', () => resolve(false));
  });
  if (!opened || socket === null) return null;
  if (init) {
    const acknowledged = new Promise((resolve) => ws.once('message', resolve).once('close', resolve));
    ws.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${key}` } }));
    await acknowledged;
  }
  return { ws, socket };
}

/** Opens a WebSocket, sends it all at once, and sees what comes of it. */
async function burst(target: Target, frames: Buffer, init: boolean): Promise<Refusal> {
  const connection = await open(target, init);
  const bytes = frames.length;
  if (connection === null) return { answer: 'not opened', closed: true, bytes };
  const { ws, socket } = connection;
  return new Promise((resolve) => {
    let answers = 0;
    ws.on('message', (data: Buffer) => {
      answers += 1;
      if (!data.includes('"end":true')) return;
      resolve({ answer: `all taken, ${String(answers)} answers`, closed: false, bytes });
      ws.terminate();
    });
    ws.on('close', (code) => resolve({ answer: `closed ${String(code)}`, closed: true, bytes }));
    socket.write(Buffer.concat([frames, wsFrame(END)]));
  });
}

function bursting(
  name: string,
  frame: (i: number) => Buffer,
  { init = true, count = MESSAGES, perSecond = 2 } = {},
): Attack {
  const frames = Buffer.concat(Array.from({ length: count }, (_, i) => frame(i)));
  return { name, perSecond, strike: (target) => burst(target, frames, init) };
}

const message = (value: object): Buffer => wsFrame(JSON.stringify(value));
const subscribe = (id: string, query: string): Buffer =>
  message({ id, type: 'subscribe', payload: { query } });

export const SOCKETS: readonly Attack[] = [
  bursting('ws: 10,000 pings', () => message({ type: 'ping' })),
  bursting('ws: 10,000 ping frames', () => wsFrame('', OPCODE.PING)),
  bursting('ws: 10,000 pong frames', () => wsFrame('', OPCODE.PONG)),
  bursting('ws: 10,000 queries', (i) => subscribe(String(i), `{ a${String(i)}: __typename }`)),
  bursting('ws: 10,000 queries with one id', () => subscribe('1', '{ providers { key } }')),
  bursting('ws: 10,000 subscriptions', (i) =>
    subscribe(String(i), 'subscription { jobEvents { __typename } }'),
  ),
  bursting('ws: 10,000 messages of garbage', (i) => wsFrame(`{"type":${String(i)}`)),
  bursting('ws: 10,000 fragments', (i) => wsFrame('x', i === 0 ? OPCODE.TEXT : OPCODE.CONTINUATION, false)),
  bursting('ws: 10,000 queries, no init', (i) => subscribe(String(i), '{ __typename }'), { init: false }),
  bursting('ws: 50 × 250 kB of JSON lists', () => wsFrame('['.repeat(125_000) + ']'.repeat(125_000)), {
    count: 50,
  }),
  bursting('ws: a message of 1 MB', () => wsFrame('x'.repeat(1_000_000)), { count: 1 }),
];
