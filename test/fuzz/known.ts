import type { Door } from './door.ts';
import { talk } from './raw.ts';

/** What the gateways really hold: what is right is where damage begins. */
export interface Known {
  /** By the name of their root field: `job`, `task` … */
  readonly ids: Readonly<Record<string, readonly string[]>>;
  /** Of pages, by the name of the list. */
  readonly cursors: Readonly<Record<string, readonly string[]>>;
  /** Of subscriptions. */
  readonly liveCursors: readonly string[];
  readonly logCursors: readonly string[];
  readonly providers: readonly string[];
  readonly names: readonly string[];
}

export const LISTS = { jobs: 'job', tasks: 'task', executions: 'execution', computeNodes: 'computeNode', projects: 'project' } as const; // prettier-ignore

interface Page {
  readonly sources: readonly { readonly outcome: string }[];
  readonly edges: readonly { readonly cursor: string; readonly node: { readonly id: string; readonly name?: string } }[]; // prettier-ignore
}

/** Asks for some of everything. */
export async function learn(door: Door): Promise<Known> {
  const ids: Record<string, string[]> = {};
  const cursors: Record<string, string[]> = {};
  const names: string[] = [];
  for (const [list, kind] of Object.entries(LISTS)) {
    const { edges } = await pageOf(door, list);
    ids[kind] = edges.map(({ node }) => node.id);
    cursors[list] = edges.filter((_, nth) => nth % 7 === 0).map(({ cursor }) => cursor);
    names.push(...edges.slice(0, 5).flatMap(({ node }) => node.name ?? []));
  }
  const { providers } = (await ask(door, '{ providers { key id } }')) as {
    providers: readonly { readonly key: string; readonly id: string }[];
  };
  ids['provider'] = providers.map(({ id }) => id);
  return {
    ids,
    cursors,
    liveCursors: await liveCursors(door),
    logCursors: await logCursors(door, ids['execution'] ?? []),
    providers: providers.map(({ key }) => key),
    names,
  };
}

const TRIES = 50;

/** Providers that are asked for the first time, on a busy machine, may be too slow for it. */
async function pageOf(door: Door, list: string): Promise<Page> {
  for (let n = 0; n < TRIES; n += 1) {
    const query = `{ ${list}(first: 60) { edges { cursor node { id name } } sources { outcome } } }`;
    const page = (await ask(door, query))[list] as Page;
    if (page.edges.length > 0 && page.sources.every(({ outcome }) => outcome !== 'TIMEOUT')) return page;
  }
  throw new Error(`no provider has any ${list}`);
}

async function ask(door: Door, query: string): Promise<Readonly<Record<string, unknown>>> {
  const { body } = await door.pool.request({
    method: 'POST',
    path: '/graphql',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  const { data } = (await body.json()) as { data?: Record<string, unknown> };
  if (data == null) throw new Error(`a gateway in order does not answer ${query}`);
  return data;
}

async function logCursors(door: Door, executions: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const id of executions.slice(0, 10)) {
    const data = await ask(door, `{ execution(id: ${JSON.stringify(id)}) { logs(tail: 5) { endCursor } } }`).catch(() => ({})); // prettier-ignore
    const cursor = /"endCursor":"([^"]+)"/.exec(JSON.stringify(data))?.[1];
    if (cursor !== undefined) found.push(cursor);
  }
  return found;
}

async function liveCursors(door: Door): Promise<string[]> {
  const query = encodeURIComponent('subscription { jobEvents { __typename ... on LiveMessage { cursor } } }');
  const lines = [`GET /graphql?query=${query} HTTP/1.1`, 'Host: localhost', 'Accept: text/event-stream'];
  const { received } = await talk(door.port, [`${lines.join('\r\n')}\r\n\r\n`], {
    halfClose: false,
    enough: (text) => text.includes('SnapshotEnd'),
    withinMs: 10_000,
  });
  return [...new Set([...received.matchAll(/"cursor":"([^"]+)"/g)].map(([, cursor]) => cursor!))];
}
