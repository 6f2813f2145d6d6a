import type { ExecutionResult } from 'graphql';
import type { WebSocket } from 'ws';
import type { Socket } from 'node:net';
import type { Feed } from '../../live/feed.ts';
import type { Encoding } from './encoding.ts';
import type { Seat } from './fan-out.ts';
import { FeedReader, type Sink } from './feed-reader.ts';
import { OperationStream } from './operation-stream.ts';
import type { Outlet } from './outlet.ts';
import type { Turns } from './turns.ts';
import { nextPrefix, writeNext } from './ws-frame.ts';

/** `readyState` of a WebSocket that may be written to. */
const OPEN = 1;

/** What a WebSocket has that its operations write to. */
export interface WsTarget {
  readonly ws: WebSocket;
  /** What carries it. */
  readonly socket: Socket;
  readonly outlet: Outlet;
}

export interface WsFeedStreamOptions {
  readonly id: string;
  readonly target: WsTarget;
  readonly feed: Feed;
  readonly seat: Seat;
  readonly turns: Turns;
  /** Told when a drain has ended it; the end itself is held back until `stop`. */
  readonly onDrained: () => void;
}

/**
 * A shared feed as an operation of graphql-ws. It never yields: its results, encoded once for all readers, go past the
 * library straight to the socket. It only ends, and then the library says so to the client.
 */
export class WsFeedStream extends OperationStream implements Sink {
  readonly outlet: Outlet;
  readonly #ws: WebSocket;
  readonly #socket: Socket;
  readonly #prefix: Buffer;
  readonly #onDrained: () => void;
  readonly #ended: Promise<IteratorResult<ExecutionResult, undefined>>;
  readonly #reader: FeedReader;
  #settle: { resolve: () => void; reject: (failure: Error) => void } | null = null;
  #draining = false;

  constructor({ id, target, feed, seat, turns, onDrained }: WsFeedStreamOptions) {
    super();
    this.#ws = target.ws;
    this.#socket = target.socket;
    this.outlet = target.outlet;
    this.#prefix = nextPrefix(id);
    this.#onDrained = onDrained;
    this.#ended = new Promise((resolve, reject) => {
      this.#settle = { resolve: () => resolve({ done: true, value: undefined }), reject };
    });
    // The library awaits it, unless the client was gone before.
    this.#ended.catch(() => {});
    this.#reader = new FeedReader({ feed, seat, sink: this, turns });
  }

  next(): Promise<IteratorResult<ExecutionResult, undefined>> {
    return this.#ended;
  }

  stop(): void {
    this.#reader.close();
    this.#settle?.resolve();
    this.#settle = null;
  }

  drain(): void {
    this.#draining = true;
    this.#reader.drain();
  }

  together(write: () => void): void {
    this.#socket.cork();
    write();
    this.#socket.uncork();
  }

  write(_encoding: Encoding, bytes: Buffer): void {
    // Not once the closing handshake has begun.
    if (this.#ws.readyState === OPEN) writeNext(this.#socket, this.#prefix, bytes);
  }

  end(failure: Error | null): void {
    if (this.#draining && failure === null) this.#onDrained();
    else if (failure === null) this.stop();
    else {
      this.#settle?.reject(failure);
      this.#settle = null;
    }
  }
}
