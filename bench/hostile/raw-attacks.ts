import { connect, type Socket } from 'node:net';
import { introspectionTimesTwenty } from '../../test/hostile/documents.ts';
import type { Attack, Refusal, Siege, Target } from './attack.ts';
import { open } from './socket-attacks.ts';

/** A TCP connection to the gateway; null when it cannot be had. */
function dial({ url }: Target): Promise<Socket | null> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => {});
  return new Promise((resolve) => {
    socket.once('connect', () => resolve(socket)).once('close', () => resolve(null));
  });
}

function head({ key }: Target, ...more: readonly string[]): string {
  const lines = ['POST /graphql HTTP/1.1', 'Host: localhost', 'Content-Type: application/json', `Authorization: Bearer ${key}`]; // prettier-ignore
  return [...lines, ...more].map((line) => `${line}\r\n`).join('');
}

const QUERY = '{"query":"{ __typename }"}';
const WHOLE = (target: Target): string =>
  `${head(target, `Content-Length: ${String(QUERY.length)}`)}\r\n${QUERY}`;

/** Sends all of it over a connection of its own, and waits for so many answers, or for its end. */
async function sendAll(target: Target, bytes: Buffer, answers: number): Promise<Refusal> {
  const socket = await dial(target);
  if (socket === null) return { answer: 'not opened', closed: true, bytes: 0 };
  return new Promise((resolve) => {
    let seen = 0;
    let status = '';
    let rest = '';
    socket.setEncoding('latin1').on('data', (text: string) => {
      status ||= text.slice(9, 12);
      const parts = (rest + text).split(STATUS_LINE);
      seen += parts.length - 1;
      // It may have come in two pieces.
      rest = parts.at(-1)?.slice(1 - STATUS_LINE.length) ?? '';
      if (seen < answers) return;
      resolve({ answer: status, closed: false, bytes: bytes.length });
      socket.destroy();
    });
    socket.on('close', () =>
      resolve({ answer: status === '' ? 'reset' : status, closed: true, bytes: bytes.length }),
    );
    socket.write(bytes);
  });
}

const STATUS_LINE = 'HTTP/1.1 ';
const CHUNKS = 100_000;

export const RAW: readonly Attack[] = [
  {
    name: 'a body of 100,000 chunks of a byte',
    perSecond: 5,
    strike: (target) => {
      const text = QUERY.padEnd(CHUNKS);
      const chunks = Array.from(text, (character) => `1\r\n${character}\r\n`).join('');
      const whole = `${head(target, 'Transfer-Encoding: chunked')}\r\n${chunks}0\r\n\r\n`;
      return sendAll(target, Buffer.from(whole), 1);
    },
  },
  {
    name: '1,000 requests in one write',
    perSecond: 1,
    strike: (target) => sendAll(target, Buffer.from(WHOLE(target).repeat(1_000)), 1_000),
  },
];

/** Opens them all, does something to each now and then, and closes what is left at the end. */
function siege(
  name: string,
  connections: number,
  begin: (socket: Socket, target: Target) => void,
  everySecond: (socket: Socket) => void = () => {},
): Siege {
  return {
    name,
    connections,
    begin: async (target) => {
      let bytesFrom = 0;
      const sockets = (await Promise.all(Array.from({ length: connections }, () => dial(target)))).filter((socket) => socket !== null); // prettier-ignore
      const status = new Set<string>();
      for (const socket of sockets) {
        socket.once('data', (chunk: Buffer) => status.add(chunk.toString('latin1', 9, 12)));
        begin(socket, target);
      }
      const timer = setInterval(() => {
        for (const socket of sockets) if (!socket.destroyed) everySecond(socket);
      }, 1_000);
      return {
        end: () => {
          clearInterval(timer);
          const left = sockets.filter(({ readyState }) => readyState === 'open').length;
          for (const socket of sockets) {
            bytesFrom += socket.bytesWritten;
            socket.destroy();
          }
          const answer = [...status].join(', ');
          return Promise.resolve({
            answer: `${answer === '' ? 'nothing yet' : answer}, ${String(left)} open`,
            closed: left === 0,
            bytes: bytesFrom / connections,
          });
        },
      };
    },
  };
}

export const SIEGES: readonly Siege[] = [
  siege(
    'bodies of a byte a second',
    200,
    (socket, target) => socket.write(`${head(target, 'Content-Length: 1000')}\r\n`),
    (socket) => socket.write('x'),
  ),
  siege(
    'headers of a line a second',
    200,
    (socket, target) => socket.write(head(target)),
    (socket) => socket.write('a: b\r\n'),
  ),
  siege('connections that say nothing', 500, () => {}),
  siege('connections kept after an answer', 500, (socket, target) => socket.write(WHOLE(target))),
  siege('answers that nobody reads', 50, (socket, target) => {
    const body = JSON.stringify({ query: introspectionTimesTwenty() });
    socket.write(`${head(target, `Content-Length: ${String(body.length)}`)}\r\n${body}`);
    socket.once('data', () => socket.pause());
  }),
  {
    name: 'ws: opened and left',
    connections: 200,
    begin: async (target) => {
      const opened = await Promise.all(Array.from({ length: 200 }, () => open(target, false)));
      return {
        end: () => {
          const left = opened.filter((one) => one?.ws.readyState === 1).length;
          for (const one of opened) one?.ws.terminate();
          return Promise.resolve({ answer: `${String(left)} open`, closed: left === 0, bytes: 0 });
        },
      };
    },
  },
];
