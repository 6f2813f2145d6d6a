/** What the tests of reloading share: a whole gateway over Qarnot emulators whose worlds stand still. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import type { LoadedConfig, ProviderKind } from '../../src/config/config.ts';
import { loadConfig } from '../../src/config/load.ts';
import { PROVIDER_KINDS } from '../../src/providers/kinds.ts';
import { SANDBOX_TOKEN } from '../../src/sandbox/qarnot/emulator.ts';
import { startGridweave, type RunningGridweave } from '../../src/server/start.ts';
import { until, WsClient } from '../live-transport/ws-client.ts';
import { startClient, type Client } from '../support/qarnot-client.ts';

/** Short times, so that nothing has to be waited for; bookmarks are rare. */
export const FAST = {
  server: { port: 0 },
  limits: { requestTimeoutMs: 2_000 },
  act: { timeoutMs: 1_000 },
  live: { hotMs: 200, warmMs: 200, lingerMs: 500, bookmarkEveryMs: 60_000 },
};

export interface ProviderText {
  readonly key: string;
  readonly url: string;
  readonly [more: string]: unknown;
}

/** An emulator with some jobs in its queue. */
export async function provider(...names: string[]): Promise<Client> {
  const client = await startClient();
  for (const name of names) await client.submit('sleep 1', { name });
  return client;
}

export function text(key: string, { emulator }: Pick<Client, 'emulator'>, more: object = {}): ProviderText {
  const calls = { freshnessMs: 0, rate: { perSecond: 10_000, burst: 10_000 } };
  return {
    key,
    kind: 'qarnot',
    url: emulator.url,
    credential: { token: { env: 'TOKEN' } },
    ...calls,
    ...more,
  };
}

/** Reads a configuration as the command line does. */
export function config(
  providers: readonly ProviderText[],
  sections: object = {},
  kinds: readonly ProviderKind[] = PROVIDER_KINDS,
): LoadedConfig {
  const whole = { ...FAST, ...sections, providers };
  return loadConfig({ text: JSON.stringify(whole), env: { TOKEN: SANDBOX_TOKEN }, kinds });
}

export interface LogLine {
  readonly level: number;
  readonly msg?: string;
  readonly [more: string]: unknown;
}

export interface Gateway {
  readonly running: RunningGridweave;
  readonly lines: readonly LogLine[];
  ask(query: string): Promise<{ readonly data: unknown; readonly errors?: unknown }>;
  watch(filter?: object, after?: string): Promise<Watch>;
}

export async function start(
  loaded: LoadedConfig,
  kinds: readonly ProviderKind[] = PROVIDER_KINDS,
): Promise<Gateway> {
  const lines: LogLine[] = [];
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(JSON.parse(chunk.toString()) as LogLine);
      done();
    },
  });
  const log = pino({ level: 'info' }, sink);
  const running = await startGridweave({ config: loaded, kinds, log, graphiql: false, greet: false });
  let open = true;
  const close = running.close.bind(running);
  running.close = async (graceMs) => {
    if (open) await close(graceMs);
    open = false;
  };
  onTestFinished(() => running.close(0));
  return {
    running,
    lines,
    ask: async (query) => {
      const response = await fetch(`${running.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query }),
      });
      return (await response.json()) as { data: unknown };
    },
    watch: async (filter = {}, after) => {
      const client = await WsClient.open(running.url);
      onTestFinished(() => client.ws.terminate());
      client.subscribe('w', WATCH, { filter, after: after ?? null });
      const watch = new Watch(client);
      if (after === undefined) await watch.until('END');
      return watch;
    },
  };
}

const WATCH = `subscription ($filter: JobFilter, $after: String) {
  jobEvents(filter: $filter, after: $after) {
    __typename
    ... on LiveMessage { cursor }
    ... on JobSnapshot { job { name provider { key } } }
    ... on JobChange { job { name provider { key } } }
    ... on JobTombstone { name }
    ... on Gap { reason providers }
  }
}`;

interface Message {
  readonly __typename: string;
  readonly cursor: string | null;
  readonly job?: { readonly name: string };
  readonly name?: string;
  readonly reason?: string;
  readonly providers?: readonly string[];
}

/** One subscriber over one WebSocket. */
export class Watch {
  readonly client: WsClient;
  #read = 0;

  constructor(client: WsClient) {
    this.client = client;
  }

  get messages(): Message[] {
    return this.client.nexts('w').map((data) => (data as { jobEvents: Message }).jobEvents);
  }

  get cursor(): string {
    return this.messages.findLast(({ cursor }) => cursor !== null)?.cursor ?? '';
  }

  /**
   * What was said since the last time this was asked: "GAP b", "SNAPSHOT name", "END", "CHANGE name", "GONE name". Bookmarks,
   * which come with time and nothing else, are left out.
   */
  story(): string[] {
    const fresh = this.messages.slice(this.#read).map(wordsOf);
    this.#read += fresh.length;
    return fresh.filter((words) => words !== 'Bookmark');
  }

  /** Everything up to these words, which it waits for. */
  async until(words: string): Promise<string[]> {
    await until(() => this.messages.slice(this.#read).map(wordsOf).includes(words), `"${words}"`);
    const all = this.messages.slice(this.#read).map(wordsOf);
    const told = all.slice(0, all.indexOf(words) + 1);
    this.#read += told.length;
    return told;
  }
}

function wordsOf({ __typename, job, name, reason, providers }: Message): string {
  switch (__typename) {
    case 'JobSnapshot':
      return `SNAPSHOT ${job?.name ?? ''}`;
    case 'SnapshotEnd':
      return 'END';
    case 'JobChange':
      return `CHANGE ${job?.name ?? ''}`;
    case 'JobTombstone':
      return `GONE ${name ?? ''}`;
    case 'Gap':
      return `GAP ${reason ?? ''} ${providers?.join(',') ?? ''}`;
    default:
      return __typename;
  }
}

/** A folder that is removed with the test. */
export async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'gridweave-reload-'));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}
