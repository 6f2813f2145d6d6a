import { GridweaveError } from '../../model/errors.ts';
import { compareOrderKeys, type OrderKey } from '../../model/order.ts';
import type { ExecutionRecord } from '../../model/records.ts';
import type { CallContext } from '../../upstream/types.ts';
import type { ListPage, ListQuery, ListRow } from '../provider.ts';
import { clusterConditions, joinDropped, oldest, type Connection } from './connection.ts';
import { EVERYTHING, parsePosition, positionOf } from './keyset.ts';
import { workloadWalk } from './list-jobs.ts';
import { executionRecords } from './map-pod.ts';
import { podsOfWorkloads } from './pods.ts';
import { readStretch } from './stretch.ts';
import type { WorkloadRow } from './wire.ts';

/** Workloads whose pods one page reads at most. */
const MAX_WORKLOADS = 200;
/** Stands for the creation of a pod that comes after all others. */
const BEHIND_ALL = Number.MAX_SAFE_INTEGER;

/**
 * Executions in the order of their jobs, and within a job oldest first. Made of the workloads (one call) and of their
 * pods (usually one more); a job is given with all its executions or not at all.
 */
export async function listExecutions(
  connection: Connection,
  query: ListQuery,
  ctx: CallContext,
): Promise<ListPage<'execution'>> {
  const { direction } = query.order;
  const after = query.after === null ? null : parsePosition(query.after, 'nsns');
  const pushdown = { span: EVERYTHING, conditions: clusterConditions(connection) };
  const limit = Math.min(Math.max(1, query.limit), MAX_WORKLOADS);
  const walk = workloadWalk(connection, { order: query.order, limit }, pushdown, after, ctx);
  // The job that the position stands in is read again, unless the position is behind all of it.
  const inclusive = after !== null && after[2] !== BEHIND_ALL;
  const from: OrderKey | null = after === null ? null : [after[0], String(after[1])];
  const stretch = await readStretch(
    walk,
    { after: from, inclusive, direction, limit },
    { keyOf, test: () => true },
  );

  const jobs = stretch.chosen.map(({ row }) => row);
  const pods = await podsOfWorkloads(connection, jobs.map(({ id }) => id), ctx); // prettier-ignore
  const rows: ListRow<'execution'>[] = [];
  const read = [];
  let end: OrderKey | null = null;
  let failure: GridweaveError | null = null;
  for (const job of jobs) {
    const own = pods.get(job.id);
    // One that was deleted between the two calls has no executions.
    const isGone = own === undefined || (own instanceof GridweaveError && own.code === 'NOT_FOUND');
    if (own instanceof GridweaveError && !isGone) {
      failure = own;
      break;
    }
    if (!isGone && !(own instanceof GridweaveError)) {
      read.push(own);
      for (const record of executionRecords(connection.provider, own.pods)) {
        const orderKey = executionOrderKey(job, record);
        if (after !== null && compareOrderKeys(orderKey, after, direction) <= 0) continue;
        rows.push({ record, orderKey, position: positionOf(orderKey) });
      }
    }
    end = [...keyOf(job), BEHIND_ALL, ''];
  }
  // What was read so far is an answer; the next page begins with the job that failed.
  if (failure !== null && end === null) throw failure;
  const readTo = failure === null && stretch.end !== null ? edgeOf(stretch.end) : null;
  const furthest = [after, end, readTo].filter((key) => key !== null).sort((a, b) => compareOrderKeys(a, b, direction)).at(-1); // prettier-ignore
  return {
    rows,
    endPosition: furthest === undefined ? null : positionOf(furthest),
    hasMore: failure !== null || stretch.hasMore,
    pushedDown: [],
    dropped: joinDropped([walk.dropped, ...new Set(read.map(({ dropped }) => dropped))]),
    observedAt: oldest([walk.observedAt, ...read.map(({ observedAt }) => observedAt)], connection.clock.now()), // prettier-ignore
    notes: [],
  };
}

function keyOf({ createdAt, id }: WorkloadRow): OrderKey {
  return [createdAt, id];
}

function executionOrderKey(job: WorkloadRow, record: ExecutionRecord): OrderKey {
  return [...keyOf(job), record.createdAt, record.key];
}

/** Before everything of the job that comes after a position in the list of jobs. */
function edgeOf(position: string): OrderKey {
  return [...parsePosition(position, 'ns'), 0, ''];
}
