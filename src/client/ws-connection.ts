import { closeVerdict } from './close-verdict.ts';
import { payloadOf, type LiveLeg, type LiveObserver, type LiveRequest, type LiveResult, type Loss, type RefusedError } from './transport.ts'; // prettier-ignore
import type { WebSocketConstructor, WebSocketLike } from './web-socket.ts';

export interface WsOptions {
  readonly url: string;
  readonly webSocket: WebSocketConstructor;
  /** Payload of `connection_init`, asked for anew for every connection. */
  readonly connectionParams: () => unknown;
  /** How long a connection may take until it is acknowledged, in milliseconds. */
  readonly connectTimeoutMs: number;
  /** How often the server is asked whether it is there, in milliseconds, while somebody may be told nothing for long. */
  readonly pingMs: number;
}

interface Operation {
  readonly id: string;
  readonly request: LiveRequest;
  readonly observer: LiveObserver;
}

interface WsMessage {
  readonly type?: unknown;
  readonly id?: unknown;
  readonly payload?: unknown;
}

interface Closed {
  readonly code: number;
  readonly reason: string;
}

const PROTOCOL = 'graphql-transport-ws';
const NORMAL = 1000;

/** One WebSocket from its opening to its end, with the operations on it. It is not used again. */
export class WsConnection {
  readonly #options: WsOptions;
  readonly #onOver: () => void;
  readonly #operations = new Map<string, Operation>();
  readonly #timer: ReturnType<typeof setTimeout>;
  readonly #pings: ReturnType<typeof setInterval>;
  #socket: WebSocketLike | null = null;
  #acknowledged = false;
  #over = false;
  #lastId = 0;
  /** What the socket said was wrong; "close" follows and does not say it. */
  #fault: string | null = null;

  constructor(options: WsOptions, onOver: () => void) {
    this.#options = options;
    this.#onOver = onOver;
    this.#timer = setTimeout(() => {
      this.#lose({ message: `No connection within ${String(options.connectTimeoutMs)} ms.`, retry: 'SOON' });
    }, options.connectTimeoutMs);
    this.#pings = setInterval(() => {
      if (this.#acknowledged && this.#listeners().length > 0) this.#send({ type: 'ping' });
    }, options.pingMs);
    void this.#connect();
  }

  open(request: LiveRequest, observer: LiveObserver): LiveLeg {
    const operation: Operation = { id: String(++this.#lastId), request, observer };
    this.#operations.set(operation.id, operation);
    if (this.#acknowledged) this.#subscribe(operation);
    return {
      leave: () => this.#leave(operation),
      drop: () => {
        this.#operations.delete(operation.id);
        this.#lose({ message: 'The connection was taken for dead.', retry: 'SOON' });
      },
    };
  }

  close(): void {
    this.#finish();
    this.#socket?.close(NORMAL);
  }

  async #connect(): Promise<void> {
    const { url, webSocket: WebSocket, connectionParams } = this.#options;
    let payload: unknown;
    try {
      // Never at once: whoever opened this has to have it before anything is told.
      payload = await Promise.resolve().then(connectionParams);
    } catch (error) {
      this.#lose({
        message: `The connection parameters could not be had: ${messageOf(error)}`,
        retry: 'SOON',
      });
    }
    if (this.#over) return;
    try {
      const socket = new WebSocket(url, PROTOCOL);
      this.#socket = socket;
      socket.addEventListener('open', () => {
        this.#send({ type: 'connection_init', ...(payload == null ? {} : { payload }) });
      });
      socket.addEventListener('message', (event) => this.#receive('data' in event ? event.data : null));
      // Stays when it is over: without a listener `ws` would throw what becomes of a socket that is closed early.
      socket.addEventListener('error', (event) => void (this.#fault = faultIn(event)));
      socket.addEventListener('close', (event) => this.#closed(event as Closed));
    } catch (error) {
      // The address itself is wrong.
      this.#lose({ message: messageOf(error), retry: 'NEVER' });
    }
  }

  #receive(data: unknown): void {
    if (this.#over) return;
    const message = parsed(data);
    if (message === null) {
      this.#lose({ message: 'The server sent something that is not of the protocol.', retry: 'LATER' });
      return;
    }
    const { type, id, payload } = message;
    if (type === 'ping') this.#send({ type: 'pong', ...(payload === undefined ? {} : { payload }) });
    else if (type === 'pong') for (const alive of this.#listeners()) alive();
    else if (type === 'connection_ack') this.#acknowledge();
    else if (typeof id === 'string') this.#toldOf(id, type, payload);
  }

  #acknowledge(): void {
    if (this.#acknowledged) return;
    clearTimeout(this.#timer);
    this.#acknowledged = true;
    for (const operation of this.#operations.values()) this.#subscribe(operation);
  }

  #toldOf(id: string, type: unknown, payload: unknown): void {
    const operation = this.#operations.get(id);
    // Left, while this was on its way.
    if (operation === undefined) return;
    const { observer } = operation;
    if (type === 'next') {
      observer.next(payload as LiveResult);
      return;
    }
    this.#operations.delete(id);
    if (type === 'error') {
      const errors = Array.isArray(payload) ? (payload as readonly RefusedError[]) : [];
      observer.refused(errors, { message: 'The gateway refused the subscription.', retry: 'NEVER' });
    } else observer.complete();
    this.#closeIfIdle();
  }

  /** Scripts of a page see nothing of a server's own pings; who is told little has to ask. */
  #listeners(): readonly (() => void)[] {
    return [...this.#operations.values()].flatMap(({ observer }) => observer.alive ?? []);
  }

  #subscribe({ id, request }: Operation): void {
    this.#send({ id, type: 'subscribe', payload: payloadOf(request) });
  }

  #leave({ id }: Operation): void {
    if (!this.#operations.delete(id) || this.#over) return;
    if (this.#acknowledged) this.#send({ id, type: 'complete' });
    this.#closeIfIdle();
  }

  #closeIfIdle(): void {
    if (this.#operations.size === 0 && !this.#over) this.close();
  }

  #closed({ code, reason }: Closed): void {
    const about = reason === '' ? (this.#fault ?? 'The connection was lost.') : reason;
    this.#lose({ message: `${about} (${String(code)})`, retry: closeVerdict(code), code });
  }

  #lose(loss: Loss): void {
    if (this.#over) return;
    const lost = [...this.#operations.values()];
    this.#finish();
    // It may be half open: nobody answers a closing handshake then.
    if (this.#socket?.terminate !== undefined) this.#socket.terminate();
    else this.#socket?.close();
    for (const { observer } of lost) observer.lost(loss);
  }

  #finish(): void {
    if (this.#over) return;
    this.#over = true;
    clearTimeout(this.#timer);
    clearInterval(this.#pings);
    this.#operations.clear();
    this.#onOver();
  }

  #send(message: object): void {
    if (!this.#over) this.#socket?.send(JSON.stringify(message));
  }
}

function parsed(data: unknown): WsMessage | null {
  if (typeof data !== 'string') return null;
  try {
    const value: unknown = JSON.parse(data);
    return typeof value === 'object' && value !== null ? value : null;
  } catch {
    return null;
  }
}

function faultIn(event: object): string | null {
  return 'message' in event && typeof event.message === 'string' && event.message !== ''
    ? event.message
    : null;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
