import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { DetailedJob, ShownJob, Submitted } from './acting-documents.ts';
import { BacalhauNode, type NodeJob } from './bacalhau-node.ts';
import { startCuttingProxy, type CuttingProxy } from './cutting-proxy.ts';
import { API_KEY, LiveGateway, type JobWatch, type Submission } from './live-gateway.ts';
import { wasmProgram } from './wasm-program.ts';

/** How long the gateways wait for one answer, in milliseconds: what the proxy holds is held for so long. */
const TIMEOUT_MS = 4_000;
/** A read may be as old as `freshnessMs` lets it be, which is a second. */
const STALE_MS = 3_000;
const MAX_TRIES = 20;
const RUN_LABEL = 'live-run';
const CASE_LABEL = 'live-case';
/** Where the modules of all cases stand. */
export const PROGRAM = '/app/program.wasm';

/** One submission, with a key and a label of its own. */
export interface Case {
  readonly submission: Submission;
  /** Its jobs, as the orchestrator itself lists them. */
  jobs(): Promise<readonly NodeJob[]>;
}

/**
 * A gateway before a real orchestrator, with a proxy between them, and a reader of all that happens to the jobs of this
 * run. It submits some fifty small wasm jobs, which stay in the orchestrator's list once they have ended: Bacalhau
 * forgets no job.
 */
export class ActingRig {
  readonly run: string;
  readonly node: BacalhauNode;
  readonly proxy: CuttingProxy;
  readonly gateway: LiveGateway;
  readonly watch: JobWatch;
  readonly #directories: string[];
  #cases = 0;

  private constructor(
    parts: Pick<ActingRig, 'run' | 'node' | 'proxy' | 'gateway' | 'watch'>,
    directory: string,
  ) {
    this.run = parts.run;
    this.node = parts.node;
    this.proxy = parts.proxy;
    this.gateway = parts.gateway;
    this.watch = parts.watch;
    this.#directories = [directory];
  }

  static async start(target: string, seed: number): Promise<ActingRig> {
    const run = `r${String(seed)}-${Date.now().toString(36)}`;
    const node = new BacalhauNode(target, process.env[API_KEY]);
    const proxy = await startCuttingProxy(target);
    const directory = await newDirectory();
    const gateway = await LiveGateway.start({ upstream: proxy.url, directory, timeoutMs: TIMEOUT_MS });
    const watch = await gateway.watch(RUN_LABEL, run);
    return new ActingRig({ run, node, proxy, gateway, watch }, directory);
  }

  /** A directory for another gateway. */
  async directory(): Promise<string> {
    const directory = await newDirectory();
    this.#directories.push(directory);
    return directory;
  }

  /** Another gateway before the same orchestrator, which knows nothing but what is in its directory. */
  async another(directory?: string): Promise<LiveGateway> {
    const own = directory ?? (await this.directory());
    return LiveGateway.start({ upstream: this.proxy.url, directory: own, timeoutMs: TIMEOUT_MS });
  }

  /** A job that prints "hello", and goes on for so many seconds. `more`: fields of its specification. */
  newCase(seconds = 0, more: object = {}): Case {
    this.#cases += 1;
    const label = `${this.run}-${String(this.#cases)}`;
    const submission = {
      idempotencyKey: label,
      spec: {
        name: `Live case ${String(this.#cases)}`,
        inputs: [{ path: PROGRAM, source: { inline: wasmProgram('hello', seconds) } }],
        resources: { cpuMillis: 50, memoryBytes: 33_554_432 },
        executionTimeoutMs: 120_000,
        labels: [
          { key: RUN_LABEL, value: this.run },
          { key: CASE_LABEL, value: label },
        ],
        ...more,
      },
      extensions: { bacalhau: { wasm: { entryModulePath: PROGRAM } } },
    };
    return { submission, jobs: () => this.node.labelled(CASE_LABEL, label) };
  }

  async created(submission: Submission): Promise<ShownJob> {
    return jobOf(await this.gateway.submit(submission));
  }

  /** A job once its success was told, and is read. */
  async succeeded(id: string): Promise<DetailedJob> {
    await this.watch.sees(id, 'SUCCEEDED');
    for (const until = Date.now() + STALE_MS; ; await delay(100)) {
      const job = await this.gateway.job(id);
      if (job.status.state === 'SUCCEEDED') return job;
      if (Date.now() > until) throw new Error(`told to have succeeded, and read as ${job.status.state}`);
    }
  }

  /** Ends everything, the jobs of this run included. */
  async close(): Promise<void> {
    await this.watch.close();
    await this.gateway.close();
    await this.proxy.close();
    await this.node.stopAll(await this.node.labelled(RUN_LABEL, this.run));
    for (const directory of this.#directories) await rm(directory, { recursive: true });
  }
}

function newDirectory(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'gridweave-live-'));
}

/** The job of an answer that must have one. */
export function jobOf({ job, errors, outcome }: Pick<Submitted, 'job' | 'errors' | 'outcome'>): ShownJob {
  if (job === null) throw new Error(`no job: ${outcome} ${JSON.stringify(errors)}`);
  return job;
}

/** Repeats a submission until it is known what became of it, as a client of the gateway is to do. */
export async function settle(
  gateway: LiveGateway,
  submission: Submission,
  tell: (outcome: string) => void = () => {},
): Promise<ShownJob> {
  for (let tries = 1; ; tries += 1) {
    const answer = await gateway.submit(submission);
    tell(answer.replayed ? 'REPLAYED' : answer.outcome);
    if (answer.outcome === 'CREATED' || tries === MAX_TRIES) return jobOf(answer);
    if (answer.errors.some(({ retryable }) => !retryable)) return jobOf(answer);
    const [{ retryAfterMs } = { retryAfterMs: null }] = answer.errors;
    await delay(Math.min(retryAfterMs ?? 100, 2_000));
  }
}
