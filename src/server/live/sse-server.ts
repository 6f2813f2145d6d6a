import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Authenticator } from '../auth/authenticator.ts';
import type { Identity } from '../auth/identity.ts';
import { refuseRequest } from '../auth/http-refusal.ts';
import type { Gateway } from '../gateway.ts';
import type { Admission, CallerLimits } from '../limits/caller-limits.ts';
import { GridweaveError } from '../../model/errors.ts';
import type { Heartbeat } from './heartbeat.ts';
import type { LiveLimits } from './live-limits.ts';
import { LiveSlot, type Opened } from './live-operations.ts';
import { OpenSet } from './open-set.ts';
import { SseStream } from './sse-stream.ts';
import type { Turns } from './turns.ts';

export interface SseServerOptions {
  readonly gateway: Gateway;
  readonly limits: LiveLimits;
  readonly turns: Turns;
  readonly heartbeat: Heartbeat;
  /** Whether one more live connection is taken. */
  readonly hasRoom: () => boolean;
  readonly onFault: (fault: unknown) => void;
  /** Says when what a reader was let in with has ended. */
  readonly authenticator: Authenticator;
  readonly callers: CallerLimits;
}

/** Whoever sent a request, and what it draws on. */
export interface SseAsker {
  readonly identity: Identity;
  readonly admission: Admission;
}

/** Subscriptions as event streams, on the path of queries. */
export class SseServer {
  readonly #options: SseServerOptions;
  readonly #streams = new OpenSet<SseStream>();

  #leaving = false;

  constructor(options: SseServerOptions) {
    this.#options = options;
  }

  get connections(): number {
    return this.#streams.size;
  }

  get pendingBytes(): number {
    let bytes = 0;
    for (const { outlet } of this.#streams) bytes += outlet.pending;
    return bytes;
  }

  /** Whether a request can be answered with an event stream, if it turns out to be a subscription. */
  static wantedBy({ headers }: IncomingMessage): boolean {
    return (headers.accept ?? '')
      .split(',')
      .some((type) => type.trim().toLowerCase().split(';')[0] === 'text/event-stream');
  }

  /** Lets the gateway answer, except to a subscription, which is carried on here. */
  async handle(request: IncomingMessage, response: ServerResponse, asker: SseAsker): Promise<void> {
    const { gateway } = this.#options;
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const after = request.headers['last-event-id'];
    const liveSlot = new LiveSlot(gone.signal, typeof after === 'string' && after !== '' ? after : null);
    try {
      const answer = await gateway.handleNodeRequestAndResponse(request, response, {
        liveSlot,
        ...asker,
      });
      const { opened } = liveSlot;
      if (opened === null) await send(answer, response);
      else if (gone.signal.aborted) liveSlot.abandon();
      else this.#begin(liveSlot, opened, asker, request, response);
    } catch (error) {
      liveSlot.abandon();
      // Nobody is left to be told of an answer that could not be sent.
      if (!gone.signal.aborted) throw error;
    }
  }

  /** Resolves when every stream has been read to its end. */
  drain(): Promise<void> {
    this.#leaving = true;
    for (const stream of this.#streams) stream.drain();
    return this.#streams.emptied();
  }

  /** Cuts off whoever is left. */
  close(): Promise<void> {
    for (const stream of this.#streams) stream.terminate();
    return this.#streams.emptied();
  }

  #begin(
    liveSlot: LiveSlot,
    opened: Opened,
    { identity, admission }: SseAsker,
    request: IncomingMessage,
    response: ServerResponse,
  ): void {
    const { limits, turns, heartbeat, onFault, authenticator, callers, hasRoom } = this.#options;
    if (!hasRoom()) {
      liveSlot.abandon();
      callers.refusals.count('maxConnections');
      refuse(response);
      return;
    }
    const leave = callers.connect(admission.caller);
    if (leave instanceof GridweaveError) {
      liveSlot.abandon();
      refuseRequest(request, response, leave);
      return;
    }
    const stream = new SseStream({ response, socket: request.socket, opened, limits, turns, onFault });
    const stopBeating = heartbeat.add(stream);
    const stopWatching = authenticator.watch(identity, (error) => stream.end(error));
    this.#streams.add(stream);
    // What goes wrong with the connection is told by "close".
    response.on('error', () => {});
    response.once('close', () => {
      stream.stop();
      stopBeating();
      stopWatching();
      leave();
      this.#streams.delete(stream);
    });
    stream.begin();
    if (this.#leaving) stream.drain();
  }
}

function refuse(response: ServerResponse): void {
  const message = 'The gateway has as many live connections as it takes. Try again later.';
  const body = JSON.stringify({ errors: [{ message, extensions: { code: 'TOO_MANY_CONNECTIONS' } }] });
  response.writeHead(503, { 'Content-Type': 'application/json', 'Retry-After': '5' }).end(body);
}

async function send(answer: Response, response: ServerResponse): Promise<void> {
  if (response.destroyed) return;
  response.writeHead(answer.status, Object.fromEntries(answer.headers));
  // Whole, as it was made: a pipeline would put so many listeners on the response that Node warns of a leak.
  response.end(answer.body === null ? undefined : Buffer.from(await answer.arrayBuffer()));
}
