import { request, type OutgoingHttpHeaders } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { WsClient, until } from '../live-transport/ws-client.ts';
import { SseClient } from '../live-transport/sse-client.ts';
import { startWiretap, type Wiretap } from './wiretap.ts';

export interface Told {
  readonly status: number;
  /** Headers, body and trailers, as they came. */
  readonly text: string;
  readonly body: string;
}

export interface Asked {
  readonly method?: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string;
}

export interface Answer<Data = unknown> {
  readonly data?: Data | null;
  readonly errors?: readonly { readonly message: string; readonly extensions?: { readonly code?: string } }[];
}

/** Whoever calls a gateway, by whatever way; keeps every byte that they are told. */
export class Caller {
  /** By what was asked. */
  readonly heard: [what: string, bytes: string][] = [];
  readonly #tap: Wiretap;
  readonly #closing: (() => void)[] = [];

  private constructor(tap: Wiretap) {
    this.#tap = tap;
  }

  static async of(gatewayUrl: string): Promise<Caller> {
    return new Caller(await startWiretap(gatewayUrl));
  }

  get url(): string {
    return this.#tap.url;
  }

  /** Everything, unpacked and as it came over the wire. */
  get everything(): [what: string, bytes: string][] {
    return [
      ...this.heard,
      ...this.#tap.received.map((bytes, i): [string, string] => [`connection ${String(i)}`, bytes]),
    ];
  }

  async close(): Promise<void> {
    for (const close of this.#closing.splice(0)) close();
    await this.#tap.close();
  }

  /** One HTTP request. `path` may be a whole URL: it is sent as it is. */
  send(path: string, { method = 'GET', headers = {}, body }: Asked = {}): Promise<Told> {
    const { hostname, port } = new URL(this.url);
    return new Promise((resolve, reject) => {
      const asked = request({ hostname, port, path, method, headers, agent: false }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const whole = Buffer.concat(chunks);
          const unpacked = response.headers['content-encoding'] === 'gzip' ? gunzipSync(whole) : whole;
          const body = unpacked.toString('latin1');
          const text = `${response.rawHeaders.join('\n')}\n\n${body}\n${response.rawTrailers.join('\n')}`;
          this.heard.push([`${method} ${path.slice(0, 40)}`, text]);
          resolve({ status: response.statusCode ?? 0, text, body });
        });
      });
      asked.on('error', reject);
      asked.end(body);
    });
  }

  /** Asks as a client does. What the test itself gets wrong is not taken for an answer. */
  async ask<Data = Record<string, never>>(
    query: string,
    variables: object = {},
    headers: OutgoingHttpHeaders = {},
    more: object = {},
  ): Promise<Answer<Data>> {
    const { body } = await this.send('/graphql', {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-gridweave-upstream': '1',
        'x-gridweave-cost': '1',
        ...headers,
      },
      body: JSON.stringify({ query, variables, ...more }),
    });
    const answer = JSON.parse(Buffer.from(body, 'latin1').toString()) as Answer<Data>;
    const mistake = answer.errors?.find(({ extensions }) => extensions?.code === 'GRAPHQL_VALIDATION_FAILED');
    if (mistake !== undefined) throw new Error(mistake.message);
    return answer;
  }

  /** A WebSocket whose `connection_init` says this. */
  async socket(init: object, headers: Record<string, string> = {}): Promise<WsClient> {
    const client = new WsClient(`${this.url}/graphql`, { headers });
    this.#closing.push(() => client.ws.terminate());
    await until(() => client.ws.readyState === client.ws.OPEN || client.closed !== null || client.refused !== null, 'a socket'); // prettier-ignore
    if (client.closed === null && client.refused === null)
      client.send({ type: 'connection_init', payload: init });
    return client;
  }

  /** An event stream. */
  stream(query: string, headers: Record<string, string>, variables: object = {}): SseClient {
    const client = new SseClient(this.url, { query, variables, method: 'POST', headers });
    this.#closing.push(() => client.leave());
    return client;
  }
}
