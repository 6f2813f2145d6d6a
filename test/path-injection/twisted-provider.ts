import { createServer, type IncomingMessage } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { request as send } from 'undici';

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
}

/** What a provider does that means harm. */
export interface Mischief {
  /** Answered in place of what the provider says; null lets it speak. Asked of handshakes, too. */
  readonly instead?: (method: string, target: string) => Reply | null;
  /** What becomes of a text in an answer; of the name of a member, where `member` is null. */
  readonly text?: (member: string | null, text: string) => string;
  /** Members that every object of an answer gets. */
  readonly members?: Readonly<Record<string, string>>;
  /** Headers that every answer gets. */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface TwistedProvider {
  readonly url: URL;
  /** From now on. */
  turn(mischief: Mischief): void;
  close(): Promise<void>;
}

/** Stands before an emulator and changes what it says. */
export async function startTwistedProvider(emulator: URL): Promise<TwistedProvider> {
  const sockets = new Set<Socket>();
  let mischief: Mischief = {};
  const server = createServer((request, response) => {
    const { method = 'GET', url = '/' } = request;
    const reply = mischief.instead?.(method, url) ?? null;
    if (reply !== null) {
      request.resume();
      response.writeHead(reply.status, { ...reply.headers }).end();
      return;
    }
    passOn(request, emulator)
      .then(({ status, type, text }) => {
        response.writeHead(status, {
          ...mischief.headers,
          ...(type === null ? {} : { 'content-type': type }),
        });
        return response.end(twisted(text, mischief));
      })
      .catch(() => response.destroy());
  });
  server.on('connection', (socket: Socket) => sockets.add(socket));
  server.on('upgrade', (request: IncomingMessage, near: Socket, head: Buffer) => {
    near.on('error', () => near.destroy());
    const reply = mischief.instead?.('GET', request.url ?? '/') ?? null;
    if (reply !== null) {
      const lines = Object.entries(reply.headers).map(([name, value]) => `${name}: ${value}\r\n`);
      near.end(`HTTP/1.1 ${String(reply.status)} Elsewhere\r\n${lines.join('')}content-length: 0\r\n\r\n`);
      return;
    }
    const far = connect(Number(emulator.port), emulator.hostname);
    sockets.add(far);
    const names = request.rawHeaders.map((text, i) => (i % 2 === 0 ? `${text}: ` : `${text}\r\n`));
    far.write(`GET ${request.url ?? '/'} HTTP/1.1\r\n${names.join('')}\r\n`);
    far.write(head);
    near.pipe(far).pipe(near);
    far.on('error', () => near.destroy());
    near.on('close', () => far.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: new URL(emulator.pathname, `http://127.0.0.1:${String(port)}`),
    turn: (next) => {
      mischief = next;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

async function passOn(
  request: IncomingMessage,
  { origin }: URL,
): Promise<{ readonly status: number; readonly type: string | null; readonly text: string }> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const { authorization, 'content-type': type } = request.headers;
  const answer = await send(`${origin}${request.url ?? '/'}`, {
    method: request.method as 'GET',
    headers: {
      ...(authorization === undefined ? {} : { authorization }),
      ...(type === undefined ? {} : { 'content-type': type }),
    },
    body: chunks.length === 0 ? null : Buffer.concat(chunks),
  });
  const told = answer.headers['content-type'];
  return {
    status: answer.statusCode,
    type: typeof told === 'string' ? told : null,
    text: await answer.body.text(),
  };
}

function twisted(text: string, { text: change, members }: Mischief): string {
  const twist = (value: unknown, member: string | null): unknown => {
    if (typeof value === 'string') return change?.(member, value) ?? value;
    if (Array.isArray(value)) return value.map((item) => twist(item, member));
    if (typeof value !== 'object' || value === null) return value;
    const own = Object.entries(value).map(([name, item]) => [
      change?.(null, name) ?? name,
      twist(item, name),
    ]);
    return { ...members, ...(Object.fromEntries(own) as object) };
  };
  try {
    return JSON.stringify(twist(JSON.parse(text), ''));
  } catch {
    return text;
  }
}
