import { GridweaveError } from '../../model/errors.ts';
import type { Direction, OrderKey } from '../../model/order.ts';
import type { JobRecord } from '../../model/records.ts';
import { epochMs, type EpochMs } from '../../model/time.ts';
import type { CallContext } from '../../upstream/types.ts';
import type { DroppedRows, FilterName, ListFilter } from '../provider.ts';
import { RowReader, wireOf } from '../reading.ts';
import type { Answer, BacalhauApi, JobsQuery } from './api.ts';
import { comparePlaced, isPast, step, type JobPosition, type PlacedJob } from './job-position.ts';
import { mapJob } from './map-job.ts';
import { labelSelector, namespaceOfFilter } from './selectors.ts';
import { requiredNanos, type JobsPage } from './wire.ts';

/** Rows are whole jobs with their specs (inline inputs included): no page is larger. */
const MAX_JOBS_PER_PAGE = 500;
/** Pages read at most until one holds a row that was not given before. */
const MAX_PAGES = 20;

export interface JobRow extends PlacedJob {
  readonly record: JobRecord;
  readonly orderKey: OrderKey;
  /** Go on from here to get this job again, and what follows it. */
  readonly before: JobPosition;
  /** Go on from here to get what follows this job. */
  readonly after: JobPosition;
}

export interface JobsRead {
  readonly rows: readonly JobRow[];
  readonly end: JobPosition;
  readonly hasMore: boolean;
  readonly pushedDown: readonly FilterName[];
  readonly dropped: DroppedRows;
  readonly observedAt: EpochMs;
}

export interface JobsWalk {
  readonly after: JobPosition;
  readonly limit: number;
  readonly filter: ListFilter;
  readonly direction: Direction;
}

/**
 * Reads the job list by creation time from a position on: one call, or more while a page holds nothing new.
 *
 * The server pages by offset over a list that changes. Newest first, jobs that arrive shift the pages: what was given
 * comes again and is left out. Oldest first, they arrive at the end. When jobs left the list meanwhile (a label that
 * is filtered by was changed) the page no longer holds the last job given, and the walk goes through the list again
 * from its start. That cannot be noticed from a page's token alone, so a job can be missed when one before it left
 * the list just between two full pages.
 */
export async function readJobs(api: BacalhauApi, walk: JobsWalk, ctx: CallContext): Promise<JobsRead> {
  const { filter, direction } = walk;
  const namespace = namespaceOfFilter(filter);
  const labels = labelSelector(filter.labels);
  const reader = new RowReader();
  let limit = Math.min(Math.max(Math.trunc(walk.limit), 1), MAX_JOBS_PER_PAGE);
  let from = walk.after;
  let observedAt: EpochMs | null = null;
  let restarted = false;
  for (let pages = 1; ; pages++) {
    const query: JobsQuery = {
      orderBy: 'created_at',
      reverse: direction === 'DESC',
      limit,
      nextToken: from.token,
      namespace,
      labels,
    };
    const answer = await readPage(api, query, ctx, !restarted);
    const placed = answer === null ? [] : placeRows(answer, reader, direction);
    if (answer === null || (!restarted && hasLost(placed, from, direction))) {
      restarted = true;
      limit = MAX_JOBS_PER_PAGE;
      from = { ...from, token: null, samePage: false };
      continue;
    }
    observedAt = epochMs(Math.min(observedAt ?? answer.observedAt, answer.observedAt));
    const { nextToken } = answer.value;
    const rows = stepThrough(
      placed.filter((row) => isPast(row, from, direction)),
      from,
      nextToken,
      direction,
    );
    const end =
      rows.at(-1)?.after ?? (nextToken === null ? from : { ...from, token: nextToken, samePage: false });
    if (rows.length > 0 || nextToken === null || pages >= MAX_PAGES) {
      return {
        rows,
        end,
        hasMore: nextToken !== null && !isBeyond(placed.at(-1), filter, direction),
        pushedDown: [
          ...(namespace === null ? [] : (['projects'] as const)),
          ...(labels === null ? [] : (['labels'] as const)),
        ],
        dropped: reader.dropped,
        observedAt,
      };
    }
    from = end;
  }
}

/** A page, or null when the server does not take the token any more (another version of it made that). */
async function readPage(
  api: BacalhauApi,
  query: JobsQuery,
  ctx: CallContext,
  mayRestart: boolean,
): Promise<Answer<JobsPage> | null> {
  try {
    return await api.jobs(query, ctx);
  } catch (error) {
    const refused = error instanceof GridweaveError && error.details.upstream?.status === 400;
    if (mayRestart && refused && typeof query.nextToken === 'string') return null;
    throw error;
  }
}

type Placed = PlacedJob & Pick<JobRow, 'record'>;

/** Whether the last job given is not on its page any more, nor on a later one: jobs before it left the list. */
function hasLost([first]: readonly Placed[], from: JobPosition, direction: Direction): boolean {
  if (!from.samePage || from.token === null) return false;
  return first === undefined || isPast(first, from, direction);
}

function placeRows(answer: Answer<JobsPage>, reader: RowReader, direction: Direction): Placed[] {
  return reader
    .read(answer.value.rows, (row): Placed => {
      const record = mapJob(row, answer);
      return { record, id: record.key, nanos: requiredNanos(wireOf(row), 'CreateTime') };
    })
    .sort((a, b) => comparePlaced(a, b, direction));
}

function stepThrough(
  placed: readonly Placed[],
  from: JobPosition,
  nextToken: string | null,
  direction: Direction,
): JobRow[] {
  const here = { token: from.token, samePage: true };
  // At the end of the list the last page is read again: jobs that arrive later stand behind its rows.
  const beyond = nextToken === null ? here : { token: nextToken, samePage: false };
  let given = from;
  return placed.map((job, i) => {
    const ids = given.nanos === job.nanos ? given.ids : [];
    const before: JobPosition = { nanos: job.nanos, ids, token: from.token, samePage: false };
    const after = step(given, job, i === placed.length - 1 ? beyond : here);
    const row: JobRow = { ...job, orderKey: orderKeyOf(job, direction), before, after };
    given = after;
    return row;
  });
}

/**
 * Creation time, then what the milliseconds leave out (turned around when the newest come first, as this part always
 * ascends), then the id: the server's own order.
 */
function orderKeyOf({ record, nanos, id }: Placed, direction: Direction): OrderKey {
  const rest = nanos % 1_000_000n;
  const tie = (direction === 'DESC' ? 999_999n - rest : rest).toString().padStart(6, '0');
  return [record.createdAt, `${tie} ${id}`];
}

/** Whether everything after this job is outside the asked range of creation times. */
function isBeyond(last: Placed | undefined, filter: ListFilter, direction: Direction): boolean {
  if (last === undefined) return false;
  const { createdAt } = last.record;
  if (direction === 'DESC') return filter.createdFrom !== undefined && createdAt < filter.createdFrom;
  return filter.createdBefore !== undefined && createdAt >= filter.createdBefore;
}
