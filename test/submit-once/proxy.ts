/**
 * A reverse proxy between the gateway and an emulator, in whose hands the answers are: it passes a call on, waits for the
 * emulator's answer, and then does with it what is to be tested. It knows of each create what became of it.
 */
import { setMaxListeners } from 'node:events';
import { Agent, createServer, request as send, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { nameOf, type Misfortune } from './misfortune.ts';

export interface SeenCall {
  readonly method: string;
  /** "METHOD /path", without the query. */
  readonly line: string;
  /** Query and body, as they were sent. */
  readonly text: string;
}

export interface ProxyOptions {
  readonly target: string;
  /** What happens to this call; null for nothing. */
  readonly fateOf: (call: SeenCall) => Misfortune | null;
  /** Told of every answer of the emulator. */
  readonly onAnswer?: (call: SeenCall, status: number) => void;
  /** How long the gateway waits for an answer: what is late comes after it. */
  readonly timeoutMs: number;
}

export interface Proxy {
  readonly url: string;
  /** How often each misfortune happened. */
  readonly counts: ReadonlyMap<string, number>;
  /** Refuses connections for so long, and breaks the ones that are open. */
  outage(ms: number): Promise<void>;
  /** Resolves when nothing is on its way to the emulator. */
  idle(): Promise<void>;
  close(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

export async function startProxy(options: ProxyOptions): Promise<Proxy> {
  const { target, timeoutMs } = options;
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const sockets = new Set<Socket>();
  const counts = new Map<string, number>();
  const under = new Set<Promise<void>>();
  const leaving = new AbortController();
  setMaxListeners(0, leaving.signal);
  const count = (what: string): void => void counts.set(what, (counts.get(what) ?? 0) + 1);

  const forward = async (call: SeenCall, message: IncomingMessage, body: Buffer): Promise<Answer> => {
    const answer = await pass(agent, target, message, body);
    options.onAnswer?.(call, answer.status);
    return answer;
  };

  const serve = async (message: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await bodyOf(message);
    const [path = '/', query = ''] = (message.url ?? '/').split('?');
    const method = message.method ?? 'GET';
    const call = {
      method,
      line: `${method} ${path}`,
      text: `${decodeURIComponent(query)}\n${body.toString()}`,
    };
    const fate = options.fateOf(call);
    if (fate === null) return answerWith(response, await forward(call, message, body));
    count(nameOf(fate));
    const hangUp = (): void => void response.socket?.resetAndDestroy();
    if (fate.when === 'LATE') {
      // The caller's timeout comes first; then the provider hears of it.
      await delay(timeoutMs * 2, undefined, { signal: leaving.signal });
      await forward(call, message, body);
      return hangUp();
    }
    const answer = fate.when === 'AFTER' ? await forward(call, message, body) : null;
    switch (fate.what) {
      case 'hang':
        return;
      case 'reset':
        return hangUp();
      case 'status':
        return answerWith(response, trouble(fate.status));
      case 'garbage':
        return answerWith(response, text(fate.status, '<html>Welcome</html>'));
      case 'empty':
        return answerWith(response, text(fate.status, ''));
      case 'late-answer':
        await delay(timeoutMs * 2, undefined, { signal: leaving.signal });
        return answer === null ? hangUp() : answerWith(response, answer);
      case 'truncate':
      case 'slow-body':
        if (answer === null) return hangUp();
        response.writeHead(answer.status, headersOf(answer));
        response.write(answer.body.subarray(0, Math.floor(answer.body.length / 2)));
        if (fate.what === 'truncate') await delay(5).then(hangUp);
    }
  };

  const server = createServer((message, response) => {
    const served = serve(message, response)
      .catch(() => response.socket?.destroy())
      .finally(() => under.delete(done));
    const done: Promise<void> = served.then(
      () => undefined,
      () => undefined,
    );
    under.add(done);
  });
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
  });
  const stop = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      for (const socket of sockets) socket.destroy();
    });
  const listen = (port: number): Promise<void> =>
    new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', () => {
        server.off('error', reject);
        resolve();
      });
    });
  await listen(0);
  const { port } = server.address() as AddressInfo;

  return {
    url: `http://127.0.0.1:${String(port)}`,
    counts,
    async outage(ms) {
      if (leaving.signal.aborted || !server.listening) return;
      count('outage');
      await stop();
      await delay(ms);
      // Nobody may have taken the port; whoever did leaves it soon.
      while (!leaving.signal.aborted && !(await listen(port).then(yes, no))) await delay(20);
    },
    async idle() {
      while (under.size > 0) await Promise.all(under);
    },
    async close() {
      leaving.abort();
      if (server.listening) await stop();
      await Promise.all(under);
      agent.destroy();
    },
  };
}

const yes = (): boolean => true;
const no = (): boolean => false;

async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function pass(agent: Agent, target: string, message: IncomingMessage, body: Buffer): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { host: _, connection: __, ...headers } = message.headers;
    const onward = send(
      target + (message.url ?? '/'),
      { agent, method: message.method, headers },
      (incoming) => {
        bodyOf(incoming).then(
          (received) =>
            resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: received }),
          reject,
        );
      },
    );
    onward.once('error', reject);
    onward.end(body);
  });
}

/** The emulator's headers, but for those that are about its own connection. */
function headersOf({ headers, body }: Answer): Record<string, string> {
  const own = Object.entries(headers).filter(
    (header): header is [string, string] =>
      typeof header[1] === 'string' && !['connection', 'keep-alive', 'transfer-encoding'].includes(header[0]),
  );
  return { ...Object.fromEntries(own), 'content-length': String(body.length) };
}

function answerWith(response: ServerResponse, answer: Answer): void {
  response.writeHead(answer.status, headersOf(answer));
  response.end(answer.body);
}

function text(status: number, body: string): Answer {
  return { status, headers: { 'content-type': 'application/json' }, body: Buffer.from(body) };
}

function trouble(status: number): Answer {
  const retry = status === 429 ? { 'retry-after': '0' } : {};
  return {
    status,
    headers: { 'content-type': 'text/plain', ...retry },
    body: Buffer.from('upstream connect error or disconnect before headers'),
  };
}
