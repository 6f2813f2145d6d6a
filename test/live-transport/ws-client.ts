import type { IncomingMessage } from 'node:http';
import { WebSocket, type ClientOptions } from 'ws';

export interface WsMessage {
  readonly type: string;
  readonly id?: string;
  readonly payload?: unknown;
}

/** Waits, looking often, until something is so. */
export async function until<T>(
  look: () => T | undefined | false | null,
  what: string,
  timeoutMs = 8_000,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const seen = look();
    if (seen !== undefined && seen !== false && seen !== null) return seen;
    if (Date.now() > deadline) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

export interface WsClientOptions extends ClientOptions {
  /** Null asks for none. */
  readonly subprotocol?: string | null;
}

/** A client of the protocol that does nothing of itself. */
export class WsClient {
  readonly ws: WebSocket;
  readonly messages: WsMessage[] = [];
  /** Set when it was closed. */
  closed: { readonly code: number; readonly reason: string } | null = null;
  /** Status of the answer when it was not upgraded. */
  refused: number | null = null;

  constructor(url: string, options: WsClientOptions = {}) {
    const { subprotocol = 'graphql-transport-ws', ...rest } = options;
    const address = url.replace('http:', 'ws:');
    this.ws = subprotocol === null ? new WebSocket(address, rest) : new WebSocket(address, subprotocol, rest);
    this.ws.on('message', (data: Buffer) => this.messages.push(JSON.parse(data.toString()) as WsMessage));
    this.ws.on('close', (code, reason) => (this.closed = { code, reason: reason.toString() }));
    this.ws.on('unexpected-response', (_request, response: IncomingMessage) => {
      this.refused = response.statusCode ?? 0;
      response.resume();
      this.ws.terminate();
    });
    this.ws.on('error', () => {});
  }

  static async open(url: string, options: WsClientOptions = {}): Promise<WsClient> {
    const client = new WsClient(`${url}/graphql`, options);
    await until(() => client.ws.readyState === WebSocket.OPEN, 'the socket to open');
    client.send({ type: 'connection_init' });
    await client.received((message) => message.type === 'connection_ack');
    return client;
  }

  send(message: object | string): void {
    this.ws.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  subscribe(id: string, query: string, variables?: object): void {
    this.send({
      id,
      type: 'subscribe',
      payload: { query, ...(variables === undefined ? {} : { variables }) },
    });
  }

  received(match: (message: WsMessage) => boolean, what = 'a message'): Promise<WsMessage> {
    return until(() => this.messages.find(match), what);
  }

  end(): Promise<{ readonly code: number; readonly reason: string }> {
    return until(() => this.closed, 'the socket to close');
  }

  /** `data` of the `next` messages of one operation. */
  nexts(id: string): unknown[] {
    return this.messages.flatMap(({ type, id: of, payload }) =>
      type === 'next' && of === id ? [(payload as { data?: unknown }).data] : [],
    );
  }
}
