/** A provider on the loopback interface that hands out bearer tokens and takes no other. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { loopback, type Loopback } from './loopback.ts';

export interface TokenServerOptions {
  /** How long its tokens live, in milliseconds. */
  lifeMs: number;
  /** Its clock; the machine's by default. */
  now?: () => number;
  /** What a request with a good token is answered with. */
  serve?: (request: IncomingMessage, response: ServerResponse) => void;
  /** Answers a token request in place of the server; false leaves it to the server. */
  exchange?: (path: string, body: string, response: ServerResponse) => boolean;
  /** Leaves the life out of the answer, so that only the token tells it. */
  silent?: boolean;
}

export interface TokenServer extends Loopback {
  /** Exchanges so far: their paths and bodies. */
  readonly exchanges: readonly { readonly path: string; readonly body: string }[];
  /** Requests refused for their token. */
  readonly refusals: number;
  /** Takes all tokens back that were handed out so far. */
  revoke(): void;
}

const CLIENT_SECRET = 's3cr3t-of-the-tests';

export const TEST_CLIENT = { id: 'metrics-bot', secret: CLIENT_SECRET } as const;

export async function tokenServer(options: TokenServerOptions): Promise<TokenServer> {
  const exchanges: { path: string; body: string }[] = [];
  const endOf = new Map<string, number>();
  let issued = 0;
  let refusals = 0;
  const { now = Date.now, lifeMs } = options;

  function give(response: ServerResponse): void {
    issued += 1;
    const claims = { iat: Math.floor(now() / 1000), exp: (Math.floor(now() / 1000) * 1000 + lifeMs) / 1000 };
    const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const token = `${encode({ alg: 'none' })}.${encode({ ...claims, jti: issued })}.${encode(`signature ${String(issued)}`)}`;
    endOf.set(token, now() + lifeMs);
    const body = { accessToken: token, ...(options.silent === true ? {} : { expiresIn: lifeMs / 1000 }) };
    response.writeHead(200, { 'content-type': 'application/json', date: new Date(now()).toUTCString() });
    response.end(JSON.stringify(body));
  }

  const server = await loopback((request, response) => {
    const path = request.url ?? '';
    if (request.method === 'POST' && path.endsWith('/token')) {
      let body = '';
      request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
      request.on('end', () => {
        exchanges.push({ path, body });
        if (options.exchange?.(path, body, response) === true) return;
        if (body.includes(CLIENT_SECRET)) give(response);
        else response.writeHead(400).end('{"code":400,"message":"bad client"}');
      });
      return;
    }
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
    if ((endOf.get(token) ?? 0) <= now()) {
      refusals += 1;
      response.writeHead(401, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ code: 401, message: `token ${token} is not valid` }));
    } else if (options.serve === undefined) {
      response.end('{}');
    } else {
      options.serve(request, response);
    }
  });
  return {
    ...server,
    get connections() {
      return server.connections;
    },
    exchanges,
    get refusals() {
      return refusals;
    },
    revoke: () => endOf.clear(),
  };
}
