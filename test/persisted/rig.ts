/** What the tests of persisted operations share: a whole gateway over the sandbox, with manifests in a folder of its own. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import type { LoadedConfig } from '../../src/config/config.ts';
import { loadConfig } from '../../src/config/load.ts';
import { documentHash } from '../../src/config/manifest.ts';
import { PROVIDER_KINDS } from '../../src/providers/kinds.ts';
import { startGridweave, type RunningGridweave } from '../../src/server/start.ts';

export const KEYS = 'query Keys { providers { key } }';
export const JOBS = 'query Jobs($first: Int = 1) { jobs(first: $first) { nodes { id } } }';
export const WATCH = 'subscription Watch { jobEvents { __typename } }';
export const CANCEL = 'mutation Cancel($id: ID!) { cancelJob(input: { id: $id }) { errors { __typename } } }';
export const OTHER = 'query Other { __typename }';

export const hashOf = documentHash;
export const idOf = (text: string): string => `sha256:${hashOf(text)}`;
/** As clients of Apollo and urql name a document. */
export const automatic = (text: string): object => ({
  persistedQuery: { version: 1, sha256Hash: hashOf(text) },
});

export const manifestOf = (...texts: string[]): string =>
  JSON.stringify(Object.fromEntries(texts.map((text) => [idOf(text), text])));

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly data?: unknown;
  readonly errors?: readonly { readonly message: string; readonly extensions: { readonly code: string } }[];
}

/** OK, or the code of the first error. */
export const outcome = ({ errors }: Answer): string => errors?.[0]?.extensions.code ?? 'OK';

export interface PersistedGateway {
  readonly running: RunningGridweave;
  readonly url: string;
  /** Lines of the log from WARN on. */
  readonly trouble: readonly string[];
  /** The configuration as it would be read now, with another section. */
  read(operations: object): LoadedConfig;
  write(manifest: string): Promise<void>;
  post(body: object | string, headers?: Record<string, string>): Promise<Answer>;
  get(parameters: Readonly<Record<string, string>>, headers?: Record<string, string>): Promise<Answer>;
  close(): Promise<void>;
}

/** Starts a gateway whose manifest, `documents.json`, holds these documents. */
export async function startPersisted(
  operations: object,
  texts: readonly string[] = [],
  sections: object = {},
): Promise<PersistedGateway> {
  const folder = await mkdtemp(join(tmpdir(), 'gridweave-persisted-'));
  const write = (manifest: string): Promise<void> => writeFile(join(folder, 'documents.json'), manifest);
  const read = (section: object): LoadedConfig =>
    loadConfig({
      text: JSON.stringify({ server: { port: 0 }, sandbox: {}, ...sections, operations: section }),
      path: join(folder, 'gridweave.yaml'),
      env: {},
      kinds: PROVIDER_KINDS,
    });
  const trouble: string[] = [];
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      trouble.push(chunk.toString());
      done();
    },
  });
  try {
    await write(manifestOf(...texts));
    const log = pino({ level: 'warn' }, sink);
    const running = await startGridweave({ config: read(operations), kinds: PROVIDER_KINDS, log, greet: false }); // prettier-ignore
    const address = `${running.url}/graphql`;
    return {
      running,
      url: running.url,
      trouble,
      read,
      write,
      post: async (body, headers = {}) =>
        answerOf(
          await fetch(address, {
            method: 'POST',
            headers: { 'content-type': 'application/json', ...headers },
            body: typeof body === 'string' ? body : JSON.stringify(body),
          }),
        ),
      get: async (parameters, headers = {}) =>
        answerOf(await fetch(`${address}?${String(new URLSearchParams(parameters))}`, { headers })),
      close: async () => {
        await running.close(0);
        await rm(folder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

async function answerOf(response: Response): Promise<Answer> {
  const body = (await response.json()) as Omit<Answer, 'status' | 'headers'>;
  return { ...body, status: response.status, headers: response.headers };
}
