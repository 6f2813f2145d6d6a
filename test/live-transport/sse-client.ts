import { request, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { until } from './ws-client.ts';

export interface SseEvent {
  readonly event: string;
  readonly id: string | null;
  readonly data: string;
}

export interface SseRequest {
  readonly query: string;
  readonly variables?: object;
  readonly method?: 'GET' | 'POST';
  readonly headers?: Record<string, string>;
}

/** Reads one event stream, as a browser would. */
export class SseClient {
  readonly events: SseEvent[] = [];
  comments = 0;
  retryMs: number | null = null;
  status = 0;
  headers: IncomingHttpHeaders = {};
  ended = false;
  text = '';
  response: IncomingMessage | null = null;
  readonly #request: ReturnType<typeof request>;

  constructor(url: string, { query, variables, method = 'GET', headers = {} }: SseRequest) {
    const address = new URL(`${url}/graphql`);
    if (method === 'GET') {
      address.searchParams.set('query', query);
      if (variables !== undefined) address.searchParams.set('variables', JSON.stringify(variables));
    }
    const type = method === 'POST' ? { 'content-type': 'application/json' } : {};
    this.#request = request(address, {
      method,
      headers: { accept: 'text/event-stream', ...type, ...headers },
    });
    this.#request.on('response', (response) => {
      this.status = response.statusCode ?? 0;
      this.headers = response.headers;
      this.response = response;
      response.setEncoding('utf8').on('data', (chunk: string) => this.#read(chunk));
      response.on('error', () => {});
      response.on('close', () => (this.ended = true));
    });
    this.#request.on('error', () => (this.ended = true));
    this.#request.end(method === 'POST' ? JSON.stringify({ query, variables }) : undefined);
  }

  leave(): void {
    this.#request.destroy();
  }

  begun(): Promise<number> {
    return until(() => this.status !== 0 && this.status, 'an answer');
  }

  /** `data` of the `next` events. */
  nexts(): unknown[] {
    return this.events
      .filter(({ event }) => event === 'next')
      .map(({ data }) => (JSON.parse(data) as { data?: unknown }).data);
  }

  #read(chunk: string): void {
    this.text += chunk;
    for (;;) {
      const end = this.text.indexOf('\n\n');
      if (end < 0) return;
      this.#take(this.text.slice(0, end).split('\n'));
      this.text = this.text.slice(end + 2);
    }
  }

  #take(lines: readonly string[]): void {
    const fields = new Map<string, string>();
    for (const line of lines) {
      const colon = line.indexOf(':');
      if (colon === 0) this.comments += 1;
      else fields.set(line.slice(0, colon), line.slice(colon + 1).trimStart());
    }
    const retry = fields.get('retry');
    if (retry !== undefined) this.retryMs = Number(retry);
    const data = fields.get('data');
    if (data === undefined) return;
    this.events.push({ event: fields.get('event') ?? 'message', id: fields.get('id') ?? null, data });
  }
}
