import { GridweaveError } from '../../model/errors.ts';
import { parseTimestamp, type EpochMs } from '../../model/time.ts';
import type { CallContext } from '../../upstream/types.ts';
import type { DroppedRows } from '../provider.ts';
import { RowReader, textOf } from '../reading.ts';
import { MAX_PAGE, statusOf } from './api.ts';
import { clusterConditions, isOurs, notFound, oldest, outcome, type Connection } from './connection.ts';
import { jobKey } from './keys.ts';
import { EVERYTHING } from './keyset.ts';
import { timeCondition } from './query.ts';
import { TimeWalk } from './time-walk.ts';
import { decodePod, type PodRow } from './wire.ts';

/** All pods of one workload. */
export interface PodsOfWorkload {
  readonly pods: readonly PodRow[];
  readonly dropped: DroppedRows;
  readonly observedAt: EpochMs;
}

/** Up to so many workloads are asked one by one. */
const ONE_BY_ONE = 2;
/** Pages of the tenant's pods that are read at most before the rest is asked one by one. */
const MAX_SWEEP_PAGES = 5;
/** How much older than its workload a pod may look: their times come from different clocks. Unverified. */
const CLOCKS_APART_MS = 60_000;
/** More pages than any workload's pods take. */
const MAX_PAGES = 40;

/**
 * The pods of many workloads. The API can filter pods by one workload only, and filters cannot be ORed; but it lists the
 * pods of the whole tenant by creation. Since workloads that are asked for together were nearly always listed together,
 * newest first, a page or two of that list holds all of their pods: a pod is not older than its workload, so reading
 * back to a workload's creation finds all of its pods. What is left, or not known when it was created, is asked for one
 * by one. A workload that does not exist is an error of its own.
 */
export async function podsOfWorkloads(
  connection: Connection,
  workloadIds: Iterable<string>,
  ctx: CallContext,
): Promise<Map<string, PodsOfWorkload | GridweaveError>> {
  const ids = [...new Set(workloadIds)];
  const found = new Map<string, PodsOfWorkload | GridweaveError>();
  const dated = ids.flatMap((id) => {
    const createdAt = connection.seen.createdAt(id);
    return createdAt === null ? [] : [{ id, createdAt }];
  });
  if (dated.length > ONE_BY_ONE) await sweep(connection, dated, found, ctx);
  await Promise.all(
    ids
      .filter((id) => !found.has(id))
      .map(async (id) => found.set(id, await outcome(() => podsOfOne(connection, id, ctx)))),
  );
  return found;
}

interface Dated {
  readonly id: string;
  readonly createdAt: EpochMs;
}

async function sweep(
  connection: Connection,
  wanted: readonly Dated[],
  found: Map<string, PodsOfWorkload | GridweaveError>,
  ctx: CallContext,
): Promise<void> {
  const from = oldest(wanted.map(({ createdAt }) => createdAt), connection.clock.now()) - CLOCKS_APART_MS; // prettier-ignore
  const walk = podWalk(connection, 'createdAt', [timeCondition('createdAt', '>=', from)], ctx);
  let left = [...wanted];
  // Every page has to be cheaper than asking those that it may bring one by one.
  while (left.length > ONE_BY_ONE && walk.pages < MAX_SWEEP_PAGES && !walk.exhausted) {
    const page = await outcome(() => walk.advance());
    if (page instanceof GridweaveError) {
      // Old versions may not have this list; any other trouble would also be the single calls'.
      if (statusOf(page) === 404 || statusOf(page) === 400) return;
      for (const { id } of left) found.set(id, page);
      return;
    }
    const byWorkload = groupByWorkload(walk.rows);
    left = left.filter(({ id, createdAt }) => {
      if (!walk.isComplete((createdAt - CLOCKS_APART_MS) as EpochMs)) return true;
      const observedAt = walk.observedAt ?? connection.clock.now();
      found.set(id, { pods: byWorkload.get(id) ?? [], dropped: walk.dropped, observedAt });
      return false;
    });
  }
}

export function groupByWorkload(pods: Iterable<PodRow>): Map<string, PodRow[]> {
  const groups = new Map<string, PodRow[]>();
  for (const pod of pods) {
    const group = groups.get(pod.workloadId);
    if (group === undefined) groups.set(pod.workloadId, [pod]);
    else group.push(pod);
  }
  return groups;
}

/** Pods of the tenant by a time, newest first. */
export function podWalk(
  connection: Connection,
  field: 'createdAt' | 'completedAt',
  conditions: readonly ReturnType<typeof timeCondition>[],
  ctx: CallContext,
  size = MAX_PAGE,
): TimeWalk<PodRow> {
  const { api, provider } = connection;
  return new TimeWalk(
    {
      provider,
      field,
      direction: 'DESC',
      span: EVERYTHING,
      at: null,
      conditions: [...clusterConditions(connection), ...conditions],
      size,
      read: (ask, ctx) => api.pods(ask, ctx),
      decode: decodePod,
      timeOf: (row) => parseTimestamp(row.wire[field]) ?? row.createdAt,
    },
    ctx,
  );
}

async function podsOfOne(
  connection: Connection,
  workloadId: string,
  ctx: CallContext,
): Promise<PodsOfWorkload> {
  const { api, provider, seen } = connection;
  const reader = new RowReader();
  const pods = new Map<string, PodRow>();
  let observedAt: EpochMs | null = null;
  let offset = 0;
  for (let pages = 0; pages < MAX_PAGES; pages++) {
    const page = await api.podsOf(workloadId, offset, ctx);
    observedAt = oldest([observedAt, page.receivedAt], page.receivedAt);
    for (const row of reader.read(page.rows, (wire) => decodePod(wire, page.receivedAt))) {
      if (row.workloadId === workloadId && isOurs(connection, textOf(row.wire['clusterId'])))
        pods.set(row.id, row);
    }
    offset += page.rows.length;
    if (page.rows.length === 0 || (!page.more && page.rows.length < MAX_PAGE)) break;
  }
  // Whether a workload that does not exist is answered with 404 or with no pods is unverified.
  const isUnknown = pods.size === 0 && seen.createdAt(workloadId) === null;
  if (isUnknown && (await api.workload(workloadId, ctx)) === null)
    throw notFound(provider, jobKey(workloadId));
  return { pods: [...pods.values()], dropped: reader.dropped, observedAt: observedAt! };
}
