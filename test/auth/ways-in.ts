import { SseClient } from '../live-transport/sse-client.ts';
import { until, WsClient } from '../live-transport/ws-client.ts';

/** What somebody presents, as the headers of a request would have it. */
export interface Presented {
  readonly authorization?: string;
  readonly 'x-api-key'?: string;
}

/** What came of it: the providers that are seen, or how it was refused. */
export type Outcome =
  | { readonly sees: readonly string[] }
  | { readonly code: string; readonly status: number; readonly challenge: string | null }
  | { readonly closed: number };

export type WayIn = (url: string, presented: Presented) => Promise<Outcome>;

const QUERY = '{ providers { key } }';
export const WATCH = /* GraphQL */ `
  subscription {
    jobEvents {
      __typename
      ... on LiveMessage {
        cursor
      }
      ... on JobSnapshot {
        job {
          provider {
            key
          }
        }
      }
    }
  }
`;

interface Providers {
  readonly providers: readonly { readonly key: string }[];
}

export interface Watched {
  readonly jobEvents: {
    readonly __typename: string;
    readonly job?: { readonly provider: { readonly key: string } };
  };
}

async function outcomeOf(response: Response): Promise<Outcome> {
  const body = (await response.json()) as {
    data?: Providers;
    errors?: { extensions: { code: string } }[];
  };
  if (body.data !== undefined) return { sees: body.data.providers.map(({ key }) => key).sort() };
  return {
    code: body.errors?.[0]?.extensions.code ?? '',
    status: response.status,
    challenge: response.headers.get('www-authenticate'),
  };
}

function seen(messages: readonly unknown[]): string[] {
  const keys = (messages as Watched[]).flatMap(({ jobEvents }) => jobEvents.job?.provider.key ?? []);
  return [...new Set(keys)].sort();
}

const isWhole = (messages: readonly unknown[]): boolean =>
  (messages as Watched[]).some(({ jobEvents }) => jobEvents.__typename === 'SnapshotEnd');

async function overEventStream(method: 'GET' | 'POST', url: string, presented: Presented): Promise<Outcome> {
  const client = new SseClient(url, { query: WATCH, method, headers: { ...presented } });
  try {
    const status = await client.begun();
    if (status !== 200) {
      await until(() => client.ended, 'the end of the answer');
      const challenge = client.headers['www-authenticate'] ?? null;
      const { errors } = JSON.parse(client.text) as { errors: { extensions: { code: string } }[] };
      return { code: errors[0]?.extensions.code ?? '', status, challenge };
    }
    await until(() => isWhole(client.nexts()), 'the snapshot', 20_000);
    return { sees: seen(client.nexts()) };
  } finally {
    client.leave();
  }
}

async function overWebSocket(client: WsClient, payload: object | undefined): Promise<Outcome> {
  try {
    await until(() => client.ws.readyState === 1, 'the socket to open');
    client.send({ type: 'connection_init', ...(payload === undefined ? {} : { payload }) });
    await until(
      () => client.closed !== null || client.messages.some(({ type }) => type === 'connection_ack'),
      'an answer',
    );
    if (client.closed !== null) return { closed: client.closed.code };
    client.subscribe('query', QUERY);
    client.subscribe('watch', WATCH);
    await until(() => isWhole(client.nexts('watch')), 'the snapshot', 20_000);
    const [answer] = client.nexts('query') as Providers[];
    const sees = answer?.providers.map(({ key }) => key).sort() ?? [];
    const watched = seen(client.nexts('watch'));
    if (watched.join() !== sees.join()) throw new Error(`asks ${sees.join()}, watches ${watched.join()}`);
    return { sees };
  } finally {
    client.ws.terminate();
  }
}

export const WAYS_IN: Readonly<Record<string, WayIn>> = {
  'a query by POST': async (url, presented) =>
    outcomeOf(
      await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...presented },
        body: JSON.stringify({ query: QUERY }),
      }),
    ),
  'a query by GET': async (url, presented) =>
    outcomeOf(
      await fetch(`${url}/graphql?query=${encodeURIComponent(QUERY)}`, {
        headers: { accept: 'application/graphql-response+json', ...presented },
      }),
    ),
  'an event stream by GET': (url, presented) => overEventStream('GET', url, presented),
  'an event stream by POST': (url, presented) => overEventStream('POST', url, presented),
  'a WebSocket, by its connection_init': (url, { authorization, 'x-api-key': apiKey }) =>
    overWebSocket(new WsClient(`${url}/graphql`), { authorization, apiKey }),
  'a WebSocket, by the headers of its request': (url, presented) =>
    overWebSocket(new WsClient(`${url}/graphql`, { headers: { ...presented } }), undefined),
};
