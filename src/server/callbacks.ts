import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import type { ProviderKey } from '../model/ids.ts';
import type { Clock } from '../model/time.ts';
import type { CallbackAnswer, ProviderCallback } from '../providers/provider-callback.ts';
import type { ProviderEvent } from '../providers/provider-event.ts';
import type { RecentProviderEvents } from '../providers/recent-events.ts';
import type { Provider, ProviderRegistry } from '../providers/registry.ts';
import { networkOf } from './auth/attempt-limit.ts';
import { CallbackGate, type GateLimits } from './callback-gate.ts';
import { CallbackLog, type CallbackNote } from './callback-log.ts';
import { readBody, type BodyProblem } from './read-body.ts';
import { REQUEST_ID_HEADER } from './telemetry/request-id.ts';

export interface CallbackLimits extends GateLimits {
  /** How long a body may take, in milliseconds. */
  readonly bodyTimeoutMs: number;
}

/** A marketplace sells a few times a day: these are for mistakes and for malice. */
const LIMITS: CallbackLimits = {
  perMinute: 60,
  concurrent: 4,
  failuresPerMinute: 10,
  bodyTimeoutMs: 5_000,
};

/** How long what is left of an unread body is thrown away, so that its sender still reads the answer. */
const LINGER_MS = 500;

export interface CallbackDeps {
  readonly providers: ProviderRegistry;
  readonly clock: Clock;
  readonly log: Logger;
  /** Where a request comes from. Default: the other end of its socket. */
  readonly addressOf?: ((request: IncomingMessage) => string) | undefined;
  readonly limits?: Partial<CallbackLimits> | undefined;
  /** Told every event once, after it was kept. */
  readonly onEvent?: ((event: ProviderEvent) => void) | undefined;
}

interface Delivery {
  readonly door: Door;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Taken down at once: a socket that was closed has none. */
  readonly remoteAddress: string;
}

interface Door {
  readonly provider: ProviderKey;
  readonly callback: ProviderCallback;
  readonly events: RecentProviderEvents;
  readonly gate: CallbackGate;
}

const PATH = /^\/callbacks\/([^/]+)$/;

type Refusal = Pick<CallbackAnswer, 'status' | 'headers'> & { readonly reason: string };

const TOO_MANY = 'Too many requests.';
const NO_POST: Refusal = { status: 405, headers: { Allow: 'POST' }, reason: 'Only POST is taken here.' };
const NO_JSON: Refusal = { status: 415, headers: {}, reason: 'The body is not sent as JSON.' };

/**
 * What a body may be said to be. What senders say is not documented, and some HTTP clients call every body a form or a
 * plain text unless they are told what it is.
 */
const TYPES = /^(?:application\/(?:[\w.-]+\+)?json|application\/x-www-form-urlencoded|application\/octet-stream|text\/plain)\s*(?:;|$)/i; // prettier-ignore

const BODY_REFUSALS: Readonly<Record<Exclude<BodyProblem, 'GONE'>, Refusal>> = {
  TOO_LARGE: { status: 413, headers: {}, reason: 'The body is too large.' },
  TOO_SLOW: { status: 408, headers: {}, reason: 'The body came too slowly.' },
};

/**
 * `POST /callbacks/<provider key>`: what providers send of their own accord, for those whose configuration takes it.
 * Who sends is known before a byte of the body is read; a refusal is one line in the log, and so is a flood of them.
 */
export class Callbacks {
  readonly #deps: CallbackDeps;
  readonly #limits: CallbackLimits;
  readonly #log: CallbackLog;
  /** Providers may come and go. */
  readonly #doors = new WeakMap<Provider, Door>();

  constructor(deps: CallbackDeps) {
    this.#deps = deps;
    this.#limits = { ...LIMITS, ...deps.limits };
    this.#log = new CallbackLog(deps.log);
  }

  /** Null when nothing is taken at this path. */
  at(pathname: string): ((request: IncomingMessage, response: ServerResponse) => Promise<void>) | null {
    const key = PATH.exec(pathname)?.[1];
    const provider = key === undefined ? null : this.#deps.providers.get(key);
    const door = provider === null ? null : this.#doorOf(provider);
    return door === null
      ? null
      : (request, response) => {
          const { addressOf } = this.#deps;
          const remoteAddress = addressOf?.(request) ?? request.socket.remoteAddress ?? '';
          return this.#take({ door, request, response, remoteAddress });
        };
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

  async #take(delivery: Delivery): Promise<void> {
    const { door, request, remoteAddress } = delivery;
    const { callback, gate } = door;
    const isPost = request.method === 'POST';
    const admits = () => isPost && callback.admits(request.headers);
    const { isKnown, waitMs } = gate.enter(networkOf(remoteAddress), admits);
    if (waitMs > 0) {
      const headers = { 'Retry-After': String(Math.ceil(waitMs / 1_000)) };
      return this.#refuse(delivery, { status: 429, headers, reason: TOO_MANY });
    }
    if (!isPost) return this.#refuse(delivery, NO_POST);
    if (!isKnown) return this.#answer(delivery, new Uint8Array());
    try {
      if (!isJson(request)) return this.#refuse(delivery, NO_JSON);
      const { maxBytes } = callback;
      const body = await readBody(request, { maxBytes, timeoutMs: this.#limits.bodyTimeoutMs });
      if (body === 'GONE') this.#log.refused(noteOf(delivery, null, 'The sender went away.'));
      else if (typeof body === 'string') this.#refuse(delivery, BODY_REFUSALS[body]);
      else this.#answer(delivery, body);
    } finally {
      gate.leave();
    }
  }

  /** Lets the provider's own code decide, which also words the refusal of a stranger. */
  #answer(delivery: Delivery, body: Uint8Array): void {
    const { door, request, response } = delivery;
    const { clock, log, onEvent } = this.#deps;
    const answer = door.callback.handle({ headers: request.headers, body, now: clock.now() });
    const { status, refusal, event } = answer;
    if (refusal !== null) this.#log.refused(noteOf(delivery, status, refusal));
    else if (event === null) this.#log.repeated(noteOf(delivery, status, 'It was told before.'));
    else {
      door.events.add(event);
      log.info({ ...event }, 'provider event');
      try {
        onEvent?.(event);
      } catch (error) {
        log.error({ err: error }, 'unexpected fault');
      }
    }
    send(request, response, answer);
  }

  #refuse(delivery: Delivery, { status, headers, reason }: Refusal): void {
    this.#log.refused(noteOf(delivery, status, reason));
    send(delivery.request, delivery.response, { status, headers, body: { error: reason } });
  }
}

function noteOf(
  { door, request, remoteAddress }: Delivery,
  status: number | null,
  reason: string,
): CallbackNote {
  const requestId = request.headers[REQUEST_ID_HEADER];
  return {
    provider: door.provider,
    remoteAddress,
    status,
    reason,
    requestId: typeof requestId === 'string' ? requestId : undefined,
  };
}

function isJson({ headers }: IncomingMessage): boolean {
  const { 'content-type': type, 'content-encoding': encoding = 'identity' } = headers;
  return (type === undefined || TYPES.test(type)) && encoding === 'identity';
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
