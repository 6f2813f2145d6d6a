import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import type { ProviderKey } from '../model/ids.ts';
import type { Clock } from '../model/time.ts';
import type { CallbackAnswer, ProviderCallback } from '../providers/provider-callback.ts';
import type { ProviderEvent } from '../providers/provider-event.ts';
import type { RecentProviderEvents } from '../providers/recent-events.ts';
import type { Provider, ProviderRegistry } from '../providers/registry.ts';
import { CallbackGate, type GateLimits } from './callback-gate.ts';
import { readBody, type BodyProblem } from './read-body.ts';

export interface CallbackLimits extends GateLimits {
  /** How long a body may take, in milliseconds. */
  readonly bodyTimeoutMs: number;
}

/** A marketplace sells a few times a day: these are for mistakes and for malice. */
const LIMITS: CallbackLimits = { perMinute: 60, concurrent: 4, bodyTimeoutMs: 5_000 };

/** How long what is left of an unread body is thrown away, so that its sender still reads the answer. */
const LINGER_MS = 500;

export interface CallbackDeps {
  readonly providers: ProviderRegistry;
  readonly clock: Clock;
  readonly log: Logger;
  readonly limits?: Partial<CallbackLimits> | undefined;
  /** Told every event once, after it was kept. */
  readonly onEvent?: ((event: ProviderEvent) => void) | undefined;
}

interface Door {
  readonly provider: ProviderKey;
  readonly callback: ProviderCallback;
  readonly events: RecentProviderEvents;
  readonly gate: CallbackGate;
}

const PATH = /^\/callbacks\/([^/]+)$/;

type Refusal = Pick<CallbackAnswer, 'status' | 'headers'> & { readonly reason: string };

const BODY_REFUSALS: Readonly<Record<Exclude<BodyProblem, 'GONE'>, Refusal>> = {
  TOO_LARGE: { status: 413, headers: {}, reason: 'The body is too large.' },
  TOO_SLOW: { status: 408, headers: {}, reason: 'The body came too slowly.' },
};

/**
 * `POST /callbacks/<provider key>`: what providers send of their own accord, for those whose configuration takes it.
 * Who sends is known before a byte of the body is read; every refusal is one line in the log.
 */
export class Callbacks {
  readonly #deps: CallbackDeps;
  readonly #limits: CallbackLimits;
  /** Providers may come and go. */
  readonly #doors = new WeakMap<Provider, Door>();

  constructor(deps: CallbackDeps) {
    this.#deps = deps;
    this.#limits = { ...LIMITS, ...deps.limits };
  }

  /** Null when nothing is taken at this path. */
  at(pathname: string): ((request: IncomingMessage, response: ServerResponse) => Promise<void>) | null {
    const key = PATH.exec(pathname)?.[1];
    const provider = key === undefined ? null : this.#deps.providers.get(key);
    const door = provider === null ? null : this.#doorOf(provider);
    return door === null ? null : (request, response) => this.#take(door, request, response);
  }

  #doorOf(provider: Provider): Door | null {
    const { key, callback, events } = provider;
    if (callback === null) return null;
    let door = this.#doors.get(provider);
    if (door === undefined) {
      const gate = new CallbackGate(this.#limits, this.#deps.clock);
      this.#doors.set(provider, (door = { provider: key, callback, events, gate }));
    }
    return door;
  }

  async #take(door: Door, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { callback, gate } = door;
    const isPost = request.method === 'POST';
    const isKnown = isPost && callback.admits(request.headers);
    const waitMs = gate.enter(isKnown);
    if (waitMs > 0) {
      const headers = { 'Retry-After': String(Math.ceil(waitMs / 1_000)) };
      return this.#refuse(door, request, response, { status: 429, headers, reason: 'Too many requests.' });
    }
    if (!isPost) {
      const reason = 'Only POST is taken here.';
      return this.#refuse(door, request, response, { status: 405, headers: { Allow: 'POST' }, reason });
    }
    if (!isKnown) return this.#answer(door, request, response, new Uint8Array());
    try {
      const { maxBytes } = callback;
      const body = await readBody(request, { maxBytes, timeoutMs: this.#limits.bodyTimeoutMs });
      if (body === 'GONE') {
        this.#deps.log.info(
          { provider: door.provider, status: null, reason: 'The sender went away.' },
          'callback refused',
        );
      } else if (typeof body === 'string') {
        this.#refuse(door, request, response, BODY_REFUSALS[body]);
      } else this.#answer(door, request, response, body);
    } finally {
      gate.leave();
    }
  }

  /** Lets the provider's own code decide, which also words the refusal of a stranger. */
  #answer(door: Door, request: IncomingMessage, response: ServerResponse, body: Uint8Array): void {
    const { provider, callback, events } = door;
    const { clock, log, onEvent } = this.#deps;
    const answer = callback.handle({ headers: request.headers, body, now: clock.now() });
    if (answer.refusal !== null) {
      log.info({ provider, status: answer.status, reason: answer.refusal }, 'callback refused');
    } else if (answer.event === null) log.debug({ provider }, 'callback repeated');
    else {
      events.add(answer.event);
      log.info({ ...answer.event }, 'provider event');
      try {
        onEvent?.(answer.event);
      } catch (error) {
        log.error({ err: error }, 'unexpected fault');
      }
    }
    send(request, response, answer);
  }

  #refuse(door: Door, request: IncomingMessage, response: ServerResponse, refusal: Refusal): void {
    const { status, headers, reason } = refusal;
    this.#deps.log.info({ provider: door.provider, status, reason }, 'callback refused');
    send(request, response, { status, headers, body: { error: reason } });
  }
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  { status, headers, body }: Pick<CallbackAnswer, 'status' | 'headers' | 'body'>,
): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    ...headers,
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(text),
    'Cache-Control': 'no-store',
    ...(request.complete ? {} : { Connection: 'close' }),
  });
  if (request.complete) {
    response.end(text);
    return;
  }
  // A connection that is closed while bytes come in is reset, and the answer may be lost with it.
  response.write(text);
  const end = (): void => {
    clearTimeout(timer);
    response.end();
  };
  const timer = setTimeout(end, LINGER_MS);
  request.on('error', () => {});
  request.once('end', end).once('close', end).resume();
}
