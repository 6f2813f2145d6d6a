import type { Socket } from 'node:net';
import type { Writable } from 'node:stream';

/** Told once when there is room again. */
export interface Waiter {
  resume(): void;
}

/**
 * How much waits to be sent over one connection. Whoever writes looks at `full` first, and waits when it is: then what a
 * slow client costs is bounded, and others do not notice.
 */
export class Outlet {
  readonly #stream: Writable;
  readonly #socket: Socket;
  readonly #highWaterMark: number;
  #waiting: Set<Waiter> | null = null;
  #sent = -1;
  #progressAt: number;

  /** `stream` is what is written to; `socket` is what carries it. */
  constructor(stream: Writable, socket: Socket, highWaterMarkBytes: number) {
    this.#stream = stream;
    this.#socket = socket;
    // Below the stream's own mark it would not say when it is empty again.
    this.#highWaterMark = Math.max(highWaterMarkBytes, stream.writableHighWaterMark);
    this.#progressAt = performance.now();
  }

  /** Bytes that the client has yet to take from this process. */
  get pending(): number {
    return this.#stream.writableLength;
  }

  get full(): boolean {
    return this.#stream.writableLength >= this.#highWaterMark;
  }

  whenRoom(waiter: Waiter): void {
    if (this.#waiting === null) {
      this.#waiting = new Set();
      this.#stream.once('drain', this.#onDrain);
    }
    this.#waiting.add(waiter);
  }

  /** For how long nothing of what waits has been taken, in milliseconds; 0 when nothing waits. */
  stalledMs(now: number): number {
    const sent = this.#socket.bytesWritten - this.#socket.writableLength;
    if (this.pending === 0 || sent !== this.#sent) {
      this.#sent = sent;
      this.#progressAt = now;
    }
    return now - this.#progressAt;
  }

  readonly #onDrain = (): void => {
    const waiting = this.#waiting;
    this.#waiting = null;
    for (const waiter of waiting ?? []) waiter.resume();
  };
}
