import { GridweaveError } from '../../model/errors.ts';
import type { JobRecord } from '../../model/records.ts';
import { isTerminal } from '../../model/state.ts';
import type { CallContext } from '../../upstream/types.ts';
import type { FilterName, ListFilter, ListPage, ListQuery } from '../provider.ts';
import type { BacalhauApi } from './api.ts';
import { ExecutionPage } from './execution-page.ts';
import { decodeExecutionPosition, encodeExecutionPosition } from './execution-position.ts';
import type { ExecutionReader } from './executions.ts';
import type { JobExecutions } from './finished.ts';
import { START } from './job-position.ts';
import { readJobs, type JobRow } from './job-walk.ts';
import { inParallel } from './parallel.ts';

/** Jobs asked for their executions at most by one list: every one costs a call. */
const MAX_JOBS = 50;
/** Jobs read when a filter may leave most of them out, which costs nothing more. */
const FILTERED_JOBS = 200;
const AT_ONCE = 8;

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
  const start = decodeExecutionPosition(query.after);
  const filtered = Object.values(filter).some((value) => value !== undefined);
  const limit = filtered ? FILTERED_JOBS : Math.min(query.limit, MAX_JOBS);
  const jobs = await readJobs(api, { after: start.job, limit, filter, direction }, ctx);
  for (const job of jobs.rows) executions.seen(job.record, ctx);

  const page = new ExecutionPage(direction, start, jobs.dropped, jobs.observedAt);
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
    endPosition: page.end.job === START ? null : encodeExecutionPosition(page.end),
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
