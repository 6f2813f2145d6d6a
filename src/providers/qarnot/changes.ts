import { z } from 'zod';
import { GridweaveError } from '../../model/errors.ts';
import type { TaskRecord } from '../../model/records.ts';
import type { CallContext } from '../../upstream/types.ts';
import type { ChangeBatch, DroppedRows } from '../provider.ts';
import type { Wire } from '../reading.ts';
import type { EpochMs } from '../../model/time.ts';
import { joinDropped, type Connection } from './connection.ts';
import { CreationStream } from './creation-stream.ts';
import { any, notBefore, oneOf, type NativeFilter } from './filter.ts';
import { groupByJob, tasksOfJobUuids } from './job-tasks.ts';
import { EVERYTHING, secondOf } from './keyset.ts';
import { nodesOf } from './list-named.ts';
import { jobRowsByUuid } from './lookup.ts';
import { implicitJobRecord, jobRecord } from './map-job.ts';
import { executionRecords, taskRecord } from './map-task.ts';
import { settingFor } from './task-setting.ts';
import { decodeRow, decodeTask, modifiedAtOf, type NativeRow, type TaskRow } from './wire.ts';
import { LIVE_POOL_WORDS, LIVE_TASK_WORDS } from './words.ts';
import type { Collection } from './api.ts';

/**
 * What changed, asked for by `LastModified`, plus everything that has not ended: whether progress alone moves
 * `lastModified` is unverified. Deletions leave no trace, so only a full sweep (`since` null) can tell of them.
 */

/** How far one collection is known. */
interface Mark {
  /** The newest `lastModified` seen, in whole seconds. */
  readonly second: number;
  /** When it was first seen, by the gateway's clock, in milliseconds. */
  readonly seenAt: number;
  /** It was read once more, so long after it was first seen that nothing can have appeared in that second since. */
  readonly settled: boolean;
}

/** Separate marks, because each collection is read at its own time. Null while no row was seen. */
interface Watermark {
  readonly tasks: Mark | null;
  readonly jobs: Mark | null;
  readonly pools: Mark | null;
}

const NO_WATERMARK: Watermark = { tasks: null, jobs: null, pools: null };
/** Times are whole seconds, and a change may become visible a moment after its time: so this much is read again. */
const OVERLAP_SECONDS = 2;
/** After this long a second is surely past, answers that were on their way or shared included. */
const SETTLED_AFTER_MS = 10_000;
const JOB_IN_TRANSITION = ['Terminating', 'Deleting'];

export async function readChanges(
  connection: Connection,
  since: string | null,
  ctx: CallContext,
): Promise<ChangeBatch> {
  const from = since === null ? NO_WATERMARK : parseWatermark(since);
  const [tasks, jobs, pools] = await Promise.all([
    delta(connection, 'tasks', decodeTask, from.tasks, LIVE_TASK_WORDS, ctx),
    delta(connection, 'jobs', decodeRow, from.jobs, JOB_IN_TRANSITION, ctx),
    connection.settings.poolsAsNodes
      ? delta(connection, 'pools', decodeRow, from.pools, LIVE_POOL_WORDS, ctx)
      : null,
  ]);
  const streams = [tasks, jobs, pools].filter((part) => part !== null);
  const full = since === null && streams.every((part) => part.stream.exhausted);
  const work = await workRecords(connection, tasks, jobs, full, ctx);
  const dropped = joinDropped([...streams.map((part) => part.stream.dropped), work.dropped]);
  return {
    jobs: work.jobs,
    tasks: work.tasks,
    executions: work.executions,
    computeNodes: pools === null ? [] : await nodesOf(connection, pools.stream.rows, ctx),
    watermark: JSON.stringify({
      tasks: tasks.watermark,
      jobs: jobs.watermark,
      pools: pools?.watermark ?? null,
    } satisfies Watermark),
    // A row that could not be read would pass for deleted.
    complete: full && dropped.count === 0,
    dropped,
  };
}

interface Delta<R extends NativeRow> {
  readonly stream: CreationStream<R>;
  readonly watermark: Mark | null;
  /** Whether a row's own record changed since the last time, as far as its clock can tell. */
  readonly isChanged: (row: R) => boolean;
}

async function delta<R extends NativeRow>(
  { api, settings, clock }: Connection,
  collection: Collection,
  decode: (wire: Wire, observedAt: EpochMs) => R,
  since: Mark | null,
  liveWords: readonly string[],
  ctx: CallContext,
): Promise<Delta<R>> {
  const from = since === null ? null : resumeSecond(since);
  const filter: NativeFilter | null =
    from === null ? null : any([notBefore('LastModified', from), oneOf('State', liveWords)]);
  const query = { collection, decode, direction: 'DESC', span: EVERYTHING, filter, size: settings.pageSize } as const; // prettier-ignore
  const stream = new CreationStream<R>(api, query, ctx);
  const startedAt = clock.now();
  await stream.advance();
  const watermark = markAfter(since, stream, startedAt);
  while (!stream.exhausted && stream.size < settings.sweepRows) await stream.advance();
  return { stream, watermark, isChanged: (row) => from === null || secondOf(modifiedAtOf(row)) >= from };
}

/** From where on to read: a settled second is not repeated, so that a quiet account costs nothing but the calls. */
function resumeSecond({ second, settled }: Mark): number {
  return settled ? second + 1 : Math.max(0, second - OVERLAP_SECONDS);
}

/**
 * The mark after the first answer alone: what changed while later pages were read may have been missed on earlier ones.
 */
function markAfter(since: Mark | null, stream: CreationStream<NativeRow>, startedAt: EpochMs): Mark | null {
  // A shared answer was read before this call began.
  const readAt = Math.min(startedAt, stream.observedAt ?? startedAt);
  const settled = since !== null && (since.settled || readAt - since.seenAt >= SETTLED_AFTER_MS);
  let mark = since === null ? null : { ...since, settled };
  for (const row of stream.rows) {
    const second = secondOf(modifiedAtOf(row));
    if (mark === null || second > mark.second) mark = { second, seenAt: row.observedAt, settled: false };
  }
  return mark;
}

async function workRecords(
  connection: Connection,
  tasks: Delta<TaskRow>,
  jobs: Delta<NativeRow>,
  full: boolean,
  ctx: CallContext,
): Promise<Pick<ChangeBatch, 'jobs' | 'tasks' | 'executions' | 'dropped'>> {
  const rows = [...tasks.stream.rows];
  const jobRows = new Map([...jobs.stream.rows].map((row) => [row.uuid, row]));
  // A job's state follows its tasks', while the job's own record stands still.
  const touched = rows.flatMap((row) => (row.jobUuid !== null && tasks.isChanged(row) ? [row.jobUuid] : []));
  const affected = [...new Set([...jobRows.keys(), ...touched])];
  // A full sweep holds all tasks of all jobs already; a job that it does not hold has just been deleted.
  const [owned, others] = full
    ? [{ byJob: groupByJob(rows), dropped: NO_ROWS }, new Map<string, NativeRow>()]
    : await Promise.all([
        tasksOfJobUuids(connection, affected, ctx),
        jobRowsByUuid(connection, affected.filter((uuid) => !jobRows.has(uuid)), ctx), // prettier-ignore
      ]);
  const known = new Map<string, TaskRow>(rows.map((row) => [row.uuid, row]));
  for (const group of owned.byJob.values()) for (const row of group ?? []) known.set(row.uuid, row);
  const setting = await settingFor(connection, known.values(), ctx);
  const records = new Map<string, TaskRecord>(
    [...known].map(([uuid, row]) => [uuid, taskRecord(row, setting)]),
  );
  const ownTasks = (uuid: string): TaskRecord[] | null => {
    const group: readonly TaskRow[] | null | undefined = owned.byJob.get(uuid);
    return group === null ? null : (group ?? []).map((row) => records.get(row.uuid)!);
  };
  const real = [...jobRows.values(), ...others.values()].map((row) =>
    jobRecord(connection.provider, row, ownTasks(row.uuid)),
  );
  const bare = rows
    .filter((row) => row.jobUuid === null)
    .map((row) => implicitJobRecord(records.get(row.uuid)!));
  const { maxExecutionsPerTask } = connection.settings;
  return {
    jobs: [...real, ...bare],
    tasks: rows.map((row) => records.get(row.uuid)!),
    executions: rows.flatMap((row) => {
      const embedded = records.get(row.uuid)!.executions;
      return embedded ?? executionRecords(row, setting, maxExecutionsPerTask).records;
    }),
    dropped: owned.dropped,
  };
}

const NO_ROWS: DroppedRows = { count: 0, reasons: [] };

const markShape = z
  .object({ second: z.int().min(0).max(253_402_300_798), seenAt: z.int().min(0), settled: z.boolean() })
  .nullable();
const watermarkShape = z.object({ tasks: markShape, jobs: markShape, pools: markShape });

function parseWatermark(text: string): Watermark {
  try {
    return watermarkShape.parse(JSON.parse(text));
  } catch (cause) {
    throw new GridweaveError(
      'INVALID_CURSOR',
      'The watermark of changes is damaged. Start with a full sweep.',
      {
        field: 'since',
        cause,
      },
    );
  }
}
