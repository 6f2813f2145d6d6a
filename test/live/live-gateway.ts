import { createClient } from 'graphql-ws';
import { pino } from 'pino';
import { WebSocket } from 'ws';
import { loadConfig } from '../../src/config/load.ts';
import { PROVIDER_KINDS } from '../../src/providers/kinds.ts';
import { startGridweave, type RunningGridweave } from '../../src/server/start.ts';
import {
  CANCEL,
  JOB,
  SUBMIT,
  WATCH,
  type Cancelled,
  type DetailedJob,
  type JobMessage,
  type Submitted,
} from './acting-documents.ts';

/** The key of the provider in the configuration of every gateway here. */
export const PROVIDER = 'real';
export const API_KEY = 'GRIDWEAVE_LIVE_BACALHAU_API_KEY';

export interface LiveGatewayOptions {
  /** Where it reaches the orchestrator. */
  readonly upstream: string;
  /** Where it keeps what it knows. */
  readonly directory: string;
  /** How long it waits for one answer, in milliseconds. */
  readonly timeoutMs: number;
}

/** An input of `submitJob`, as a client writes it. */
export interface Submission {
  readonly idempotencyKey: string;
  readonly spec: Readonly<Record<string, unknown>>;
  readonly extensions?: object;
}

/** A whole gateway, started from the text of a configuration as `gridweave serve` starts one, and asked over HTTP. */
export class LiveGateway {
  readonly #running: RunningGridweave;

  private constructor(running: RunningGridweave) {
    this.#running = running;
  }

  static async start({ upstream, directory, timeoutMs }: LiveGatewayOptions): Promise<LiveGateway> {
    const apiKey = process.env[API_KEY];
    const credential = apiKey === undefined ? '' : `credential: { apiKey: { env: ${API_KEY} } }`;
    const text = `
server: { host: 127.0.0.1, port: 0 }
data: { directory: ${JSON.stringify(directory)} }
live: { hotMs: 250, warmMs: 500 }
providers:
  - key: ${PROVIDER}
    kind: bacalhau
    url: ${upstream}
    timeoutMs: ${String(timeoutMs)}
    ${credential}
`;
    const config = loadConfig({ text, env: { [API_KEY]: apiKey }, kinds: PROVIDER_KINDS });
    const log = pino({ level: 'silent' });
    return new LiveGateway(await startGridweave({ config, kinds: PROVIDER_KINDS, log, graphiql: false }));
  }

  /** The `answer` of an operation that must have no errors. */
  async ask<Answer>(query: string, variables: object): Promise<Answer> {
    const response = await fetch(`${this.#running.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables }),
    });
    const body = (await response.json()) as { data?: { answer: Answer } | null; errors?: unknown };
    if (body.errors !== undefined || body.data == null) throw new Error(JSON.stringify(body.errors));
    return body.data.answer;
  }

  submit(input: Submission): Promise<Submitted> {
    return this.ask(SUBMIT, { input: { provider: PROVIDER, ...input } });
  }

  cancel(id: string, reason?: string): Promise<Cancelled> {
    return this.ask(CANCEL, { input: { id, reason } });
  }

  job(id: string): Promise<DetailedJob> {
    return this.ask(JOB, { id });
  }

  /** Watches the jobs with this label. */
  watch(key: string, value: string): Promise<JobWatch> {
    return JobWatch.open(this.#running.url, { labels: [{ key, values: [value] }] });
  }

  close(graceMs = 2_000): Promise<void> {
    return this.#running.close(graceMs);
  }
}

/** Everything that `jobEvents` told, over a WebSocket of graphql-ws' own client. */
export class JobWatch {
  readonly messages: JobMessage[] = [];
  readonly #waiting = new Set<() => void>();
  #failure: unknown = null;
  #stop: () => Promise<void> = () => Promise.resolve();

  /** Resolves when all that is there was told. */
  static async open(url: string, filter: object): Promise<JobWatch> {
    const watch = new JobWatch();
    const client = createClient({ url: `${url.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket, retryAttempts: 0 }); // prettier-ignore
    const unsubscribe = client.subscribe<{ jobEvents: JobMessage }>(
      { query: WATCH, variables: { filter } },
      {
        next: ({ data, errors }) => {
          if (data == null) watch.#fail(errors);
          else watch.#take(data.jobEvents);
        },
        error: (error) => watch.#fail(error),
        complete: () => watch.#fail(new Error('the subscription ended')),
      },
    );
    watch.#stop = async () => {
      watch.#failure ??= new Error('the watch was closed');
      unsubscribe();
      await client.dispose();
    };
    await watch.until((seen) => seen.find(({ __typename }) => __typename === 'SnapshotEnd'), 'the snapshot');
    return watch;
  }

  /** The messages about one job, oldest first. */
  of(id: string): readonly JobMessage[] {
    return this.messages.filter(({ job }) => job?.id === id);
  }

  /** Waits until a job was told to be in a state. */
  sees(id: string, state: string, generation = 1, timeoutMs = 30_000): Promise<JobMessage> {
    const wanted = ({ job }: JobMessage): boolean =>
      job?.id === id && job.status.state === state && job.generation === generation;
    return this.until((seen) => seen.find(wanted), `${state} of generation ${String(generation)}`, timeoutMs);
  }

  until<T>(
    look: (seen: readonly JobMessage[]) => T | undefined,
    what: string,
    timeoutMs = 30_000,
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      const check = (): void => {
        const found = look(this.messages);
        if (found === undefined && this.#failure === null) return;
        this.#waiting.delete(check);
        clearTimeout(timer);
        if (found === undefined)
          reject(new Error(`while waiting for ${what}: ${JSON.stringify(this.#failure)}`));
        else resolve(found);
      };
      const timer = setTimeout(() => {
        this.#waiting.delete(check);
        reject(new Error(`waited in vain for ${what}: ${JSON.stringify(this.messages.slice(-5))}`));
      }, timeoutMs);
      this.#waiting.add(check);
      check();
    });
  }

  close(): Promise<void> {
    return this.#stop();
  }

  #take(message: JobMessage): void {
    this.messages.push(message);
    for (const check of this.#waiting) check();
  }

  #fail(failure: unknown): void {
    this.#failure ??= failure;
    for (const check of this.#waiting) check();
  }
}
