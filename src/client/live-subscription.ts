import { waitMs, type Backoff } from './backoff.ts';
import type { LiveDocument } from './live-document.ts';
import { LiveError } from './live-error.ts';
import type { LiveHandlers, LiveState, RestartReason, Subscription } from './live-handlers.ts';
import { Silence } from './silence.ts';
import type {
  LiveLeg,
  LiveObserver,
  LiveResult,
  LiveTransport,
  Loss,
  RefusedError,
  Retry,
} from './transport.ts';
import type { AnyMessage, GapOf } from './typed-document.ts';

export interface SubscriptionParts<Message> {
  readonly document: LiveDocument;
  /** Whether the document is named by its id, where it has one. */
  readonly persisted: boolean;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly transport: LiveTransport;
  readonly backoff: Backoff;
  /** How long nothing may be heard, in milliseconds, before the connection is taken for dead. */
  readonly silenceMs: number;
  /** Credentials are asked for anew for every connection, so that one that has ended is no reason to give up. */
  readonly renews: boolean;
  readonly handlers: LiveHandlers<Message>;
  readonly onEnd: (subscription: LiveSubscription<Message>) => void;
}

/** A leg with what is known of it; its handle is there once it was opened. */
interface Attempt {
  handle: LiveLeg | null;
  liveSince: number | null;
  /** The cursor that it went on after; null when it began where the caller said. */
  readonly resumedAfter: string | null;
}

const LEFT: Loss = { message: 'The gateway ended the stream.', retry: 'SOON' };

/** One subscription over as many legs as it takes. Only the newest leg is listened to. */
export class LiveSubscription<Message> implements Subscription {
  readonly #parts: SubscriptionParts<Message>;
  readonly #silence: Silence;
  #variables: Readonly<Record<string, unknown>>;
  #cursor: string | null = null;
  /** Messages of a snapshot were handled that there is no going on from. */
  #midSnapshot = false;
  #lastType: string | null = null;
  #attempt: Attempt | null = null;
  #comesBack = false;
  #renewed = false;
  #tries = 0;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #paused = false;
  #ended = false;

  constructor(parts: SubscriptionParts<Message>) {
    this.#parts = parts;
    this.#variables = parts.variables;
    this.#silence = new Silence(parts.silenceMs, () => this.#takeForDead());
  }

  get cursor(): string | null {
    return this.#cursor ?? this.#parts.document.cursorIn(this.#variables);
  }

  get ended(): boolean {
    return this.#ended;
  }

  begin(): void {
    const { signal } = this.#parts.handlers;
    signal?.addEventListener('abort', this.stop, { once: true });
    // Nothing is told before the caller has the subscription in its hands.
    if (signal?.aborted === true) queueMicrotask(this.stop);
    else this.#connect();
  }

  readonly stop = (): void => this.#end(null);

  /** Whether it can be left and gone on with later. Not within a snapshot. */
  get resumable(): boolean {
    return this.#cursor !== null && !this.#midSnapshot;
  }

  /** Leaves the gateway alone until `resume`: the event window keeps what happens meanwhile. */
  pause(): void {
    this.#paused = true;
    this.#leave();
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#connect();
  }

  #connect(): void {
    if (this.#ended || this.#paused) return;
    const { document, transport } = this.#parts;
    const cursor = this.#cursor;
    if (cursor === null && this.#midSnapshot && !this.#restart('SNAPSHOT_CUT')) return;
    const attempt: Attempt = { handle: null, liveSince: null, resumedAfter: cursor };
    this.#attempt = attempt;
    this.#lastType = null;
    if (this.#comesBack) this.#tell('CONNECTING', null);
    this.#comesBack = true;
    if (this.#attempt !== attempt) return;
    const request = {
      query: document.query,
      ...(this.#parts.persisted && document.documentId !== null ? { documentId: document.documentId } : {}),
      ...(document.operationName === null ? {} : { operationName: document.operationName }),
      variables: cursor === null ? this.#variables : document.resumed(this.#variables, cursor),
    };
    this.#silence.start();
    attempt.handle = transport.open(request, this.#observer(attempt));
    // Ended before it began.
    if (this.#attempt !== attempt) attempt.handle.leave();
  }

  #observer(attempt: Attempt): LiveObserver {
    const whileCurrent =
      <Given extends unknown[]>(told: (...given: Given) => void) =>
      (...given: Given): void => {
        if (this.#attempt === attempt) told(...given);
      };
    return {
      next: whileCurrent((result: LiveResult) => this.#take(attempt, result)),
      alive: this.#parts.document.hasBookmarks ? undefined : whileCurrent(() => this.#silence.heard()),
      refused: whileCurrent((errors: readonly RefusedError[], loss: Loss) => this.#refused(errors, loss)),
      // Nothing but `onGap: FAIL` ends a stream right behind a Gap.
      complete: whileCurrent(() => (this.#lastType === 'Gap' ? this.stop() : this.#again(LEFT))),
      lost: whileCurrent((loss: Loss) => this.#again(loss)),
    };
  }

  #take(attempt: Attempt, { data, errors = [] }: LiveResult): void {
    const { document, handlers } = this.#parts;
    const message = (data?.[document.responseName] ?? null) as AnyMessage | null;
    if (message === null) {
      const retry = errors.length > 0 ? 'NEVER' : 'LATER';
      return this.#refused(errors, { message: 'An answer held nothing.', retry });
    }
    this.#silence.heard();
    if (attempt.liveSince === null) {
      attempt.liveSince = performance.now();
      this.#renewed = false;
      this.#tell('LIVE', null);
    }
    const { __typename: type, cursor } = message;
    // Cursors are exclusive; a gateway that repeats the event it was resumed after is not believed.
    if (cursor !== null && cursor === attempt.resumedAfter && EVENT.test(type)) return;
    this.#lastType = type;
    const typed = message as Message;
    if (GAP.has(type)) this.#call(() => handlers.onGap?.(typed as GapOf<Message>));
    if (errors.length > 0) this.#call(() => handlers.onFieldErrors?.(errors, typed));
    this.#call(() => handlers.onMessage(typed));
    if (this.#ended) return;
    this.#midSnapshot = cursor === null;
    this.#cursor = cursor ?? this.#cursor;
    if (type === 'LogEnded') this.stop();
  }

  #refused(errors: readonly RefusedError[], loss: Loss): void {
    const [first] = errors;
    const { code, retryable, retryAfterMs } = first?.extensions ?? {};
    const message = first?.message ?? loss.message;
    if (code === 'INVALID_CURSOR' && this.#attempt?.resumedAfter != null && this.#restart('CURSOR_REFUSED')) {
      return this.#again({ message, retry: 'SOON' });
    }
    const retry = retryOf(retryable, loss.retry);
    const afterMs = typeof retryAfterMs === 'number' ? { afterMs: retryAfterMs } : {};
    this.#again({ ...loss, ...afterMs, message, retry }, errors);
  }

  /** Forgets where it was. False when it is over because of that. */
  #restart(reason: RestartReason): boolean {
    const { document, handlers } = this.#parts;
    if (reason === 'CURSOR_REFUSED') {
      const restarted = document.restarted(this.#variables);
      if (restarted === null) return false;
      this.#variables = restarted;
    }
    this.#cursor = null;
    this.#midSnapshot = false;
    this.#call(() => handlers.onRestart?.(reason));
    return !this.#ended;
  }

  /** Comes back after a while, or never. */
  #again(loss: Loss, errors: readonly RefusedError[] = []): void {
    const { backoff } = this.#parts;
    if (loss.retry === 'NEVER' && !this.#mayRenew(loss, errors)) {
      const about = errors.length > 0 ? 'REFUSED' : 'CLOSED';
      return this.#end(new LiveError(about, loss.message, { errors }));
    }
    const since = this.#attempt?.liveSince ?? null;
    if (since !== null && performance.now() - since >= backoff.stableMs) this.#tries = 0;
    this.#leave();
    this.#timer = setTimeout(
      () => {
        this.#timer = null;
        this.#connect();
      },
      waitMs(backoff, this.#tries, loss.retry, loss.afterMs),
    );
    this.#tries += 1;
    this.#tell('WAITING', loss.message);
  }

  /** A credential that is refused may have ended: a new one is tried, once until messages come again. */
  #mayRenew({ code }: Loss, [first]: readonly RefusedError[]): boolean {
    if (!this.#parts.renews || this.#renewed) return false;
    this.#renewed =
      first === undefined
        ? code !== undefined && ABOUT_CREDENTIALS.has(code)
        : first.extensions?.['code'] === 'UNAUTHENTICATED';
    return this.#renewed;
  }

  #takeForDead(): void {
    const message = `Nothing was heard for ${String(this.#parts.silenceMs)} ms.`;
    const { handle } = this.#attempt ?? { handle: null };
    this.#attempt = null;
    handle?.drop();
    this.#again({ message, retry: 'SOON' });
  }

  #leave(): void {
    const { handle } = this.#attempt ?? { handle: null };
    this.#attempt = null;
    this.#silence.stop();
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    handle?.leave();
  }

  #end(error: Error | null): void {
    if (this.#ended) return;
    this.#ended = true;
    const { handlers, onEnd } = this.#parts;
    handlers.signal?.removeEventListener('abort', this.stop);
    this.#leave();
    onEnd(this);
    handlers.onEnd?.(error);
  }

  #tell(state: LiveState, why: string | null): void {
    this.#call(() => this.#parts.handlers.onState?.(state, why));
  }

  /** Handlers are not ours: what they throw must not come out in the middle of a transport. */
  #call(handler: () => void): void {
    if (this.#ended) return;
    try {
      handler();
    } catch (cause) {
      this.#end(new LiveError('HANDLER', 'A handler of the subscription threw.', { cause }));
    }
  }
}

/** What an error says of itself goes before what the transport makes of it. */
function retryOf(retryable: unknown, otherwise: Retry): Retry {
  if (typeof retryable !== 'boolean') return otherwise;
  if (!retryable) return 'NEVER';
  return otherwise === 'NEVER' ? 'SOON' : otherwise;
}

/** HTTP statuses, and codes of closed WebSockets. */
const ABOUT_CREDENTIALS: ReadonlySet<number> = new Set([401, 4401, 4403]);

const GAP: ReadonlySet<string> = new Set(['Gap', 'LogGap']);
const EVENT = /(?:Change|Correction|Tombstone|Chunk)$/;
