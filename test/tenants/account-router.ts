import { Agent, createServer, request as send, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { Alphabet } from './alphabet.ts';

/** One account at a provider: where it lives behind the address that all share, and what opens it. */
export interface Account {
  readonly name: string;
  readonly url: string;
  /** What a request holds that is for it, in its `Authorization` or, where the API wants it there, in its body. */
  readonly secrets: readonly string[];
}

/** A request that came, as it came. */
export interface Arrived {
  /** Null: nobody's. */
  readonly account: string | null;
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
}

/** A provider at one address with several accounts, which it tells apart by nothing but the credential. */
export interface AccountRouter {
  readonly url: string;
  readonly arrived: Arrived[];
  /** Everything that an account ever answered. */
  heard(account: string): Alphabet;
  close(): Promise<void>;
}

export async function startAccountRouter(accounts: readonly Account[]): Promise<AccountRouter> {
  const secrets = new Map(accounts.flatMap((account) => account.secrets.map((secret) => [secret, account])));
  const alphabets = new Map(accounts.map(({ name }) => [name, new Alphabet()]));
  const agent = new Agent({ keepAlive: true });
  const arrived: Arrived[] = [];
  const sockets = new Set<Socket | Duplex>();

  const heard = (name: string): Alphabet => alphabets.get(name)!;

  const accountOf = ({ headers }: IncomingMessage, body: string): Account | null => {
    const presented = headers.authorization?.replace(/^\S+ /, '') ?? '';
    const byHeader = secrets.get(presented);
    if (byHeader !== undefined || presented !== '') return byHeader ?? null;
    for (const [secret, account] of secrets) if (body.includes(secret)) return account;
    return null;
  };

  const note = (message: IncomingMessage, account: Account | null): void => {
    const { method = '', url = '', headers } = message;
    arrived.push({ account: account?.name ?? null, method, path: url, headers });
  };

  const learn = (text: string, account: Account): void => {
    heard(account.name).hear(text);
    // A token that an account was given opens that account.
    const token = /"access_?token":"([^"]+)"/i.exec(text)?.[1];
    if (token !== undefined) secrets.set(token, account);
  };

  const forward = async (message: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await textOf(message);
    const account = accountOf(message, body);
    note(message, account);
    if (account === null) {
      response.writeHead(401, { 'content-type': 'application/json' }).end('{"message":"nobody"}');
      return;
    }
    const { method, headers } = message;
    const onward = send(new URL(message.url ?? '/', account.url), { agent, method, headers }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      answer.on('error', () => response.destroy());
      answer.on('end', () => {
        learn(text, account);
        response.writeHead(answer.statusCode ?? 502, answer.headers).end(text);
      });
    });
    // What breaks behind breaks in front.
    onward.on('error', () => message.socket.destroy());
    onward.end(body);
  };

  const server = createServer((message, response) => {
    forward(message, response).catch(() => response.destroy());
  });
  server.on('connection', (socket) => sockets.add(socket.on('error', () => {})));
  server.on('upgrade', (message: IncomingMessage, near: Duplex, head: Buffer) => {
    const account = accountOf(message, '');
    note(message, account);
    if (account === null) return void near.end('HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\n\r\n');
    const { hostname, port } = new URL(account.url);
    const far = connect(Number(port), hostname);
    sockets.add(far);
    const lines = message.rawHeaders.flatMap((name, i) => (i % 2 === 0 ? [`${name}: ${message.rawHeaders[i + 1] ?? ''}`] : [])); // prettier-ignore
    far.write(`${message.method ?? 'GET'} ${message.url ?? '/'} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
    far.write(head);
    far.on('data', (chunk: Buffer) => heard(account.name).hear(chunk.toString('latin1')));
    for (const [from, to] of [[near, far], [far, near]] as const) {
      from.on('error', () => to.destroy());
      from.on('close', () => to.destroy());
      from.pipe(to);
    } // prettier-ignore
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${String(port)}`,
    arrived,
    heard,
    close: () =>
      new Promise((resolve) => {
        agent.destroy();
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

async function textOf(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
