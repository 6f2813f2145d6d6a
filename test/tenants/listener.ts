import { WebSocket } from 'ws';
import { SseClient } from '../live-transport/sse-client.ts';

const ACTING = `subscription { actEvents {
  __typename at missed
  ... on SubmissionUnknown { name stamp provider { key } }
  ... on SubmissionSettled { name stamp provider { key } jobs { id name nativeRef { nativeId } } }
  ... on BulkProgress { bulkId action done total finished item { outcome job { id name nativeRef { nativeId } } } }
} }`;

/** Waits, looking often, until something is so. */
export async function until(look: () => unknown, what: string, withinMs = 10_000): Promise<void> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const seen = await look();
    if (seen !== undefined && seen !== null && seen !== false) return;
    if (Date.now() > deadline) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

interface Place {
  readonly gateway: { readonly url: string };
  readonly headers: Record<string, string>;
}

interface Message {
  readonly type: string;
  readonly id?: string;
  readonly payload?: unknown;
}

/** Everything that one caller hears, to the byte, over a WebSocket. */
export class Listener {
  readonly ws: WebSocket;
  text = '';
  readonly messages: Message[] = [];
  closed: number | null = null;

  constructor(ws: WebSocket) {
    this.ws = ws;
    ws.on('message', (data: Buffer) => {
      this.text += data.toString();
      this.messages.push(JSON.parse(data.toString()) as Message);
    });
    ws.on('close', (code) => (this.closed = code));
    ws.on('error', () => {});
  }

  /** As a browser would: what it presents is in the payload of `connection_init`, as it cannot send headers. */
  static async open({ gateway, headers }: Place): Promise<Listener> {
    const listener = new Listener(new WebSocket(`${gateway.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws'));
    await until(() => listener.ws.readyState === WebSocket.OPEN, 'the socket to open');
    listener.send({ type: 'connection_init', payload: headers });
    await until(() => listener.messages.some(({ type }) => type === 'connection_ack'), 'to be let in');
    return listener;
  } // prettier-ignore

  static async toActing(place: Place): Promise<Listener> {
    const listener = await Listener.open(place);
    listener.subscribe('acting', ACTING);
    // Nothing says that it listens; an answer to what came behind it does.
    listener.subscribe('after', '{ __typename }');
    await until(() => listener.messages.some(({ id }) => id === 'after'), 'to be heard');
    return listener;
  }

  send(message: object): void {
    this.ws.send(JSON.stringify(message));
  }

  subscribe(id: string, query: string, variables: object = {}): void {
    this.send({ id, type: 'subscribe', payload: { query, variables } });
  }

  /** `data` of what came for one operation. */
  nexts(id: string): unknown[] {
    return this.messages.flatMap(({ type, id: of, payload }) =>
      type === 'next' && of === id ? [(payload as { data?: unknown }).data] : [],
    );
  }

  leave(): void {
    this.ws.terminate();
  }
}

/** The same over an event stream. */
export function listenBySse({ gateway, headers }: Place, query: string, variables: object = {}): SseClient {
  return new SseClient(gateway.url, { query, variables, method: 'POST', headers });
}
