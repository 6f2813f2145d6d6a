import type { JobRecord, TaskRecord } from '../../model/records.ts';
import type { CallContext } from '../../upstream/types.ts';
import type { ListPage, ListQuery } from '../provider.ts';
import type { BacalhauApi } from './api.ts';
import { parsePosition, positionFromJson, positionToJson, START, type JobPosition } from './job-position.ts';
import { readJobs, type JobRow, type JobsRead } from './job-walk.ts';

export function encodePosition(position: JobPosition): string {
  return JSON.stringify(positionToJson(position));
}

function decodePosition(after: string | null): JobPosition {
  return after === null ? START : positionFromJson(parsePosition(after));
}

function walk(api: BacalhauApi, query: ListQuery, ctx: CallContext): Promise<JobsRead> {
  const { after, limit, filter, order } = query;
  return readJobs(api, { after: decodePosition(after), limit, filter, direction: order.direction }, ctx);
}

function pageOf<K extends 'job' | 'task'>(
  read: JobsRead,
  records: (row: JobRow) => ListPage<K>['rows'][number]['record'][],
): ListPage<K> {
  const rows = read.rows.flatMap((row) =>
    records(row).map((record) => ({ record, orderKey: row.orderKey, position: encodePosition(row.after) })),
  );
  return {
    rows,
    endPosition: read.end === START ? null : encodePosition(read.end),
    hasMore: read.hasMore,
    pushedDown: read.pushedDown,
    dropped: read.dropped,
    observedAt: read.observedAt,
    notes: [],
  };
}

/** Jobs by creation time. `seen` is told every record, for whoever keeps track of jobs. */
export async function listJobs(
  api: BacalhauApi,
  query: ListQuery,
  ctx: CallContext,
  seen: (job: JobRecord) => void,
): Promise<ListPage<'job'>> {
  const read = await walk(api, query, ctx);
  for (const row of read.rows) seen(row.record);
  return pageOf<'job'>(read, (row) => [row.record]);
}

/** Tasks in the order of their jobs: every job has one. */
export async function listTasks(
  api: BacalhauApi,
  query: ListQuery,
  ctx: CallContext,
): Promise<ListPage<'task'>> {
  const read = await walk(api, query, ctx);
  return pageOf<'task'>(read, (row): TaskRecord[] => [...(row.record.tasks ?? [])]);
}
