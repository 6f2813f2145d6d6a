import { Agent, createServer, request as send, type IncomingMessage, type ServerResponse } from 'node:http';
import { Agent as TlsAgent, request as sendByTls } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';

/** What can become of a call on its way. */
export const FATES = {
  CUT_BEFORE: 'the connection is cut before it is passed on',
  CUT_AT_ONCE: 'the connection is cut as soon as it was passed on',
  CUT_AFTER: 'the connection is cut once the server has answered',
  CUT_AMID: 'the connection is cut in the middle of the answer',
  ANSWER_HELD: 'the answer is held until nobody waits for it',
  CALL_HELD: 'it is held, and passed on when nobody waits for an answer',
} as const;
export type Fate = keyof typeof FATES;

/** A call that is to meet its fate. */
export interface Planned {
  /** The status of the server's answer, as soon as it is there; null when the call was not passed on. */
  readonly answered: Promise<number | null>;
}

/**
 * Stands between gateways and a real server on loopback, and passes everything on as it comes, but for the calls that
 * meet with an accident.
 */
export interface CuttingProxy {
  readonly url: string;
  /** The next call whose "METHOD /path" matches, and that nothing else was planned for, meets this. */
  plan(match: RegExp, fate: Fate): Planned;
  /** Plans that no call has met; they are forgotten. */
  forget(): number;
  close(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

export async function startCuttingProxy(target: string): Promise<CuttingProxy> {
  const { origin, pathname, protocol } = new URL(target);
  const base = origin + pathname.replace(/\/$/, '');
  const tls = protocol === 'https:';
  const agent = tls ? new TlsAgent({ keepAlive: true }) : new Agent({ keepAlive: true });
  const sockets = new Set<Socket>();
  const under = new Set<Promise<void>>();
  let plans: {
    readonly match: RegExp;
    readonly fate: Fate;
    readonly answer: (status: number | null) => void;
  }[] = [];

  const forward = (message: IncomingMessage, body: Buffer): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const { host: _, connection: __, ...headers } = message.headers;
      const options = { agent, method: message.method, headers };
      const onward = (tls ? sendByTls : send)(base + (message.url ?? '/'), options, (incoming) => {
        const { statusCode: status = 0, headers: told } = incoming;
        bodyOf(incoming).then((received) => resolve({ status, headers: told, body: received }), reject);
      });
      onward.once('error', reject);
      onward.end(body);
    });

  const serve = async (message: IncomingMessage, response: ServerResponse): Promise<void> => {
    const [path = '/'] = (message.url ?? '/').split('?');
    const line = `${message.method ?? 'GET'} ${path}`;
    const body = await bodyOf(message);
    const plan = plans.find(({ match }) => match.test(line));
    if (plan === undefined) return answerWith(response, await forward(message, body));
    plans = plans.filter((other) => other !== plan);
    const cut = (): void => void response.socket?.resetAndDestroy();
    const passOn = async (): Promise<Answer> => {
      const answer = await forward(message, body);
      plan.answer(answer.status);
      return answer;
    };
    switch (plan.fate) {
      case 'CUT_BEFORE':
        plan.answer(null);
        return cut();
      case 'CUT_AT_ONCE': {
        const passed = passOn();
        cut();
        await passed;
        return;
      }
      case 'CUT_AFTER':
        await passOn();
        return cut();
      case 'CUT_AMID': {
        const answer = await passOn();
        response.writeHead(answer.status, headersOf(answer));
        response.write(answer.body.subarray(0, answer.body.length >> 1), cut);
        return;
      }
      case 'ANSWER_HELD':
        await passOn();
        return gone(response);
      case 'CALL_HELD':
        await gone(response);
        await passOn();
    }
  };

  const server = createServer((message, response) => {
    const served: Promise<void> = serve(message, response)
      .catch(() => void response.socket?.destroy())
      .finally(() => under.delete(served));
    under.add(served);
  });
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;

  return {
    url: `http://127.0.0.1:${String(port)}`,
    plan(match, fate) {
      let answer: (status: number | null) => void = () => {};
      const answered = new Promise<number | null>((resolve) => (answer = resolve));
      plans.push({ match, fate, answer });
      return { answered };
    },
    forget() {
      const left = plans.length;
      plans = [];
      return left;
    },
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
      await Promise.all(under);
      agent.destroy();
    },
  };
}

async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** Resolves when the caller has hung up. */
function gone(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    if (response.closed) resolve();
    else response.once('close', resolve);
  });
}

/** The server's headers, but for those about its own connection. */
function headersOf({ headers, body }: Answer): Record<string, string | string[]> {
  const own = Object.entries(headers).filter(
    (header): header is [string, string | string[]] =>
      header[1] !== undefined && !['connection', 'keep-alive', 'transfer-encoding'].includes(header[0]),
  );
  return { ...Object.fromEntries(own), 'content-length': String(body.length) };
}

function answerWith(response: ServerResponse, answer: Answer): void {
  response.writeHead(answer.status, headersOf(answer));
  response.end(answer.body);
}
