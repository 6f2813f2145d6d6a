import type { ProviderKey } from '../../src/model/ids.ts';
import { epochMs, type Clock } from '../../src/model/time.ts';
import type {
  CallContext,
  Upstream,
  UpstreamHealth,
  UpstreamRequest,
  UpstreamResponse,
  UpstreamSocket,
} from '../../src/upstream/types.ts';

/** A member of the wire, as the client hands it on: integers beyond 2^53 are decimal texts. */
export type Row = Readonly<Record<string, unknown>>;

export interface FakeJob {
  id: string;
  /** Unix nanoseconds. */
  created: bigint;
  modified?: bigint;
  namespace?: string;
  name?: string;
  type?: string;
  state?: string;
  version?: number;
  revision?: number;
  labels?: Record<string, string>;
  /** Default docker. */
  engine?: string;
  executions?: Row[];
}

export const NOW = epochMs(1_770_000_000_000);
export const fixedClock: Clock = { now: () => NOW };

export function nanos(ms: number, rest = 0): bigint {
  return BigInt(ms) * 1_000_000n + BigInt(rest);
}

export function jobRow(job: FakeJob): Row {
  return {
    ID: job.id,
    Name: job.name ?? job.id,
    Namespace: job.namespace ?? 'default',
    Type: job.type ?? 'batch',
    Priority: 0,
    Count: 1,
    Labels: job.labels ?? {},
    Tasks: [{ Name: 'main', Engine: { Type: job.engine ?? 'docker', Params: { Image: 'alpine' } } }],
    State: { StateType: job.state ?? 'Running' },
    Version: job.version ?? 1,
    Revision: job.revision ?? 1,
    CreateTime: job.created.toString(),
    ModifyTime: (job.modified ?? job.created).toString(),
  };
}

export function executionRow(id: string, jobId: string, created: bigint, members: Row = {}): Row {
  return {
    ID: id,
    JobID: jobId,
    NodeID: 'n-1',
    JobVersion: 1,
    DesiredState: { StateType: 1 },
    ComputeState: { StateType: 5 },
    PublishedResult: { Type: '' },
    RunOutput: {
      Stdout: '',
      StdoutTruncated: false,
      stderr: '',
      StderrTruncated: false,
      ExitCode: 0,
      ErrorMsg: '',
    },
    Revision: 1,
    CreateTime: created.toString(),
    ModifyTime: created.toString(),
    ...members,
  };
}

/** A call context with a budget that counts. */
export function callContext(limit = 1000, deadlineAt = NOW + 5000): CallContext {
  let spent = 0;
  return {
    signal: new AbortController().signal,
    deadlineAt: epochMs(deadlineAt),
    budget: {
      take: () => {
        spent += 1;
      },
      get spent() {
        return spent;
      },
      limit,
    },
  };
}

const HEALTH: UpstreamHealth = {
  breaker: 'CLOSED',
  retryAt: null,
  lastSuccessAt: null,
  lastFailureAt: null,
  latencyMs: null,
};

/**
 * The read side of an orchestrator in memory: offset paging over a list whose ties have no fixed order, names and
 * prefixes that resolve, and the errors of its versions. Written for the adapter's tests alone, without sockets.
 */
export class FakeBacalhau implements Upstream {
  readonly provider = 'lab' as ProviderKey;
  readonly health = HEALTH;
  version: string | null = 'v1.9.3';
  /** Whether answers carry the version header. */
  tellsVersion = true;
  jobs: FakeJob[] = [];
  nodes: Row[] = [];
  /** Answers that replace the next ones of a route: "GET /api/v1/orchestrator/jobs/{}". */
  readonly failures = new Map<string, { status: number; body: string }>();
  readonly calls: UpstreamRequest[] = [];
  messages: (string | Error)[] = [];
  /** The socket stays open after its last message. */
  hangs = false;
  /** Ends every socket that stays open, from the server's side. */
  readonly ends = new Set<(message: string | null) => void>();
  #shuffle = 0;

  fingerprint(): string {
    return 'nobody';
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  get routes(): string[] {
    return this.calls.map((call) => call.path.route);
  }

  send(request: UpstreamRequest, ctx: CallContext): Promise<UpstreamResponse> {
    ctx.budget.take();
    this.calls.push(request);
    const failure = this.failures.get(request.path.route);
    if (failure !== undefined) return Promise.resolve(this.#respond(failure.status, failure.body));
    return Promise.resolve(this.#route(request));
  }

  openSocket(request: Pick<UpstreamRequest, 'path' | 'query'>): Promise<UpstreamSocket> {
    this.calls.push({ method: 'GET', ...request });
    const messages = [...this.messages];
    const { hangs } = this;
    const { ends } = this;
    let end = (_message: string | null) => {};
    const ended = new Promise<string | null>((resolve) => {
      end = (message) => {
        ends.delete(end);
        resolve(message);
      };
    });
    if (hangs) ends.add(end);
    async function* read(): AsyncGenerator<string> {
      for (const message of messages) {
        if (message instanceof Error) throw message;
        yield await Promise.resolve(message);
      }
      const last = hangs ? await ended : null;
      if (last !== null) yield last;
    }
    return Promise.resolve({ messages: read(), close: () => end(null) });
  }

  #respond(status: number, body: unknown): UpstreamResponse {
    const headers: Record<string, string> =
      this.tellsVersion && this.version !== null ? { 'x-bacalhau-git-version': this.version } : {};
    return { status, headers, body, receivedAt: NOW };
  }

  #route({ path, query = {} }: UpstreamRequest): UpstreamResponse {
    const [, , , group, kind, id = '', sub] = path.path.split('/').map((part) => decodeURIComponent(part));
    if (group === 'agent' && kind === 'alive') return this.#respond(200, { Status: 'OK' });
    if (group === 'agent') return this.#respond(200, { GitVersion: this.version });
    if (kind === 'nodes') return this.#respond(200, { NextToken: '', Nodes: this.nodes });
    if (id === '') return this.#list(query);
    const job = this.#resolve(id);
    if (typeof job === 'string') {
      return this.#respond(
        job === 'NotFound' ? 404 : 500,
        JSON.stringify({ Status: 404, Message: `job not found: ${id}`, Code: job, Component: 'JobStore' }),
      );
    }
    const all = job.executions ?? [];
    const latest = all.filter((row) => Number(row['JobVersion'] ?? 0) === (job.version ?? 1));
    if (sub === 'executions') return this.#respond(200, { NextToken: '', Items: all });
    const include = query['include'] === 'executions' ? { Executions: { NextToken: '', Items: latest } } : {};
    return this.#respond(200, { Job: jobRow(job), ...include });
  }

  #resolve(id: string): FakeJob | string {
    const exact = this.jobs.find((job) => job.name === id) ?? this.jobs.find((job) => job.id === id);
    if (exact !== undefined) return exact;
    const [only, ...others] = this.jobs.filter((job) => job.id.startsWith(id));
    if (only === undefined) return 'NotFound';
    return others.length === 0 ? only : 'MultipleJobsFound';
  }

  #list(query: NonNullable<UpstreamRequest['query']>): UpstreamResponse {
    const token = typeof query['next_token'] === 'string' ? query['next_token'].split(':') : null;
    if (token !== null && token.length !== 4)
      return this.#respond(400, JSON.stringify({ Message: 'bad token' }));
    const by = token?.[0] ?? String(query['order_by']);
    const reverse = token === null ? query['reverse'] === true : token[1] === 'Y';
    const limit = Number(token?.[2] ?? query['limit']);
    const offset = Number(token?.[3] ?? 0);
    const keyOf = (job: FakeJob) => (by === 'modified_at' ? (job.modified ?? job.created) : job.created);
    const selected = this.jobs.filter(
      (job) =>
        (query['namespace'] === null || (job.namespace ?? 'default') === query['namespace']) &&
        (query['labels'] === null || matches(job.labels ?? {}, String(query['labels']))),
    );
    // The server collects jobs from a hash map: what is equal comes in another order each time.
    this.#shuffle += 1;
    const noise = (job: FakeJob) =>
      (job.id.length * 31 + job.id.charCodeAt(job.id.length - 1) * this.#shuffle) % 7;
    const sorted = selected.sort((a, b) => {
      const [x, y] = [keyOf(a), keyOf(b)];
      if (x === y) return noise(a) - noise(b);
      return x < y === reverse ? 1 : -1;
    });
    const page = sorted.slice(offset, offset + limit);
    const more = sorted.length - offset > limit;
    return this.#respond(200, {
      NextToken: more ? [by, reverse ? 'Y' : 'N', limit, offset + limit].join(':') : '',
      Items: page.map((job) => jobRow(job)),
    });
  }
}

/** `k=v`, `k in (a,b)` and `k`, joined by commas. */
function matches(labels: Record<string, string>, selector: string): boolean {
  return selector.split(/,(?![^(]*\))/).every((term) => {
    const among = /^(\S+) in \((.*)\)$/.exec(term);
    if (among !== null) return (among[2] ?? '').split(',').includes(labels[among[1] ?? ''] ?? '\0');
    const [key = '', value] = term.split('=');
    return value === undefined ? key in labels : labels[key] === value;
  });
}
