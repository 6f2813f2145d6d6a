import type { ExecutionResult, FormattedExecutionResult } from 'graphql';
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Encoding } from './encoding.ts';
import { FeedReader, type Sink } from './feed-reader.ts';
import type { Beating } from './heartbeat.ts';
import type { LiveLimits } from './live-limits.ts';
import type { Opened } from './live-operations.ts';
import { Outlet } from './outlet.ts';
import type { Turns } from './turns.ts';
import { wireError, wireResult } from './wire-error.ts';

export interface SseStreamOptions {
  readonly response: ServerResponse;
  readonly socket: Socket;
  readonly opened: Opened;
  readonly limits: LiveLimits;
  readonly turns: Turns;
  readonly onFault: (fault: unknown) => void;
}

const HEADERS = {
  'Content-Type': 'text/event-stream; charset=utf-8',
  'Cache-Control': 'no-store, no-transform',
  // nginx would collect events until its buffer is full.
  'X-Accel-Buffering': 'no',
} as const;

const PING = Buffer.from(': ping\n\n');
// Without a data line browsers would not tell of it.
const COMPLETE = Buffer.from('event: complete\ndata:\n\n');

/** One subscription as one event stream: the "distinct connections" way of GraphQL over SSE. */
export class SseStream implements Sink, Beating {
  readonly outlet: Outlet;
  readonly #options: SseStreamOptions;
  #reader: FeedReader | null = null;
  #results: AsyncIterator<ExecutionResult> | null = null;
  #open = true;

  constructor(options: SseStreamOptions) {
    this.#options = options;
    const { response, socket, limits } = options;
    this.outlet = new Outlet(response, socket, limits.highWaterMarkBytes);
  }

  begin(): void {
    const { response, opened, limits, turns } = this.#options;
    response.writeHead(200, HEADERS);
    response.write(`retry: ${String(limits.sseRetryMs)}\n\n`);
    if (opened.kind === 'FEED') {
      this.#reader = new FeedReader({ feed: opened.feed, seat: opened.seat, sink: this, turns });
      return;
    }
    this.#results = opened.results[Symbol.asyncIterator]();
    this.#pump(this.#results).then(
      () => this.end(null),
      (error: unknown) => this.end(error instanceof Error ? error : new Error(String(error))),
    );
  }

  beat(now: number): void {
    // There is no code to close it with; browsers come back with their last event id.
    if (this.outlet.stalledMs(now) >= this.#options.limits.stallTimeoutMs) this.terminate();
    else if (this.#open && this.outlet.pending === 0) this.#options.response.write(PING);
  }

  /** Ends it after what waits: a feed with its closing bookmark. */
  drain(): void {
    if (this.#reader === null) this.end(null);
    else this.#reader.drain();
  }

  terminate(): void {
    this.#options.response.destroy();
  }

  /** The client has gone, or everything was said. Idempotent. */
  stop(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#reader?.close();
    this.#results?.return?.().catch(() => {});
  }

  together(write: () => void): void {
    const { socket } = this.#options;
    socket.cork();
    write();
    socket.uncork();
  }

  write(encoding: Encoding, bytes: Buffer): void {
    this.#options.response.write(encoding.sseFrame(bytes));
  }

  end(failure: Error | null): void {
    if (!this.#open) return;
    this.stop();
    const { response, onFault } = this.#options;
    if (failure !== null) response.write(next({ errors: [wireError(failure, onFault)] }));
    response.end(COMPLETE);
  }

  async #pump(results: AsyncIterator<ExecutionResult>): Promise<void> {
    const { response, onFault } = this.#options;
    for (;;) {
      const result = await results.next();
      if (result.done === true || !this.#open) return;
      response.write(next(wireResult(result.value, onFault)));
      if (this.outlet.full) await new Promise<void>((resume) => this.outlet.whenRoom({ resume }));
    }
  }
}

function next(result: FormattedExecutionResult): string {
  return `${idOf(result)}event: next\ndata: ${JSON.stringify(result)}\n\n`;
}

/** The cursor of a message that has one and was asked for it: what a browser says when it comes back. */
function idOf({ data }: FormattedExecutionResult): string {
  const [message] = Object.values(data ?? {});
  if (typeof message !== 'object' || message === null || !('cursor' in message)) return '';
  const { cursor } = message;
  return typeof cursor === 'string' && /^[\w-]+$/.test(cursor) ? `id: ${cursor}\n` : '';
}
