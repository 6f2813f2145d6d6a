import type { OrderKey } from '../../model/order.ts';
import type { JobRecord, TaskRecord } from '../../model/records.ts';
import type { CallContext } from '../../upstream/types.ts';
import type { ListPage, ListQuery, ListRow } from '../provider.ts';
import { MAX_PAGE } from './api.ts';
import type { Connection } from './connection.ts';
import { parsePosition, positionOf, timeOfPosition } from './keyset.ts';
import { emptyPage } from './list-page.ts';
import { jobRecord } from './map-workload.ts';
import { pushdownOf, type Pushdown } from './pushdown.ts';
import { readStretch } from './stretch.ts';
import { TimeWalk } from './time-walk.ts';
import { decodeWorkload, type WorkloadRow } from './wire.ts';

/** Read beside the rows asked for, so that one call is enough: the rows of the last instant may not be all there are. */
const MARGIN = 25;

/** Workloads as jobs. A first page of up to 475 jobs costs one call, unless very many began at one instant. */
export async function listJobs(
  connection: Connection,
  query: ListQuery,
  ctx: CallContext,
): Promise<ListPage<'job'>> {
  return listWork(connection, query, ctx, (job) => job);
}

/** The tasks of the same workloads: one each, at the same cost. */
export async function listTasks(
  connection: Connection,
  query: ListQuery,
  ctx: CallContext,
): Promise<ListPage<'task'>> {
  return listWork(connection, query, ctx, (job) => job.tasks![0]!);
}

/** The walk over workloads that lists of work read, from a position on. */
export function workloadWalk(
  connection: Connection,
  { order, limit }: Pick<ListQuery, 'order' | 'limit'>,
  { span, conditions }: Pick<Pushdown, 'span' | 'conditions'>,
  after: OrderKey | null,
  ctx: CallContext,
): TimeWalk<WorkloadRow> {
  const { api, provider, seen } = connection;
  return new TimeWalk(
    {
      provider,
      field: 'createdAt',
      direction: order.direction,
      span,
      at: timeOfPosition(after),
      conditions,
      size: Math.min(MAX_PAGE, Math.max(1, limit) + MARGIN),
      read: (ask, ctx) => api.workloads(ask, ctx),
      decode: (wire, observedAt) => {
        const row = decodeWorkload(wire, observedAt);
        seen.note([row]);
        return row;
      },
      timeOf: (row) => row.createdAt,
    },
    ctx,
  );
}

async function listWork<K extends 'job' | 'task'>(
  connection: Connection,
  query: ListQuery,
  ctx: CallContext,
  recordOf: (job: JobRecord) => ListRow<K>['record'] & (JobRecord | TaskRecord),
): Promise<ListPage<K>> {
  const after = query.after === null ? null : parsePosition(query.after, 'ns');
  const pushdown = pushdownOf(connection, query.filter);
  if (pushdown.impossible) return emptyPage(connection, query);
  const walk = workloadWalk(connection, query, pushdown, after, ctx);
  const records = new Map<WorkloadRow, ReturnType<typeof recordOf>>();
  const recordAt = (row: WorkloadRow): ReturnType<typeof recordOf> => {
    const record = records.get(row) ?? recordOf(jobRecord(connection.provider, row));
    records.set(row, record);
    return record;
  };
  const from = { after, direction: query.order.direction, limit: query.limit };
  const stretch = await readStretch(walk, from, {
    keyOf: (row) => [row.createdAt, recordAt(row).key],
    test: (row) => pushdown.test(recordAt(row)),
  });
  return {
    rows: stretch.chosen.map(({ row, orderKey }) => ({
      record: recordAt(row),
      orderKey,
      position: positionOf(orderKey),
    })),
    endPosition: stretch.end ?? query.after,
    hasMore: stretch.hasMore,
    pushedDown: pushdown.names,
    dropped: walk.dropped,
    observedAt: walk.observedAt ?? connection.clock.now(),
    notes: [],
  };
}
