import { GridweaveError } from '../../model/errors.ts';
import type { ProviderKey } from '../../model/ids.ts';
import type { Clock, EpochMs } from '../../model/time.ts';
import { path } from '../../upstream/path.ts';
import type {
  CallContext,
  Upstream,
  UpstreamRequest,
  UpstreamResponse,
  UpstreamSocket,
} from '../../upstream/types.ts';
import { textOf, wireOf } from '../reading.ts';
import { complaintOf, failureOf, type Complaint } from './errors.ts';
import { spelledAsByGo } from './go-path.ts';
import { ServerVersion } from './server-version.ts';
import type { BacalhauSettings } from './settings.ts';
import { dialectOf, type Dialect } from './versions.ts';
import {
  BIG_INTEGERS,
  jobAnswerOf,
  jobsPageOf,
  rowsOf,
  type JobAnswer,
  type JobsPage,
  type Observed,
} from './wire.ts';

/** Failures that say nothing about the server. */
const OWN_FAULTS: ReadonlySet<string> = new Set(['CANCELLED', 'CALL_BUDGET_EXCEEDED']);

/** What an answer holds, and where and when it was read. */
export interface Answer<T> extends Observed {
  readonly value: T;
}

export interface JobsQuery {
  readonly orderBy: 'created_at' | 'modified_at';
  readonly reverse: boolean;
  readonly limit: number;
  /** The server reads order, direction and limit from the token, and the selection from the query. */
  readonly nextToken?: string | null;
  readonly namespace?: string | null;
  readonly labels?: string | null;
  readonly freshnessMs?: number;
}

/**
 * The calls this adapter makes: paths, parameters, and the envelope of each answer; rows stay untouched. Every answer
 * with another status than 2xx is thrown as a typed error.
 */
export class BacalhauApi {
  readonly provider: ProviderKey;
  readonly #upstream: Upstream;
  readonly #clock: Clock;
  readonly #version: ServerVersion;
  #asking: Promise<string | null> | null = null;

  constructor(upstream: Upstream, clock: Clock, settings: BacalhauSettings) {
    this.provider = upstream.provider;
    this.#upstream = upstream;
    this.#clock = clock;
    this.#version = new ServerVersion(settings.assumeVersion);
  }

  /** The server's version as it spells it; null before its first answer. */
  get version(): string | null {
    return this.#version.told;
  }

  /** The version to act by; null while nothing tells it. */
  get actingVersion(): string | null {
    return this.#version.current;
  }

  /** Whether the server was another version earlier in this process. */
  get versionChanged(): boolean {
    return this.#version.hasChanged;
  }

  fingerprint(ctx: CallContext): string {
    return this.#upstream.fingerprint(ctx);
  }

  async jobs(query: JobsQuery, ctx: CallContext): Promise<Answer<JobsPage>> {
    const response = await this.#get(
      {
        path: path`/api/v1/orchestrator/jobs`,
        query: {
          order_by: query.orderBy,
          reverse: query.reverse,
          limit: query.limit,
          next_token: query.nextToken ?? null,
          namespace: query.namespace ?? null,
          labels: query.labels ?? null,
        },
        bigIntegers: BIG_INTEGERS,
        ...(query.freshnessMs === undefined ? {} : { freshnessMs: query.freshnessMs }),
      },
      ctx,
    );
    return this.#answer(response, jobsPageOf(response.body, this.provider));
  }

  /** One job, by id: what the server finds by name or prefix instead is not it, and reads as NOT_FOUND. */
  async job(
    id: string,
    ctx: CallContext,
    options: Pick<UpstreamRequest, 'freshnessMs'> = {},
  ): Promise<Answer<JobAnswer>> {
    const response = await this.#get(
      {
        path: spelledAsByGo(path`/api/v1/orchestrator/jobs/${id}`),
        bigIntegers: BIG_INTEGERS,
        ...options,
      },
      ctx,
    );
    return this.#answer(response, this.#exactly(id, response));
  }

  /**
   * The job that has this name in a namespace, as it is now; NOT_FOUND when none has. Before 1.8 no job is found by its
   * name.
   */
  async jobNamed(name: string, namespace: string, ctx: CallContext): Promise<Answer<JobAnswer>> {
    const response = await this.#get(
      {
        path: spelledAsByGo(path`/api/v1/orchestrator/jobs/${name}`),
        query: { namespace },
        bigIntegers: BIG_INTEGERS,
        freshnessMs: 0,
      },
      ctx,
    );
    const answer = jobAnswerOf(response.body, this.provider);
    // An id, or the beginning of one, is found in the same place.
    if (answer.job['Name'] !== name || answer.job['Namespace'] !== namespace) throw this.notFound('job');
    return this.#answer(response, answer);
  }

  /**
   * A call that changes something: sent once, and answered with whatever the server says. `isRefusal`: which of its 500s
   * are refusals, and no fault.
   */
  async write(
    request: Omit<UpstreamRequest, 'readOnly' | 'refusesWithFault'>,
    isRefusal: (complaint: Complaint) => boolean,
    ctx: CallContext,
  ): Promise<UpstreamResponse> {
    const refusesWithFault = (text: string) => isRefusal(complaintOf(text));
    const response = await this.#upstream.send({ ...request, readOnly: false, refusesWithFault }, ctx);
    this.#version.learn(response.headers);
    return response;
  }

  /** One job with the executions of its latest version, in one call. */
  async jobWithExecutions(id: string, ctx: CallContext): Promise<Answer<JobAnswer> & { dialect: Dialect }> {
    const response = await this.#get(
      {
        path: spelledAsByGo(path`/api/v1/orchestrator/jobs/${id}`),
        query: { include: 'executions' },
        bigIntegers: BIG_INTEGERS,
      },
      ctx,
    );
    const answer = this.#answer(response, this.#exactly(id, response));
    return { ...answer, dialect: await this.#dialect(response, ctx) };
  }

  /**
   * The executions of all versions of a job. No namespace is sent: here it would filter, and "*" would match none.
   * Before 1.8 there are no versions, and `all_job_versions` is ignored.
   */
  async executionsOfAllVersions(
    jobId: string,
    ctx: CallContext,
  ): Promise<Answer<readonly unknown[]> & { dialect: Dialect }> {
    const response = await this.#get(
      {
        path: spelledAsByGo(path`/api/v1/orchestrator/jobs/${jobId}/executions`),
        query: { all_job_versions: true },
        bigIntegers: BIG_INTEGERS,
      },
      ctx,
    );
    const answer = this.#answer(response, rowsOf(response.body, 'Items', this.provider));
    return { ...answer, dialect: await this.#dialect(response, ctx) };
  }

  async nodes(
    ctx: CallContext,
    options: { limit?: number; freshnessMs?: number } = {},
  ): Promise<Answer<readonly unknown[]>> {
    const { limit, freshnessMs } = options;
    const response = await this.#get(
      {
        path: path`/api/v1/orchestrator/nodes`,
        query: { limit },
        ...(freshnessMs === undefined ? {} : { freshnessMs }),
      },
      ctx,
    );
    return this.#answer(response, rowsOf(response.body, 'Nodes', this.provider));
  }

  /** `GitVersion` of the agent; null when the answer holds none. Open to every caller. */
  async agentVersion(ctx: CallContext): Promise<string | null> {
    const response = await this.#get({ path: path`/api/v1/agent/version`, freshnessMs: 0 }, ctx);
    const version = textOf(wireOf(response.body)['GitVersion']);
    return this.#version.asked(version, this.#clock.now());
  }

  async alive(ctx: CallContext): Promise<void> {
    await this.#get({ path: path`/api/v1/agent/alive`, freshnessMs: 0 }, ctx);
  }

  /** The log of one execution so far. Whatever is wrong with it arrives as a frame, after the upgrade. */
  openLog(jobId: string, executionId: string, ctx: CallContext): Promise<UpstreamSocket> {
    return this.#upstream.openSocket(
      {
        path: spelledAsByGo(path`/api/v1/orchestrator/jobs/${jobId}/logs`),
        query: { execution_id: executionId, follow: false },
      },
      ctx,
    );
  }

  #exactly(id: string, response: UpstreamResponse): JobAnswer {
    const answer = jobAnswerOf(response.body, this.provider);
    if (answer.job['ID'] === id) return answer;
    throw this.notFound('job');
  }

  notFound(what: string): GridweaveError {
    return new GridweaveError('NOT_FOUND', `Provider "${this.provider}" has no ${what} with this id.`, {
      provider: this.provider,
    });
  }

  #answer<T>(response: UpstreamResponse, value: T): Answer<T> {
    return { value, provider: this.provider, observedAt: response.receivedAt };
  }

  async #get(request: Omit<UpstreamRequest, 'method'>, ctx: CallContext): Promise<UpstreamResponse> {
    const response = await this.#upstream.send({ method: 'GET', ...request }, ctx);
    this.#version.learn(response.headers);
    if (response.status < 200 || response.status > 299) throw failureOf(response, this.provider);
    return response;
  }

  /** How to read the executions of an answer: by the version it tells itself, else by asking for it, at most now and then. */
  async #dialect(response: UpstreamResponse, ctx: CallContext): Promise<Dialect> {
    const told = this.#version.learn(response.headers);
    return dialectOf(told ?? (await this.#untoldVersion(response.receivedAt, ctx)));
  }

  async #untoldVersion(receivedAt: EpochMs, ctx: CallContext): Promise<string | null> {
    const now = Math.max(this.#clock.now(), receivedAt);
    const believed = this.#version.believed(now);
    if (believed !== null || !this.#version.shouldAsk(now)) return believed;
    // Executions of many jobs arrive at once: one question answers for all.
    this.#asking ??= this.#askVersion(now, ctx).finally(() => {
      this.#asking = null;
    });
    return this.#asking;
  }

  async #askVersion(now: number, ctx: CallContext): Promise<string | null> {
    try {
      return await this.agentVersion(ctx);
    } catch (error) {
      // Most of the answer can be read without it; what cannot will be UNKNOWN.
      const ownFault = error instanceof GridweaveError && OWN_FAULTS.has(error.code);
      return ownFault ? this.#version.told : this.#version.asked(null, now);
    }
  }
}
