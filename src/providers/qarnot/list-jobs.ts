import type { OrderKey } from '../../model/order.ts';
import type { JobRecord } from '../../model/records.ts';
import { epochMs, type EpochMs } from '../../model/time.ts';
import type { CallContext } from '../../upstream/types.ts';
import type { FilterName, ListPage, ListQuery } from '../provider.ts';
import { joinDropped, type Connection } from './connection.ts';
import { CreationStream } from './creation-stream.ts';
import { groupByJob, tasksOfJobUuids, type TasksOfJobs } from './job-tasks.ts';
import { implicitJobKey, nativeJobKey } from './keys.ts';
import { parsePosition, positionOf, resumedAfter } from './keyset.ts';
import { emptyPage } from './list-page.ts';
import { implicitJobRecord, jobRecord } from './map-job.ts';
import { taskRecord } from './map-task.ts';
import { commonPushdown, type Pushdown } from './pushdown.ts';
import { settingFor } from './task-setting.ts';
import { walk, type Candidate, type Lane } from './walk.ts';
import { decodeRow, decodeTask, type NativeRow, type TaskRow } from './wire.ts';

type JobCandidate = Candidate &
  ({ readonly job: NativeRow; readonly task: null } | { readonly job: null; readonly task: TaskRow });

/**
 * Jobs, merged out of two lists of the service: its jobs, and its tasks that are in no job. The first page usually costs
 * two calls, because the tasks read for the merge are also the ones the jobs' states are derived from.
 */
export async function listJobs(
  connection: Connection,
  query: ListQuery,
  ctx: CallContext,
): Promise<ListPage<'job'>> {
  const { filter, order } = query;
  const pushdown = commonPushdown(filter);
  const origins = filter.origins ?? ['NATIVE', 'IMPLICIT'];
  const kindsMatch = filter.jobKinds?.includes('BATCH') ?? true;
  const names: FilterName[] = [...pushdown.names];
  if (filter.origins !== undefined) names.push('origins');
  // Every job here is a batch job.
  if (filter.jobKinds !== undefined) names.push('jobKinds');
  if (pushdown.impossible || !kindsMatch) return emptyPage(connection, query, names);

  const after = query.after === null ? null : parsePosition(query.after, 'time');
  const from = { after, direction: order.direction, limit: Math.max(1, query.limit) };
  const { api, settings } = connection;
  const common = streamQuery(query, pushdown, after);
  const jobSize = Math.min(settings.pageSize, from.limit + 10);
  const jobs = origins.includes('NATIVE')
    ? new CreationStream(api, { ...common, collection: 'jobs', decode: decodeRow, size: jobSize }, ctx)
    : null;
  // Tasks in jobs are no rows of their own: one larger answer is cheaper than a second call.
  const taskSize = Math.min(settings.pageSize, from.limit * 4 + 50);
  const tasks = origins.includes('IMPLICIT')
    ? new CreationStream(api, { ...common, collection: 'tasks', decode: decodeTask, size: taskSize }, ctx)
    : null;
  const lanes: Lane<JobCandidate>[] = [];
  if (jobs !== null) lanes.push({ stream: jobs, candidates: () => jobCandidates(jobs, pushdown) });
  if (tasks !== null) lanes.push({ stream: tasks, candidates: () => implicitCandidates(tasks, pushdown) });
  if (lanes.length === 0) return emptyPage(connection, query, names);
  const stretch = await walk(lanes, from);

  const chosenJobs = stretch.chosen.flatMap((candidate) =>
    candidate.job === null ? [] : [candidate.job.uuid],
  );
  // A task names a job that exists, so it is never older than its job: read from the newest down, all tasks of every job
  // that was given out are known.
  const readFromNewest = after === null && order.direction === 'DESC' && filter.createdBefore === undefined;
  const known = tasks !== null && readFromNewest && pushdown.filter === null;
  const owned = known ? knownTasks(tasks, chosenJobs) : await tasksOfJobUuids(connection, chosenJobs, ctx);
  const records = await recordsOf(connection, stretch.chosen, owned, ctx);
  const times = [jobs?.observedAt, tasks?.observedAt, owned.observedAt].filter(
    (time) => typeof time === 'number',
  );
  const unread = [...owned.byJob.values()].includes(null);
  return {
    rows: stretch.chosen.map(({ orderKey }, i) => ({
      record: records[i]!,
      orderKey,
      position: positionOf(orderKey),
    })),
    endPosition: stretch.end === null ? query.after : positionOf(stretch.end),
    hasMore: stretch.hasMore,
    pushedDown: names,
    dropped: joinDropped([jobs, tasks, owned].flatMap((part) => (part === null ? [] : [part.dropped]))),
    observedAt: times.length === 0 ? connection.clock.now() : epochMs(Math.min(...times)),
    notes: unread ? ['Some jobs have more tasks than are read at once: their state is not derived.'] : [],
  };
}

function streamQuery(query: ListQuery, pushdown: Pushdown, after: OrderKey | null) {
  const { direction } = query.order;
  return { direction, span: resumedAfter(pushdown.span, after, direction), filter: pushdown.filter };
}

function jobCandidates(stream: CreationStream<NativeRow>, { test }: Pushdown): JobCandidate[] {
  const rows = [...stream.rows].filter(test);
  return rows.map((job) => ({ orderKey: [job.createdAt, nativeJobKey(job.uuid)], job, task: null }));
}

function implicitCandidates(stream: CreationStream<TaskRow>, { test }: Pushdown): JobCandidate[] {
  const rows = [...stream.rows].filter((task) => task.jobUuid === null && test(task));
  return rows.map((task) => ({ orderKey: [task.createdAt, implicitJobKey(task.uuid)], job: null, task }));
}

function knownTasks(stream: CreationStream<TaskRow>, jobUuids: readonly string[]): TasksOfJobs {
  const groups = groupByJob(stream.rows);
  return {
    byJob: new Map(jobUuids.map((uuid) => [uuid, groups.get(uuid) ?? []])),
    dropped: { count: 0, reasons: [] },
    observedAt: null satisfies EpochMs | null,
  };
}

async function recordsOf(
  connection: Connection,
  chosen: readonly JobCandidate[],
  owned: TasksOfJobs,
  ctx: CallContext,
): Promise<JobRecord[]> {
  const bare = chosen.flatMap(({ task }) => (task === null ? [] : [task]));
  const setting = await settingFor(
    connection,
    [...bare, ...[...owned.byJob.values()].flatMap((rows) => rows ?? [])],
    ctx,
  );
  return chosen.map(({ job, task }) => {
    if (job === null) return implicitJobRecord(taskRecord(task, setting));
    const rows = owned.byJob.get(job.uuid) ?? null;
    return jobRecord(connection.provider, job, rows?.map((row) => taskRecord(row, setting)) ?? null);
  });
}
