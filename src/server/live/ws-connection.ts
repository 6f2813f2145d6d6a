import type { Server } from 'graphql-ws';
import type { WebSocket } from 'ws';
import type { Socket } from 'node:net';
import { namesDocument } from '../persisted/named-document.ts';
import { CLOSE, type Closing } from './close-codes.ts';
import type { Beating } from './heartbeat.ts';
import type { LiveLimits } from './live-limits.ts';
import { isTooMuchJson } from '../limits/nesting.ts';
import type { Refusals } from '../limits/refusals.ts';
import { Pace } from '../pace.ts';
import { MessageRate } from './message-rate.ts';
import { Outlet } from './outlet.ts';
import { WsOperation } from './ws-operation.ts';
import type { WsClient } from './ws-prepare.ts';

export type Protocol = Server<WsConnection>;

export interface WsConnectionOptions {
  readonly ws: WebSocket;
  readonly socket: Socket;
  readonly headers: Readonly<Record<string, string>>;
  readonly limits: LiveLimits;
  readonly onFault: (fault: unknown) => void;
  /** Where the client is; not always the other end of the socket. */
  readonly address: string;
  /** To be done once it is known who the client is; it is done at the latest when the socket closes. */
  readonly settle: () => void;
  readonly refusals: Refusals;
}

/** What the library of the socket calls a message that is longer than `maxPayload`. */
const TOO_LONG = 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH';
/** What the library of the protocol closes a socket with that sends no `connection_init`. */
const NO_INIT = 4408;

/** Heartbeats that may pass without a sign of life while nothing waits to be sent. */
const SILENT_BEATS = 2;

/** Messages that only a server sends. */
const OF_SERVERS: ReadonlySet<unknown> = new Set(['connection_ack', 'next', 'error']);

/** How many messages of the largest size may come in a second. */
const LARGE_PER_SECOND = 8;
/** How long a client that goes on sending is left to read why its socket was closed, in milliseconds. */
const LINGER_MS = 1_000;

interface Message {
  readonly type?: unknown;
  readonly id?: unknown;
  readonly payload?: unknown;
}

/** One client: what graphql-ws does not do for it. The library decides what messages mean. */
export class WsConnection implements Beating, WsClient {
  readonly socket: Socket;
  readonly outlet: Outlet;
  readonly headers: Readonly<Record<string, string>>;
  readonly limits: LiveLimits;
  readonly ws: WebSocket;
  readonly address: string;
  readonly settle: () => void;
  /** Of its operations. */
  readonly pace = new Pace();
  readonly #refusals: Refusals;
  readonly #rate: MessageRate;
  readonly #onFault: (fault: unknown) => void;
  readonly #operations = new Map<string, WsOperation>();
  /** Messages that use an id again whose operation is stopped but not yet over. */
  readonly #postponed = new Map<string, Message>();
  #deliver: (message: unknown) => Promise<void> = () => Promise.resolve();
  #silentBeats = 0;
  /** What came after the socket was closed. */
  #ignored = 0;
  #draining = false;

  constructor({ ws, socket, headers, limits, onFault, address, settle, refusals }: WsConnectionOptions) {
    this.ws = ws;
    this.socket = socket;
    this.headers = headers;
    this.limits = limits;
    this.#onFault = onFault;
    this.address = address;
    this.settle = settle;
    this.#refusals = refusals;
    this.#rate = new MessageRate(limits.maxMessagesPerSecond, LARGE_PER_SECOND * limits.maxMessageBytes);
    this.outlet = new Outlet(socket, socket, limits.highWaterMarkBytes);
  }

  get open(): boolean {
    return this.ws.readyState === this.ws.OPEN;
  }

  get operations(): number {
    return this.#operations.size;
  }

  operation(id: string): WsOperation | undefined {
    return this.#operations.get(id);
  }

  /** Hands the socket to the protocol; `onClose` is told once. */
  begin(protocol: Protocol, onClose: () => void): void {
    const ws = this.ws;
    const closed = protocol.opened(
      {
        protocol: ws.protocol,
        send: (data) => this.#send(data),
        close: (code, reason) => {
          if (code === NO_INIT) this.#refusals.count('initTimeout');
          this.#close(code, reason);
        },
        onMessage: (deliver) => {
          // Its own type says text, but it takes what was parsed already as well.
          this.#deliver = deliver as (message: unknown) => Promise<void>;
        },
      },
      this,
    );
    ws.on('message', (data: Buffer) => this.#receive(data));
    ws.on('ping', (data: Buffer) => {
      if (this.#admits(data)) ws.pong(data);
    });
    ws.on('pong', (data: Buffer) => void this.#admits(data));
    // The library of the socket answers a broken frame or a large message with the right code by itself.
    ws.on('error', (error) => {
      if ('code' in error && error.code === TOO_LONG) this.#refusals.count('maxMessageBytes');
    });
    ws.once('close', (code, reason) => {
      this.#stopOperations();
      closed(code, String(reason)).catch(this.#onFault);
      onClose();
    });
  }

  beat(now: number): void {
    if (this.open && this.outlet.stalledMs(now) >= this.limits.stallTimeoutMs) {
      this.#refusals.count('stallTimeout');
      this.close(CLOSE.STALLED);
    }
    if (!this.open || this.outlet.pending > 0) return;
    this.#silentBeats += 1;
    if (this.#silentBeats > SILENT_BEATS) this.ws.terminate();
    else this.ws.ping();
  }

  close({ code, reason }: Closing): void {
    this.#close(code, reason);
  }

  terminate(): void {
    this.ws.terminate();
  }

  /** Every feed has its closing bookmark delivered, every query its answer; then the socket is closed. */
  drain(): void {
    this.#draining = true;
    for (const operation of this.#operations.values()) operation.drain();
    this.#closeIfDrained();
  }

  drained(operation: WsOperation): void {
    this.#operations.delete(operation.id);
    this.#closeIfDrained();
  }

  /** A client that does not read does not answer either: what its operations hold is let go of before it is gone. */
  #close(code?: number, reason?: string): void {
    this.ws.close(code, reason);
    this.#stopOperations();
  }

  #stopOperations(): void {
    this.#postponed.clear();
    for (const operation of this.#operations.values()) operation.stop();
  }

  #closeIfDrained(): void {
    if (this.#draining && this.#operations.size === 0) this.close(CLOSE.DRAINING);
  }

  #send(data: string): Promise<void> {
    return new Promise((resolve) => {
      if (!this.open) resolve();
      // What cannot be sent is not wanted any more: "close" tells of it.
      else this.ws.send(data, () => resolve());
    });
  }

  /** Whether to look at what came. Pings count: answering them is work as well. */
  #admits(data: Buffer): boolean {
    this.#silentBeats = 0;
    if (!this.open) {
      this.#ignored += 1;
      if (this.#ignored === this.limits.maxMessagesPerSecond) this.#stopReading();
      return false;
    }
    if (this.#rate.pass(performance.now(), data.length)) return true;
    this.#refusals.count('maxMessagesPerSecond');
    this.close(CLOSE.TOO_MANY_MESSAGES);
    return false;
  }

  /** Whoever goes on sending does not wait for an answer to its close either. */
  #stopReading(): void {
    this.ws.pause();
    setTimeout(() => this.ws.terminate(), LINGER_MS).unref();
  }

  #receive(data: Buffer): void {
    if (!this.#admits(data)) return;
    const text = data.toString();
    if (isTooMuchJson(text)) {
      this.#refusals.count('maxMessageBytes');
      this.close(CLOSE.TOO_MUCH_IN_MESSAGE);
      return;
    }
    const message = parsed(text);
    const { type, id } = message ?? {};
    if (OF_SERVERS.has(type)) {
      // The library would throw, as if the fault were ours.
      this.close(CLOSE.UNEXPECTED_MESSAGE);
      return;
    }
    if (typeof id === 'string' && type === 'complete') {
      if (this.#postponed.delete(id)) return;
      this.#operations.get(id)?.stop();
    } else if (typeof id === 'string' && type === 'subscribe' && message !== null) {
      this.#subscribe(id, message);
      return;
    }
    // Text that is no JSON is for the library to refuse.
    this.#handOver(message ?? text).catch(this.#onFault);
  }

  #subscribe(id: string, message: Message): void {
    const before = this.#operations.get(id);
    if (before?.stopped === true && !this.#postponed.has(id)) {
      this.#postponed.set(id, message);
      return;
    }
    // The library closes the socket for an id that is in use.
    if (before !== undefined) {
      this.#handOver(message).catch(this.#onFault);
      return;
    }
    const payload = Object(message.payload) as { query?: unknown };
    // The library wants a query in any case.
    if (namesDocument(payload)) payload.query ??= '';
    const operation = new WsOperation(id, payload);
    this.#operations.set(id, operation);
    this.#handOver(message)
      .finally(() => this.#over(operation))
      .catch(this.#onFault);
  }

  #over(operation: WsOperation): void {
    operation.stop();
    operation.admission?.release();
    const { id } = operation;
    if (this.#operations.get(id) === operation) this.#operations.delete(id);
    const next = this.#postponed.get(id);
    this.#postponed.delete(id);
    if (next !== undefined && this.open) this.#subscribe(id, next);
    else this.#closeIfDrained();
  }

  async #handOver(message: unknown): Promise<void> {
    try {
      await this.#deliver(message);
    } catch (error) {
      this.#onFault(error);
      if (this.open) this.close(CLOSE.INTERNAL);
    }
  }
}

function parsed(text: string): Message | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : null;
  } catch {
    return null;
  }
}
