import { Agent, createServer, request as send, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import type { Canaries } from './canary.ts';
import { tamper, type Tampering } from './tampering.ts';

export interface RelayOptions {
  readonly target: string;
  /** What the gateway was told, and what the emulator takes instead. */
  readonly secrets: ReadonlyMap<string, string>;
  readonly canaries: Canaries;
  /** Where redirects lead to. */
  readonly trapUrl: () => string;
}

export interface Relay {
  readonly url: string;
  /** What is done to answers from now on, in turn and over again; nothing when it is empty. */
  follow(plan: readonly Tampering[]): void;
  close(): Promise<void>;
}

export interface ProviderAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/**
 * Stands between a gateway and an emulator: the gateway's credentials are canaries, which it takes for the emulator's own;
 * and it does to answers what a provider should not.
 */
export async function startRelay(options: RelayOptions): Promise<Relay> {
  const { target, secrets, canaries } = options;
  const agent = new Agent({ keepAlive: true });
  const sockets = new Set<Socket>();
  let plan: readonly Tampering[] = [];
  let turn = 0;
  const next = (): Tampering | undefined => plan[turn++ % Math.max(1, plan.length)];

  const honest = (text: string): string => {
    let swapped = text;
    for (const [canary, real] of secrets) swapped = swapped.replaceAll(canary, real);
    return swapped;
  };

  const serve = async (message: IncomingMessage, response: ServerResponse): Promise<void> => {
    const asked = await bodyOf(message);
    const answer = await forward(message, asked);
    const token = /"accessToken":"([^"]+)"/.exec(answer.body.toString('latin1', 0, 4_096))?.[1];
    if (token !== undefined) canaries.add('an access token of a provider', token);
    const tampering = next();
    if (tampering === undefined) {
      response.writeHead(answer.status, answer.headers).end(answer.body);
      return;
    }
    const said = `${message.headers.authorization ?? ''} ${asked.toString()}`;
    tamper(response, answer, tampering, { trapUrl: options.trapUrl(), said });
  };

  const forward = (message: IncomingMessage, body: Buffer): Promise<ProviderAnswer> =>
    new Promise((resolve, reject) => {
      const text = honest(body.toString('latin1'));
      const headers = headersFor(message, honest);
      if (body.length > 0) headers['content-length'] = String(text.length);
      const onward = send(
        target + honest(message.url ?? '/'),
        { agent, method: message.method, headers },
        (incoming) => {
          bodyOf(incoming).then(
            (received) => resolve({ status: incoming.statusCode ?? 0, headers: ownHeaders(incoming, received), body: received }), // prettier-ignore
            reject,
          );
        },
      );
      onward.once('error', reject);
      onward.end(text, 'latin1');
    });

  const server = createServer({ maxHeaderSize: 256 * 1024 }, (message, response) => {
    response.on('error', () => {});
    serve(message, response).catch(() => response.socket?.destroy());
  });
  server.on('connection', (socket: Socket) => keep(socket));
  server.on('upgrade', (message: IncomingMessage, socket: Socket, head: Buffer) => {
    const onward = connect(Number(new URL(target).port), '127.0.0.1');
    keep(onward);
    const lines = [`GET ${honest(message.url ?? '/')} HTTP/1.1`];
    for (let at = 0; at < message.rawHeaders.length; at += 2) {
      lines.push(`${message.rawHeaders[at] ?? ''}: ${honest(message.rawHeaders[at + 1] ?? '')}`);
    }
    onward.write(`${lines.join('\r\n')}\r\n\r\n`);
    onward.write(head);
    const tampering = next();
    socket.pipe(onward);
    onward.on('data', (chunk: Buffer) => {
      if (tampering?.kind === 'BYTES') chunk[tampering.at % chunk.length] = tampering.byte;
      if (tampering?.kind === 'RESET') socket.resetAndDestroy();
      else socket.write(chunk);
    });
    onward.on('close', () => socket.destroy());
    socket.on('close', () => onward.destroy());
  });

  function keep(socket: Socket): void {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => sockets.delete(socket));
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    follow: (given) => {
      plan = given;
      turn = 0;
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
        agent.destroy();
      }),
  };
}

async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function headersFor({ headers }: IncomingMessage, honest: (text: string) => string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      typeof value !== 'string' ||
      ['host', 'connection', 'content-length', 'transfer-encoding'].includes(name)
        ? []
        : [[name, honest(value)]],
    ),
  );
}

function ownHeaders({ headers }: IncomingMessage, body: Buffer): Record<string, string> {
  const own = Object.entries(headers).filter(
    (header): header is [string, string] =>
      typeof header[1] === 'string' && !['connection', 'keep-alive', 'transfer-encoding'].includes(header[0]),
  );
  return { ...Object.fromEntries(own), 'content-length': String(body.length) };
}
