import { DEFAULT_BACKOFF, type Backoff } from './backoff.ts';
import { readDocument, type LiveDocument } from './live-document.ts';
import { LiveError } from './live-error.ts';
import type { LiveHandlers, Subscription } from './live-handlers.ts';
import { LiveIterator } from './live-iterator.ts';
import { checkMirrored, openMirror, type LiveMirror, type MirrorOptions } from './live-mirror.ts';
import { LiveSubscription } from './live-subscription.ts';
import { SseTransport } from './sse-transport.ts';
import type { LiveTransport } from './transport.ts';
import type { MessageOf, ObjectFieldOf, ObjectOf, TypedDocument } from './typed-document.ts';
import { ownWebSocket, type WebSocketConstructor } from './web-socket.ts';
import { WsTransport } from './ws-transport.ts';

type Given<T> = T | (() => T | Promise<T>);

export interface LiveClientOptions {
  /** Where the graph is: `https://gateway.example/graphql`; in browsers also `/graphql`. */
  readonly url: string;
  /**
   * "ws": all subscriptions over one WebSocket. "sse": an event stream each, which passes where WebSockets do not; without
   * HTTP/2 browsers open six at most. Or one of your own. Default "ws".
   */
  readonly transport?: 'ws' | 'sse' | LiveTransport;
  /**
   * For WebSockets: payload of `connection_init`. A function is called for every connection, so that a token is fresh; then a
   * token that ends while it is used is no reason to give up.
   */
  readonly connectionParams?: Given<Readonly<Record<string, unknown>>>;
  /** For event streams: headers. A function is called for every request, for the same reason. */
  readonly headers?: Given<Readonly<Record<string, string>>>;
  /** For Node 20, which has none: the one of the `ws` package. */
  readonly webSocket?: WebSocketConstructor;
  /** For event streams. Default: the one of the environment. */
  readonly fetch?: typeof fetch;
  /**
   * Send the ids of documents that carry one (`__meta__.hash`, made by `persistedDocuments` of the client preset) instead of
   * their texts. The gateway needs the manifest. Default false.
   */
  readonly persisted?: boolean;
  readonly backoff?: Partial<Backoff>;
  /**
   * How long nothing may be heard, not even a Bookmark, before the connection is taken for dead, in milliseconds. The
   * gateway sends a Bookmark at least every 15 s. Default 40,000.
   */
  readonly silenceMs?: number;
  /** How long a connection may take, in milliseconds. Default 15,000: a gateway waits 10 s for slow providers. */
  readonly connectTimeoutMs?: number;
}

/** Subscriptions that go on where they were. Documents are checked at once: what cannot be resumed is refused. */
export interface LiveClient {
  /** Calls back with every message, until it is stopped. */
  subscribe<Data, Variables>(
    document: TypedDocument<Data, Variables>,
    variables: NoInfer<Variables>,
    handlers: LiveHandlers<MessageOf<Data>>,
  ): Subscription;
  /**
   * Messages for a loop: `for await (const message of client.events(…))`. Leaving the loop, or aborting the signal, ends the
   * subscription. A loop that is slow makes it pause, and go on from the event window later.
   */
  events<Data, Variables>(
    document: TypedDocument<Data, Variables>,
    variables: NoInfer<Variables>,
    handlers?: Omit<LiveHandlers<MessageOf<Data>>, 'onMessage'>,
  ): AsyncIterableIterator<MessageOf<Data>, undefined>;
  /** State instead of messages: the objects that match, by id. */
  mirror<Data, Variables, Field extends ObjectFieldOf<MessageOf<Data>>>(
    document: TypedDocument<Data, Variables>,
    variables: NoInfer<Variables>,
    options: MirrorOptions<MessageOf<Data>, Field>,
  ): LiveMirror<ObjectOf<MessageOf<Data>, Field>>;
  /** Ends all subscriptions and connections. */
  close(): void;
}

const DEFAULT_SILENCE_MS = 40_000;
const DEFAULT_CONNECT_TIMEOUT_MS = 15_000;

/** Makes a client. Nothing is opened before somebody subscribes. */
export function createLiveClient(options: LiveClientOptions): LiveClient {
  return new Client(options);
}

class Client implements LiveClient {
  readonly #options: LiveClientOptions;
  readonly #transport: LiveTransport;
  readonly #subscriptions = new Set<Subscription>();
  #closed = false;

  constructor(options: LiveClientOptions) {
    this.#options = options;
    this.#transport = transportOf(options);
  }

  subscribe<Data, Variables>(
    document: TypedDocument<Data, Variables>,
    variables: NoInfer<Variables>,
    handlers: LiveHandlers<MessageOf<Data>>,
  ): Subscription {
    const subscription = this.#make(readDocument(document), variables, handlers);
    subscription.begin();
    return subscription;
  }

  events<Data, Variables>(
    document: TypedDocument<Data, Variables>,
    variables: NoInfer<Variables>,
    handlers: Omit<LiveHandlers<MessageOf<Data>>, 'onMessage'> = {},
  ): LiveIterator<MessageOf<Data>> {
    const read = readDocument(document);
    return new LiveIterator<MessageOf<Data>>(({ onMessage, onEnd }) =>
      this.#make<MessageOf<Data>>(read, variables, {
        ...handlers,
        onMessage,
        onEnd: (error) => {
          onEnd?.(error);
          handlers.onEnd?.(error);
        },
      }),
    );
  }

  mirror<Data, Variables, Field extends ObjectFieldOf<MessageOf<Data>>>(
    document: TypedDocument<Data, Variables>,
    variables: NoInfer<Variables>,
    options: MirrorOptions<MessageOf<Data>, Field>,
  ): LiveMirror<ObjectOf<MessageOf<Data>, Field>> {
    checkMirrored(readDocument(document), options.object);
    return openMirror(options, (handlers) => this.subscribe(document, variables, handlers));
  }

  close(): void {
    this.#closed = true;
    for (const subscription of this.#subscriptions) subscription.stop();
    this.#transport.close();
  }

  #make<Message>(
    document: LiveDocument,
    variables: unknown,
    handlers: LiveHandlers<Message>,
  ): LiveSubscription<Message> {
    if (this.#closed) throw new LiveError('CLOSED', 'This client was closed.');
    const { backoff, silenceMs = DEFAULT_SILENCE_MS, connectionParams, headers } = this.#options;
    const { persisted = false } = this.#options;
    const subscription = new LiveSubscription<Message>({
      document,
      persisted,
      variables: { ...(variables as Readonly<Record<string, unknown>>) },
      transport: this.#transport,
      backoff: { ...DEFAULT_BACKOFF, ...backoff },
      silenceMs,
      renews: typeof connectionParams === 'function' || typeof headers === 'function',
      handlers,
      onEnd: () => this.#subscriptions.delete(subscription),
    });
    this.#subscriptions.add(subscription);
    return subscription;
  }
}

function transportOf(options: LiveClientOptions): LiveTransport {
  const { transport = 'ws', connectTimeoutMs = DEFAULT_CONNECT_TIMEOUT_MS } = options;
  const { silenceMs = DEFAULT_SILENCE_MS } = options;
  if (typeof transport === 'object') return transport;
  if (transport === 'sse') {
    // Browsers refuse a `fetch` that is called on another object.
    const ask = options.fetch ?? ((...given: Parameters<typeof fetch>) => fetch(...given));
    return new SseTransport({
      url: options.url,
      fetch: ask,
      headers: getter(options.headers ?? {}),
      connectTimeoutMs,
    });
  }
  const webSocket = options.webSocket ?? ownWebSocket();
  if (webSocket === undefined) {
    throw new TypeError(
      'There is no WebSocket here. Pass the one of the `ws` package as `webSocket`, or use `transport: "sse"`.',
    );
  }
  return new WsTransport({
    url: socketUrl(options.url),
    webSocket,
    connectionParams: getter<Readonly<Record<string, unknown>> | undefined>(options.connectionParams),
    connectTimeoutMs,
    pingMs: silenceMs / 3,
  });
}

function getter<T>(given: Given<T>): () => T | Promise<T> {
  return typeof given === 'function' ? (given as () => T | Promise<T>) : () => given;
}

/** WebSockets have schemes of their own, and older browsers want the whole address. */
function socketUrl(url: string): string {
  const { location } = globalThis as { readonly location?: { readonly href: string } };
  const address = new URL(url, location?.href);
  address.protocol = address.protocol.replace('http', 'ws');
  return address.href;
}
