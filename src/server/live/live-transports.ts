import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { localAuthenticator, type Authenticator } from '../auth/authenticator.ts';
import type { Gateway } from '../gateway.ts';
import { CallerLimits } from '../limits/caller-limits.ts';
import type { PersistedOperations } from '../persisted/persisted-operations.ts';
import { Heartbeat } from './heartbeat.ts';
import { LIVE_LIMITS, type LiveLimits } from './live-limits.ts';
import type { LiveOperations } from './live-operations.ts';
import { SseServer, type SseAsker } from './sse-server.ts';
import { Turns } from './turns.ts';
import { WsServer } from './ws-server.ts';

export interface LiveTransportsOptions {
  readonly gateway: Gateway;
  /** The same that the gateway was made with. */
  readonly operations: LiveOperations;
  /** Finds the documents that requests name; the same, too. */
  readonly persisted: PersistedOperations;
  /** Where they differ from the built-in ones. */
  readonly limits?: Partial<LiveLimits> | undefined;
  /** What callers may use. Default: they are not limited. */
  readonly callers?: CallerLimits | undefined;
  /** Origins of pages, beside the gateway's own, that may open a WebSocket. */
  readonly allowedOrigins?: readonly string[] | undefined;
  /** Says who clients are, and when what they came with has ended. Default: everybody is whoever runs the gateway. */
  readonly authenticator?: Authenticator | undefined;
}

/** What is open, for metrics and leak tests. */
export interface LiveStats {
  readonly webSockets: number;
  readonly eventStreams: number;
  /** Operations of WebSockets, queries included, and event streams. */
  readonly operations: number;
  /** Groups of subscribers for whom each event is executed once. */
  readonly channels: number;
  /** Encoded events that are kept for readers who are behind. */
  readonly keptEncodings: number;
  /** What waits for slow clients, in bytes, beside what their feeds hold back. */
  readonly pendingBytes: number;
}

/** The ways in which subscriptions reach clients, with what they share: one heartbeat, one order of turns. */
export class LiveTransports {
  readonly #operations: LiveOperations;
  readonly #ws: WsServer;
  readonly #sse: SseServer;
  readonly #stopBeating: () => void;

  constructor(options: LiveTransportsOptions) {
    const { gateway, operations, persisted, limits: given, allowedOrigins = [] } = options;
    const callers = options.callers ?? new CallerLimits();
    const authenticator = options.authenticator ?? localAuthenticator();
    const limits: LiveLimits = { ...LIVE_LIMITS, ...given };
    const heartbeat = new Heartbeat(limits.heartbeatMs);
    const { onFault } = operations;
    const hasRoom = (): boolean => this.#connections < limits.maxConnections;
    const shared = {
      gateway,
      limits,
      turns: new Turns(),
      heartbeat,
      hasRoom,
      onFault,
      authenticator,
      callers,
    };
    this.#operations = operations;
    this.#ws = new WsServer({ ...shared, persisted, allowedOrigins });
    this.#sse = new SseServer(shared);
    this.#stopBeating = heartbeat.add(operations.fanOut);
  }

  get stats(): LiveStats {
    const { fanOut } = this.#operations;
    return {
      webSockets: this.#ws.connections,
      eventStreams: this.#sse.connections,
      operations: this.#ws.operations + this.#sse.connections,
      channels: fanOut.channels,
      keptEncodings: fanOut.kept,
      pendingBytes: this.#ws.pendingBytes + this.#sse.pendingBytes,
    };
  }

  /** Whether `handle` is to answer a request to the path of the graph. */
  wants(request: IncomingMessage): boolean {
    return SseServer.wantedBy(request);
  }

  handle(request: IncomingMessage, response: ServerResponse, asker: SseAsker): Promise<void> {
    return this.#sse.handle(request, response, asker);
  }

  /** `address`: where the client is. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer, address: string): void {
    this.#ws.handleUpgrade(request, socket, head, address);
  }

  /** Begins nothing new, and resolves when all have had their closing bookmark and have gone. A slow client takes its time: bound it. */
  async drain(): Promise<void> {
    this.#operations.drain();
    await Promise.all([this.#ws.drain(), this.#sse.drain()]);
  }

  /** Cuts off whoever is left. Resolves when nothing is open any more. */
  async close(): Promise<void> {
    this.#operations.drain();
    this.#stopBeating();
    await Promise.all([this.#ws.close(), this.#sse.close()]);
  }

  get #connections(): number {
    return this.#ws.connections + this.#sse.connections;
  }
}
