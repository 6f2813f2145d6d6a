import { GridweaveError } from '../../model/errors.ts';
import type { NativeKey } from '../../model/ids.ts';
import type { ComputeNodeRecord, ExecutionRecord, JobRecord, TaskRecord } from '../../model/records.ts';
import type { CallContext } from '../../upstream/types.ts';
import type { Found } from '../provider.ts';
import { RowReader } from '../reading.ts';
import type { BacalhauApi } from './api.ts';
import { readJob, type ExecutionReader } from './executions.ts';
import { isId, jobIdOfTask, parseChildKey } from './keys.ts';
import { mapJob } from './map-job.ts';
import { mapNode } from './map-node.ts';
import { inParallel } from './parallel.ts';

/**
 * The API has no batch lookup. From this many jobs on, one call for the newest jobs is tried first: many jobs asked
 * for at once are nearly always the owners of rows that were just listed. What is not among them is asked one by one.
 */
const LIST_FIRST_FROM = 5;
const LIST_FIRST_ROWS = 200;

export type Outcome<T> = T | GridweaveError;

/** Runs a call whose failure is an answer about its keys; anything that is no typed error is a fault of ours. */
export async function outcome<T>(call: () => Promise<T>): Promise<Outcome<T>> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof GridweaveError) return error;
    throw error;
  }
}

/** Sorts outcomes by key into what was found and what is missing. */
export function foundOf<T>(entries: Iterable<readonly [NativeKey, Outcome<T>]>): Found<T> {
  const found = new Map<NativeKey, T>();
  const missing = new Map<NativeKey, GridweaveError>();
  for (const [key, value] of entries) {
    if (value instanceof GridweaveError) missing.set(key, value);
    else found.set(key, value);
  }
  return { found, missing };
}

/** Looks single objects up. */
export class Lookup {
  readonly #api: BacalhauApi;
  readonly #executions: ExecutionReader;

  constructor(api: BacalhauApi, executions: ExecutionReader) {
    this.#api = api;
    this.#executions = executions;
  }

  async jobs(keys: readonly NativeKey[], ctx: CallContext): Promise<Found<JobRecord>> {
    const jobs = await this.#jobsById(
      keys.filter((key) => isId(key)),
      ctx,
    );
    return foundOf(keys.map((key) => [key, jobs.get(key) ?? this.#api.notFound('job')]));
  }

  async tasks(keys: readonly NativeKey[], ctx: CallContext): Promise<Found<TaskRecord>> {
    const jobIds = keys.map((key) => jobIdOfTask(key));
    const jobs = await this.#jobsById(
      jobIds.filter((id) => id !== null),
      ctx,
    );
    return foundOf(
      keys.map((key, i) => {
        const job = jobs.get(jobIds[i] ?? '');
        if (job instanceof GridweaveError) return [key, job];
        return [key, job?.tasks?.[0] ?? this.#api.notFound('task')];
      }),
    );
  }

  async executions(keys: readonly NativeKey[], ctx: CallContext): Promise<Found<ExecutionRecord>> {
    const byJob = new Map<string, NativeKey[]>();
    for (const key of keys) {
      const jobId = parseChildKey(key)?.jobId;
      if (jobId !== undefined) byJob.set(jobId, [...(byJob.get(jobId) ?? []), key]);
    }
    const found = new Map<string, Outcome<ExecutionRecord>>();
    await inParallel([...byJob], async ([jobId, own]) => {
      const records = await outcome(() => this.#executions.byKey(jobId, own, ctx));
      for (const key of own) {
        const record = records instanceof GridweaveError ? records : records.get(key);
        if (record !== undefined) found.set(key, record);
      }
    });
    return foundOf(keys.map((key) => [key, found.get(key) ?? this.#api.notFound('execution')]));
  }

  /** One call for all: asking for a single node would match by prefix, and fail where its id begins another's. */
  async nodes(keys: readonly NativeKey[], ctx: CallContext): Promise<Found<ComputeNodeRecord>> {
    if (keys.length === 0) return foundOf<ComputeNodeRecord>([]);
    const answer = await outcome(() => this.#api.nodes(ctx));
    if (answer instanceof GridweaveError) return foundOf<ComputeNodeRecord>(keys.map((key) => [key, answer]));
    const records = new RowReader().read(answer.value, (row) => mapNode(row, answer));
    const byId = new Map(records.map((record) => [record.key, record]));
    return foundOf(keys.map((key) => [key, byId.get(key) ?? this.#api.notFound('node')]));
  }

  async #jobsById(ids: readonly string[], ctx: CallContext): Promise<Map<string, Outcome<JobRecord>>> {
    const wanted = [...new Set(ids)];
    const jobs = new Map<string, Outcome<JobRecord>>();
    if (wanted.length >= LIST_FIRST_FROM) {
      for (const job of await this.#newestJobs(ctx)) if (wanted.includes(job.key)) jobs.set(job.key, job);
    }
    await inParallel(
      wanted.filter((id) => !jobs.has(id)),
      async (id) => jobs.set(id, await outcome(() => this.#job(id, ctx))),
    );
    for (const job of jobs.values()) if (!(job instanceof GridweaveError)) this.#executions.seen(job, ctx);
    return jobs;
  }

  async #job(id: string, ctx: CallContext): Promise<JobRecord> {
    const answer = await this.#api.job(id, ctx);
    return readJob(answer.value.job, answer);
  }

  /** Only a short cut: when it fails, the jobs are asked for one by one, and each says why it cannot be had. */
  async #newestJobs(ctx: CallContext): Promise<JobRecord[]> {
    const answer = await outcome(() =>
      this.#api.jobs({ orderBy: 'created_at', reverse: true, limit: LIST_FIRST_ROWS }, ctx),
    );
    if (answer instanceof GridweaveError) return [];
    return new RowReader().read(answer.value.rows, (row) => mapJob(row, answer));
  }
}
