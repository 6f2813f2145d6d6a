import { GridweaveError } from '../../model/errors.ts';
import type { NativeKey } from '../../model/ids.ts';
import type { ComputeNodeRecord } from '../../model/records.ts';
import type { EpochMs } from '../../model/time.ts';
import type { CallContext } from '../../upstream/types.ts';
import type { DroppedRows, Found, ListPage, ListQuery } from '../provider.ts';
import { isWire, NOTHING_DROPPED, RowReader, type Wire } from '../reading.ts';
import { statusOf } from './api.ts';
import {
  clusterConditions,
  foundBy,
  isOurs,
  joinDropped,
  oldest,
  outcome,
  type Connection,
} from './connection.ts';
import { pageOf } from './list-page.ts';
import { nodeRecord, poolRecord } from './map-node.ts';
import { readTelemetry } from './telemetry.ts';
import { readWhole, type Whole } from './whole.ts';
import { idOf } from './wire.ts';

export interface Nodes {
  readonly records: readonly ComputeNodeRecord[];
  readonly dropped: DroppedRows;
  readonly observedAt: EpochMs;
  readonly notes: readonly string[];
  /** False when some may be missing that were there before. Pools that may never be read are not missing. */
  readonly whole: boolean;
}

interface NodeRow {
  readonly wire: Wire;
  readonly observedAt: EpochMs;
}

/**
 * All nodes, followed by all node pools. They are few, and in which order the service sorts names is not documented, so
 * lists are sorted here.
 */
export async function readNodes(connection: Connection, ctx: CallContext): Promise<Nodes> {
  const { provider, settings, api } = connection;
  const [nodes, pools, telemetry] = await Promise.all([
    nodeRows(connection, ctx),
    settings.nodePools
      ? outcome(() => readWhole((ask) => api.nodePools(ask, ctx), clusterConditions(connection), asRow))
      : null,
    readTelemetry(connection, ctx),
  ]);
  const notes: string[] = [];
  if (telemetry.failure !== null) notes.push(`Some figures of the nodes could not be read (${telemetry.failure.code}).`); // prettier-ignore
  const known = pools instanceof GridweaveError ? null : pools;
  if (pools instanceof GridweaveError) notes.push(`The node pools could not be read (${pools.code}).`);
  const setting = { provider, telemetry };
  const machines = mapped(nodes.rows, (row) => nodeRecord(row.wire, row.observedAt, setting));
  const aggregates = known === null ? null : mapped(known.rows, (row) => poolRecord(row.wire, row.observedAt, provider, machines.rows)); // prettier-ignore
  const records = new Map<NativeKey, ComputeNodeRecord>();
  for (const record of [...machines.rows, ...(aggregates?.rows ?? [])]) records.set(record.key, record);
  return {
    records: [...records.values()],
    dropped: joinDropped([nodes.dropped, machines.dropped, aggregates?.dropped ?? NOTHING_DROPPED]),
    observedAt: oldest([nodes.observedAt, known?.observedAt ?? null], nodes.observedAt),
    notes,
    whole: !(pools instanceof GridweaveError) || pools.code === 'FORBIDDEN' || statusOf(pools) === 404,
  };
}

export async function listNodes(
  connection: Connection,
  query: ListQuery,
  ctx: CallContext,
): Promise<ListPage<'computeNode'>> {
  const { records, dropped, observedAt, notes } = await readNodes(connection, ctx);
  const page = pageOf<'computeNode'>(records, query, (record) => [record.name, record.key], 'ss');
  return { ...page, pushedDown: [], dropped, observedAt, notes };
}

export async function getNodes(
  connection: Connection,
  keys: readonly NativeKey[],
  ctx: CallContext,
): Promise<Found<ComputeNodeRecord>> {
  const { records } = keys.length === 0 ? { records: [] } : await readNodes(connection, ctx);
  const byKey = new Map(records.map((record) => [record.key, record]));
  return foundBy(connection.provider, keys, (key) => byKey.get(key) ?? null);
}

/** Since 2.23 in one list; before that cluster by cluster. */
async function nodeRows(connection: Connection, ctx: CallContext): Promise<Whole<NodeRow>> {
  const { api, release, settings } = connection;
  if (release.may('tenantNodes')) {
    const rows = await outcome(() =>
      readWhole((ask) => api.nodes(ask, ctx), clusterConditions(connection, 'clusterUuid'), asRow),
    );
    if (!(rows instanceof GridweaveError)) return rows;
    if (statusOf(rows) !== 404) throw rows;
    release.lacks('tenantNodes');
  }
  const clusters = settings.cluster === undefined ? await clusterIds(connection, ctx) : [settings.cluster];
  const parts = await Promise.all(
    clusters.map((uuid) => readWhole((ask) => api.nodesOfCluster(uuid, ask, ctx), [], asRow)),
  );
  return {
    rows: parts.flatMap((part) => part.rows),
    dropped: joinDropped(parts.map((part) => part.dropped)),
    observedAt: oldest(parts.map((part) => part.observedAt), connection.clock.now()), // prettier-ignore
  };
}

async function clusterIds(connection: Connection, ctx: CallContext): Promise<string[]> {
  const { rows } = await connection.api.clusters(ctx);
  const ids = rows.map((row) => (isWire(row) ? idOf(row['uuid']) : null)).filter((id) => id !== null);
  return ids.filter((id) => isOurs(connection, id));
}

function mapped(
  rows: readonly NodeRow[],
  map: (row: NodeRow) => ComputeNodeRecord,
): { readonly rows: ComputeNodeRecord[]; readonly dropped: DroppedRows } {
  const reader = new RowReader();
  const records = rows.flatMap((row) => reader.read([row.wire], () => map(row)));
  return { rows: records, dropped: reader.dropped };
}

function asRow(wire: Wire, observedAt: EpochMs): NodeRow {
  return { wire, observedAt };
}
