import type { NativeKey } from '../../model/ids.ts';
import { compareOrderKeys, type OrderKey } from '../../model/order.ts';
import type { ComputeNodeRecord, ProjectRecord } from '../../model/records.ts';
import type { CallContext } from '../../upstream/types.ts';
import type { ListPage, ListQuery } from '../provider.ts';
import { NOTHING_DROPPED } from '../reading.ts';
import type { Connection } from './connection.ts';
import { CreationStream } from './creation-stream.ts';
import { EVERYTHING, parsePosition, positionOf } from './keyset.ts';
import { poolRecords } from './map-pool.ts';
import { defaultProjectOf, readProjects } from './task-setting.ts';
import { decodeRow, guidOf, type NativeRow } from './wire.ts';

/**
 * Pools and their slots by name. In which order the service sorts names is not documented, so all pools are read (an
 * account has few) and sorted here.
 */
export async function listComputeNodes(
  connection: Connection,
  query: ListQuery,
  ctx: CallContext,
): Promise<ListPage<'computeNode'>> {
  const { settings, clock } = connection;
  const pools = await readAll(connection, 'pools', settings.sweepRows, ctx);
  const records = await nodesOf(connection, pools.rows, ctx);
  return {
    ...pageByName(query, records),
    pushedDown: [],
    dropped: pools.dropped,
    observedAt: pools.observedAt ?? clock.now(),
    notes: pools.exhausted ? [] : [`Only the newest ${String(pools.size)} pools were read.`],
  };
}

export async function listProjects(
  connection: Connection,
  query: ListQuery,
  ctx: CallContext,
): Promise<ListPage<'project'>> {
  const { records } = await readProjects(connection, ctx);
  return {
    ...pageByName(query, records),
    pushedDown: [],
    dropped: NOTHING_DROPPED,
    observedAt: records[0]?.observedAt ?? connection.clock.now(),
    notes: [],
  };
}

/** Reads pools or jobs from the newest on, up to a number of rows. */
export async function readAll(
  { api, settings }: Connection,
  collection: 'pools' | 'jobs',
  limit: number,
  ctx: CallContext,
): Promise<CreationStream<NativeRow>> {
  const query = { collection, decode: decodeRow, direction: 'DESC', span: EVERYTHING, filter: null, size: settings.pageSize } as const; // prettier-ignore
  const stream = new CreationStream<NativeRow>(api, query, ctx);
  while (!stream.exhausted && stream.size < limit) await stream.advance();
  return stream;
}

export async function nodesOf(
  connection: Connection,
  pools: Iterable<NativeRow>,
  ctx: CallContext,
): Promise<ComputeNodeRecord[]> {
  const rows = [...pools];
  const unnamed = rows.some((row) => guidOf(row.wire['projectUuid']) === null);
  const defaultProject: NativeKey | null = unnamed ? await defaultProjectOf(connection, ctx) : null;
  return rows.flatMap((row) => poolRecords(row, { provider: connection.provider, defaultProject }));
}

function pageByName<R extends ComputeNodeRecord | ProjectRecord>(query: ListQuery, records: readonly R[]) {
  const { direction } = query.order;
  const after = query.after === null ? null : parsePosition(query.after, 'name');
  const rows = records
    .map((record) => {
      const orderKey: OrderKey = [record.name, record.key];
      return { record, orderKey, position: positionOf(orderKey) };
    })
    .filter((row) => after === null || compareOrderKeys(row.orderKey, after, direction) > 0)
    .sort((a, b) => compareOrderKeys(a.orderKey, b.orderKey, direction));
  const page = rows.slice(0, Math.max(1, query.limit));
  return {
    rows: page,
    endPosition: page.at(-1)?.position ?? query.after,
    hasMore: page.length < rows.length,
  };
}
