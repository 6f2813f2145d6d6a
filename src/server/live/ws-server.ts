import { handleProtocols, makeServer, type SubscribePayload } from 'graphql-ws';
import { WebSocketServer, type WebSocket } from 'ws';
import type { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { GridweaveError } from '../../model/errors.ts';
import type { Authenticator } from '../auth/authenticator.ts';
import type { Gateway } from '../gateway.ts';
import type { PersistedOperations } from '../persisted/persisted-operations.ts';
import { callerOf, type CallerLimits, type Release } from '../limits/caller-limits.ts';
import type { Heartbeat } from './heartbeat.ts';
import type { LiveLimits } from './live-limits.ts';
import { OpenSet } from './open-set.ts';
import { originAllowed } from './origin.ts';
import { refuseUpgrade, type UpgradeRefusal } from './refuse-upgrade.ts';
import type { Turns } from './turns.ts';
import { asGraphqlError, wireError, wireResult } from './wire-error.ts';
import { WsConnection, type Protocol } from './ws-connection.ts';
import { WsDoor } from './ws-door.ts';
import { Prepared, type Preparation } from './ws-operation.ts';
import { prepare } from './ws-prepare.ts';

export interface WsServerOptions {
  readonly gateway: Gateway;
  /** Finds the documents that messages name. */
  readonly persisted: PersistedOperations;
  readonly limits: LiveLimits;
  readonly turns: Turns;
  readonly heartbeat: Heartbeat;
  /** Origins of pages, beside this gateway's own, that may connect: `https://console.example`. */
  readonly allowedOrigins: readonly string[];
  /** Says who a client is, by the payload of its `connection_init`, else by the headers of its request. */
  readonly authenticator: Authenticator;
  readonly callers: CallerLimits;
  /** Whether one more live connection is taken. */
  readonly hasRoom: () => boolean;
  readonly onFault: (fault: unknown) => void;
}

/** Headers that are about the connection, and nobody's business once it is a WebSocket. */
const HOP_BY_HOP = /^(?:connection|upgrade|sec-websocket-.*|keep-alive|transfer-encoding|te|trailer)$/;

/** GraphQL over WebSockets, subprotocol `graphql-transport-ws`. */
export class WsServer {
  readonly #options: WsServerOptions;
  readonly #sockets: WebSocketServer;
  readonly #protocol: Protocol;
  readonly #door: WsDoor;
  readonly #connections = new OpenSet<WsConnection>();
  #leaving = false;

  constructor(options: WsServerOptions) {
    this.#options = options;
    const { limits, onFault, authenticator, callers } = options;
    this.#door = new WsDoor(authenticator, callers);
    this.#sockets = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      // Shared frames are written past it, and compressing for every client anew is what sharing is there to avoid.
      perMessageDeflate: false,
      maxPayload: limits.maxMessageBytes,
      // A ping is answered by the connection, if it is not one too many.
      autoPong: false,
      handleProtocols,
    });
    this.#protocol = makeServer<Record<string, unknown>, WsConnection>({
      connectionInitWaitTimeout: limits.initTimeoutMs,
      onConnect: ({ extra, connectionParams }) => this.#door.letIn(extra, connectionParams),
      onSubscribe: ({ extra }, id, payload) => this.#subscribe(extra, id, payload),
      execute: outcomeOf,
      subscribe: outcomeOf,
      onNext: (_ctx, _id, _payload, _args, result) => wireResult(result, onFault),
      onError: (_ctx, _id, _payload, errors) => errors.map((error) => wireError(error, onFault)),
    });
  }

  get connections(): number {
    return this.#connections.size;
  }

  get operations(): number {
    let operations = 0;
    for (const connection of this.#connections) operations += connection.operations;
    return operations;
  }

  get pendingBytes(): number {
    let bytes = 0;
    for (const { outlet } of this.#connections) bytes += outlet.pending;
    return bytes;
  }

  /** Takes over a socket that asks to be a WebSocket at the path of the graph. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer, address: string): void {
    if (socket.destroyed) return;
    const refusal = this.#refusal(request);
    if (refusal !== null || !(socket instanceof Socket)) {
      refuseUpgrade(socket, refusal ?? NOT_HERE);
      return;
    }
    const settle = this.#options.callers.knock(address);
    if (settle instanceof GridweaveError) {
      const { code, message, details } = settle;
      refuseUpgrade(socket, { status: 429, code, message, field: details.field });
      return;
    }
    // Also of what does not become a WebSocket.
    socket.once('close', settle);
    const client = { socket, address, settle, headers: headersOf(request) };
    this.#sockets.handleUpgrade(request, socket, head, (ws) => this.#accept(ws, client));
  }

  /** Resolves when every client was told where to go on and has gone. */
  drain(): Promise<void> {
    this.#leaving = true;
    for (const connection of this.#connections) connection.drain();
    return this.#connections.emptied();
  }

  /** Cuts off whoever is left. */
  close(): Promise<void> {
    this.#leaving = true;
    for (const connection of this.#connections) connection.terminate();
    return this.#connections.emptied();
  }

  // Apart from the request, which would live as long as the connection if anything here were made beside it.
  #accept(ws: WebSocket, client: UpgradedClient): void {
    const { limits, onFault, heartbeat, callers } = this.#options;
    const { refusals } = callers;
    const connection = new WsConnection({ ws, ...client, limits, onFault, refusals });
    const stopBeating = heartbeat.add(connection);
    this.#connections.add(connection);
    connection.begin(this.#protocol, () => {
      stopBeating();
      this.#door.forget(connection);
      this.#connections.delete(connection);
    });
  }

  #refusal({ headers }: IncomingMessage): UpgradeRefusal | null {
    const { allowedOrigins, hasRoom, callers } = this.#options;
    if (this.#leaving) {
      return { status: 503, code: 'SHUTTING_DOWN', message: 'The gateway is leaving. Connect again.' };
    }
    if (!originAllowed(headers.origin, headers.host, allowedOrigins)) {
      const message = 'Pages of this origin may not connect. Add it to the allowed origins of the gateway.';
      return { status: 403, code: 'FORBIDDEN', message };
    }
    if (hasRoom()) return null;
    callers.refusals.count('maxConnections');
    const message = 'The gateway has as many live connections as it takes. Try again later.';
    return { status: 503, code: 'TOO_MANY_CONNECTIONS', message };
  }

  async #subscribe(client: WsConnection, id: string, payload: SubscribePayload): Promise<Preparation> {
    const operation = client.operation(id);
    if (operation === undefined) throw new TypeError('an operation is known before it is handed over');
    const { maxOperationsPerConnection } = client.limits;
    const { gateway, persisted, turns, callers } = this.#options;
    if (client.operations > maxOperationsPerConnection) {
      callers.refusals.count('maxOperationsPerConnection');
      const message = `One connection may have ${String(maxOperationsPerConnection)} operations at a time. End one first, or open another connection.`;
      return [asGraphqlError(new GridweaveError('TOO_MANY_OPERATIONS', message))];
    }
    const identity = this.#door.identityOf(client);
    if (identity === undefined) throw new TypeError('an operation comes from somebody who was let in');
    const admission = callers.admit(callerOf(identity.viewer, client.address));
    if (admission instanceof GridweaveError) return [asGraphqlError(admission)];
    operation.admission = admission;
    await client.pace.turn();
    try {
      if (!client.open) return [asGraphqlError(new GridweaveError('CANCELLED', 'The client has gone.'))];
      return await prepare(
        {
          gateway,
          persisted,
          turns,
          identity,
          admission,
          headers: this.#door.headersOf(client),
        },
        client,
        operation,
        payload,
      );
    } finally {
      operation.forgetPayload();
    }
  }
}

/** A client whose socket may become a WebSocket. */
interface UpgradedClient {
  readonly socket: Socket;
  readonly address: string;
  readonly settle: Release;
  readonly headers: Readonly<Record<string, string>>;
}

const NOT_HERE: UpgradeRefusal = { status: 400, code: 'BAD_REQUEST', message: 'This cannot be a WebSocket.' };

function outcomeOf(args: object) {
  if (args instanceof Prepared) return args.outcome;
  throw new TypeError('an operation is prepared before it is executed');
}

function headersOf({ headers }: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      typeof value === 'string' && !HOP_BY_HOP.test(name) ? [[name, value]] : [],
    ),
  );
}
