import { GridweaveError } from '../../model/errors.ts';
import type { ExecutionRecord, JobRecord } from '../../model/records.ts';
import type { Clock } from '../../model/time.ts';
import type { CallContext } from '../../upstream/types.ts';
import { RowError, RowReader, type Wire } from '../reading.ts';
import type { BacalhauApi } from './api.ts';
import { FinishedWork, type JobExecutions } from './finished.ts';
import { mapExecutions } from './map-execution.ts';
import { mapJob } from './map-job.ts';
import type { Observed } from './wire.ts';

/** A single job that was asked for by id. That it cannot be read is a failure then, not a dropped row. */
export function readJob(row: Wire, at: Observed): JobRecord {
  try {
    return mapJob(row, at);
  } catch (error) {
    if (!(error instanceof RowError)) throw error;
    throw new GridweaveError('PROVIDER_PROTOCOL', `Provider "${at.provider}" sent a job that cannot be read: ${error.message}.`, { provider: at.provider }); // prettier-ignore
  }
}

/**
 * Reads executions, which the API only has by job.
 *
 * "The executions of a job" are those of its latest version: they are what its state and its generation speak of, and
 * a service that is updated daily would otherwise grow by its whole past. Older ones are found by their own id.
 */
export class ExecutionReader {
  readonly #api: BacalhauApi;
  readonly #finished: FinishedWork;

  constructor(api: BacalhauApi, clock: Clock) {
    this.#api = api;
    this.#finished = new FinishedWork(clock);
  }

  /** A job's row went by. Cheap: call it with every one. */
  seen(job: JobRecord, ctx: CallContext): void {
    this.#finished.confirm(this.#api.fingerprint(ctx), job);
  }

  /** A job and its executions when they are known to be final; null when they must be asked for. */
  known(jobId: string, ctx: CallContext): JobExecutions | null {
    return this.#finished.get(this.#api.fingerprint(ctx), jobId);
  }

  /**
   * A job and its executions, in one call, or in none when they are known to be final. The job's own endpoint is asked
   * rather than that of its executions: its row says what kind of job this is, whether it ended, and that the answer
   * is about the asked id at all and not about a job of that name.
   */
  async ofJob(jobId: string, ctx: CallContext): Promise<JobExecutions> {
    const fingerprint = this.#api.fingerprint(ctx);
    const known = this.#finished.get(fingerprint, jobId);
    if (known !== null) return known;
    const answer = await this.#api.jobWithExecutions(jobId, ctx);
    const job = readJob(answer.value.job, answer);
    const reader = new RowReader();
    const { dialect, observedAt } = answer;
    const records = mapExecutions(answer.value.executions ?? [], { ...answer, job }, reader);
    const work: JobExecutions = { job, records, dialect, dropped: reader.dropped, observedAt };
    this.#finished.keep(fingerprint, work);
    return work;
  }

  /** The same with the executions of all versions of the job: a second call when there is more than one version. */
  async ofAllVersions(jobId: string, ctx: CallContext): Promise<JobExecutions> {
    return this.#withOlder(await this.ofJob(jobId, ctx), ctx);
  }

  /** A job and its executions, those of older versions included when the latest does not hold all of `keys`. */
  async holding(
    jobId: string,
    keys: readonly ExecutionRecord['key'][],
    ctx: CallContext,
  ): Promise<JobExecutions> {
    const latest = await this.ofJob(jobId, ctx);
    const found = new Set(latest.records.map((record) => record.key));
    return keys.every((key) => found.has(key)) ? latest : this.#withOlder(latest, ctx);
  }

  /** Executions of one job by key, of whatever version. */
  async byKey(
    jobId: string,
    keys: readonly ExecutionRecord['key'][],
    ctx: CallContext,
  ): Promise<ReadonlyMap<string, ExecutionRecord>> {
    const { records } = await this.holding(jobId, keys, ctx);
    return new Map(records.map((record) => [record.key, record]));
  }

  async #withOlder(latest: JobExecutions, ctx: CallContext): Promise<JobExecutions> {
    const { job } = latest;
    if (job.generation === 1) return latest;
    const answer = await this.#api.executionsOfAllVersions(job.key, ctx);
    const reader = new RowReader();
    return {
      ...latest,
      records: mapExecutions(answer.value, { ...answer, job }, reader),
      dropped: reader.dropped,
    };
  }
}
