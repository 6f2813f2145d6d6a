import type { EpochMs } from '../../model/time.ts';
import { epochMs } from '../../model/time.ts';
import type { CallContext } from '../../upstream/types.ts';
import type { DroppedRows } from '../provider.ts';
import type { Connection } from './connection.ts';
import { joinDropped } from './connection.ts';
import { CreationStream } from './creation-stream.ts';
import { oneOf } from './filter.ts';
import { EVERYTHING } from './keyset.ts';
import { decodeTask, type TaskRow } from './wire.ts';

/** Keys asked for in one filter. */
export const CHUNK = 50;

export interface TasksOfJobs {
  /** By job uuid; a job without tasks has an empty list. Null for a job whose tasks are more than are read at once. */
  readonly byJob: ReadonlyMap<string, readonly TaskRow[] | null>;
  readonly dropped: DroppedRows;
  /** Null when nothing had to be asked. */
  readonly observedAt: EpochMs | null;
}

/** More than an account may hold by its usual quota; a batch of jobs beyond it is told rather than read for ever. */
const MAX_PAGES = 50;

/** All tasks of many jobs: one call for up to 50 jobs, and more only when their tasks fill more than a page. */
export async function tasksOfJobUuids(
  connection: Connection,
  uuids: Iterable<string>,
  ctx: CallContext,
): Promise<TasksOfJobs> {
  const chunks = chunked([...new Set(uuids)], CHUNK);
  const parts = await Promise.all(chunks.map((chunk) => readChunk(connection, chunk, ctx)));
  const times = parts.map((part) => part.observedAt).filter((time) => time !== null);
  return {
    byJob: new Map(parts.flatMap((part) => [...part.byJob])),
    dropped: joinDropped(parts.map((part) => part.dropped)),
    observedAt: times.length === 0 ? null : epochMs(Math.min(...times)),
  };
}

async function readChunk(
  connection: Connection,
  uuids: readonly string[],
  ctx: CallContext,
): Promise<TasksOfJobs> {
  const query = {
    collection: 'tasks',
    decode: decodeTask,
    direction: 'DESC',
    span: EVERYTHING,
    filter: oneOf('JobUuid', uuids),
    size: connection.settings.pageSize,
  } as const;
  const stream = new CreationStream<TaskRow>(connection.api, query, ctx);
  while (!stream.exhausted && stream.pages < MAX_PAGES) await stream.advance();
  const grouped = groupByJob(stream.rows);
  return {
    byJob: new Map(uuids.map((uuid) => [uuid, stream.exhausted ? (grouped.get(uuid) ?? []) : null])),
    dropped: stream.dropped,
    observedAt: stream.observedAt,
  };
}

export function groupByJob(rows: Iterable<TaskRow>): Map<string, TaskRow[]> {
  const groups = new Map<string, TaskRow[]>();
  for (const row of rows) {
    if (row.jobUuid === null) continue;
    const group = groups.get(row.jobUuid);
    if (group === undefined) groups.set(row.jobUuid, [row]);
    else group.push(row);
  }
  return groups;
}

export function chunked<T>(items: readonly T[], size: number): T[][] {
  const chunks: T[][] = [];
  for (let i = 0; i < items.length; i += size) chunks.push(items.slice(i, i + size));
  return chunks;
}
