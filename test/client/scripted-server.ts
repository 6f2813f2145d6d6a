import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';

export interface ClientMessage {
  readonly type: string;
  readonly id?: string;
  readonly payload?: {
    readonly query?: string;
    readonly variables?: Readonly<Record<string, unknown>>;
    readonly token?: string;
  };
}

/** One WebSocket as the server sees it. */
export interface ServerSocket {
  readonly ws: WebSocket;
  readonly messages: ClientMessage[];
  send(message: object | string): void;
  /** Sends a message of `jobEvents` to an operation. */
  next(id: string, jobEvents: object): void;
}

export interface ScriptedServer {
  readonly url: string;
  /** In the order they came. */
  readonly sockets: readonly ServerSocket[];
  readonly requests: readonly IncomingMessage[];
  /** TCP connections that are open. */
  readonly connections: number;
  close(): Promise<void>;
}

export interface Script {
  /** Whether `connection_init` is acknowledged. Default true. */
  readonly acknowledge?: boolean;
  readonly onHttp?: (request: IncomingMessage, body: string, response: ServerResponse) => void;
}

/** A server of both protocols that does nothing but what the test tells it. */
export async function startScriptedServer({
  acknowledge = true,
  onHttp,
}: Script = {}): Promise<ScriptedServer> {
  const sockets: ServerSocket[] = [];
  const requests: IncomingMessage[] = [];
  const open = new Set<Socket>();
  const http = createServer((request, response) => {
    requests.push(request);
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
    request.on('end', () => onHttp?.(request, body, response));
  });
  http.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    socket.on('error', () => {});
  });
  const server = new WebSocketServer({ server: http, handleProtocols: () => 'graphql-transport-ws' });
  server.on('connection', (ws) => {
    const send = (message: object | string): void =>
      ws.send(typeof message === 'string' ? message : JSON.stringify(message));
    const messages: ClientMessage[] = [];
    sockets.push({
      ws,
      messages,
      send,
      next: (id, jobEvents) => send({ id, type: 'next', payload: { data: { jobEvents } } }),
    });
    ws.on('error', () => {});
    ws.on('message', (data: Buffer) => {
      const message = JSON.parse(data.toString()) as ClientMessage;
      messages.push(message);
      if (message.type === 'connection_init' && acknowledge) send({ type: 'connection_ack' });
    });
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${String((http.address() as AddressInfo).port)}/graphql`,
    sockets,
    requests,
    get connections() {
      return open.size;
    },
    close: () => {
      for (const socket of open) socket.destroy();
      server.close();
      return new Promise((resolve) => http.close(() => resolve()));
    },
  };
}
