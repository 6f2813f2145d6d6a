import { GridweaveError } from '../../model/errors.ts';
import type { Direction, OrderKey } from '../../model/order.ts';
import type { ExecutionRecord, JobRecord } from '../../model/records.ts';
import { isTerminal } from '../../model/state.ts';
import { epochMs, type EpochMs } from '../../model/time.ts';
import type { CallContext } from '../../upstream/types.ts';
import type { DroppedRows, FilterName, ListFilter, ListPage, ListQuery, ListRow } from '../provider.ts';
import type { BacalhauApi } from './api.ts';
import type { ExecutionReader } from './executions.ts';
import type { JobExecutions } from './finished.ts';
import {
  invalidPosition,
  parsePosition,
  positionFromJson,
  positionToJson,
  START,
  type JobPosition,
} from './job-position.ts';
import { readJobs, type JobRow } from './job-walk.ts';
import { inParallel } from './parallel.ts';

/** Jobs asked for their executions at most by one list: every one costs a call. */
const MAX_JOBS = 50;
/** Jobs read when a filter may leave most of them out, which costs nothing more. */
const FILTERED_JOBS = 200;
const AT_ONCE = 8;

/** Where a walk stands: before or after a job, or (`within`) after one execution of the job that comes next. */
interface Position {
  readonly job: JobPosition;
  readonly within: readonly [jobId: string, createdAt: number, key: string] | null;
}

function encode({ job, within }: Position): string {
  return JSON.stringify([positionToJson(job), within]);
}

function decode(after: string | null): Position {
  if (after === null) return { job: START, within: null };
  const json = parsePosition(after);
  if (!Array.isArray(json) || json.length !== 2) throw invalidPosition();
  const [job, within] = json as unknown[];
  if (within === null) return { job: positionFromJson(job), within };
  if (!Array.isArray(within) || within.length !== 3) throw invalidPosition();
  const [jobId, createdAt, key] = within as unknown[];
  if (typeof jobId !== 'string' || typeof createdAt !== 'number' || typeof key !== 'string')
    throw invalidPosition();
  return { job: positionFromJson(job), within: [jobId, createdAt, key] };
}

/**
 * Executions in the order of their jobs, and within a job by their own creation in the same direction. The API has no
 * such list: it is made of the job list and one call per job, which is why filters that leave a job out are applied
 * before that job is asked for its executions.
 */
export async function listExecutions(
  api: BacalhauApi,
  executions: ExecutionReader,
  query: ListQuery,
  ctx: CallContext,
): Promise<ListPage<'execution'>> {
  const { filter } = query;
  const { direction } = query.order;
  const start = decode(query.after);
  const filtered = Object.values(filter).some((value) => value !== undefined);
  const limit = filtered ? FILTERED_JOBS : Math.min(query.limit, MAX_JOBS);
  const jobs = await readJobs(api, { after: start.job, limit, filter, direction }, ctx);
  for (const job of jobs.rows) executions.seen(job.record, ctx);

  const page = new PageOfExecutions(direction, start, jobs.dropped, jobs.observedAt);
  const wanted = jobs.rows.filter((row) => mayHold(row.record, filter));
  let complete = true;
  for (let i = 0; i < wanted.length && complete; i += AT_ONCE) {
    const chunk = wanted.slice(i, i + AT_ONCE);
    const works = await inParallel(chunk, (row) => read(executions, row, ctx), AT_ONCE);
    for (const [at, row] of chunk.entries()) {
      const work = works[at] ?? null;
      if (work instanceof GridweaveError) {
        // What was read so far is an answer; the next page begins with the job that failed.
        if (page.rows.length === 0) throw work;
        page.stopBefore(row);
        complete = false;
        break;
      }
      if (work !== null) page.add(row, work);
    }
    const next = wanted[i + AT_ONCE];
    const enough = page.rows.length >= query.limit || i + AT_ONCE >= MAX_JOBS;
    if (complete && next !== undefined && enough) {
      page.stopBefore(next);
      complete = false;
    }
  }
  if (complete && jobs.end !== START) page.end = { job: jobs.end, within: null };
  return {
    rows: page.rows,
    endPosition: page.end.job === START ? null : encode(page.end),
    hasMore: !complete || jobs.hasMore,
    pushedDown: (['projects', 'labels', 'jobKinds'] satisfies FilterName[]).filter(
      (name) => filter[name] !== undefined,
    ),
    dropped: page.dropped,
    observedAt: page.observedAt,
    notes: [],
  };
}

/** A job that was removed between the two calls has no executions; any other failure is for the caller to weigh. */
async function read(
  executions: ExecutionReader,
  row: JobRow,
  ctx: CallContext,
): Promise<JobExecutions | GridweaveError | null> {
  try {
    return await executions.ofJob(row.id, ctx);
  } catch (error) {
    if (!(error instanceof GridweaveError) || error.code === 'CANCELLED') throw error;
    return error.code === 'NOT_FOUND' ? null : error;
  }
}

/** Whether a job can hold an execution that passes: its executions live within its own span of time. */
function mayHold(job: JobRecord, filter: ListFilter): boolean {
  const { projects, labels, jobKinds, states, createdFrom, createdBefore } = filter;
  if (projects !== undefined && (job.projectKey === null || !projects.includes(job.projectKey))) return false;
  if (jobKinds !== undefined && !jobKinds.includes(job.jobKind)) return false;
  const hasLabels = (labels ?? []).every(({ key, values }) =>
    job.labels.some(
      (label) => label.key === key && (values === undefined || values.includes(label.value ?? '')),
    ),
  );
  if (!hasLabels) return false;
  if (createdBefore !== undefined && job.createdAt >= createdBefore) return false;
  if (createdFrom !== undefined && job.endedAt !== null && job.endedAt < createdFrom) return false;
  // Executions of an ended job are ended, or about to be: CANCELLING, or not known.
  const onlyLive = states?.every(
    (state) => !isTerminal(state) && state !== 'CANCELLING' && state !== 'UNKNOWN',
  );
  return !(onlyLive === true && isTerminal(job.status.state));
}

/** Gathers rows and the position that goes with each. */
class PageOfExecutions {
  readonly rows: ListRow<'execution'>[] = [];
  end: Position;
  dropped: DroppedRows;
  observedAt: EpochMs;
  readonly #direction: Direction;
  readonly #start: Position;

  constructor(direction: Direction, start: Position, dropped: DroppedRows, observedAt: EpochMs) {
    this.#direction = direction;
    this.#start = start;
    this.end = start;
    this.dropped = dropped;
    this.observedAt = observedAt;
  }

  add(row: JobRow, work: JobExecutions): void {
    const { within } = this.#start;
    const rest =
      within?.[0] === row.id
        ? work.records.filter((record) => this.#compare(record, within[1], within[2]) > 0)
        : [...work.records];
    rest.sort((a, b) => this.#compare(a, b.createdAt, b.key));
    for (const [i, record] of rest.entries()) {
      const position: Position =
        i === rest.length - 1
          ? { job: row.after, within: null }
          : { job: row.before, within: [row.id, record.createdAt, record.key] };
      this.rows.push({ record, orderKey: this.#orderKey(row, record), position: encode(position) });
    }
    this.end = { job: row.after, within: null };
    this.dropped = {
      count: this.dropped.count + work.dropped.count,
      reasons: [...new Set([...this.dropped.reasons, ...work.dropped.reasons])],
    };
    this.observedAt = epochMs(Math.min(this.observedAt, work.observedAt));
  }

  stopBefore(row: JobRow): void {
    const { within } = this.#start;
    this.end = { job: row.before, within: within?.[0] === row.id ? within : null };
  }

  #compare(record: ExecutionRecord, createdAt: number, key: string): number {
    const time = record.createdAt - createdAt;
    if (time !== 0) return this.#direction === 'DESC' ? -time : time;
    if (record.key === key) return 0;
    return record.key < key ? -1 : 1;
  }

  #orderKey(row: JobRow, record: ExecutionRecord): OrderKey {
    const [first, ...tie] = row.orderKey;
    const sign = this.#direction === 'DESC' ? -1 : 1;
    return [first, ...tie, sign * record.createdAt, record.key];
  }
}
