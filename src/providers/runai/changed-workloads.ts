import { GridweaveError } from '../../model/errors.ts';
import type { EpochMs } from '../../model/time.ts';
import type { CallContext } from '../../upstream/types.ts';
import type { DroppedRows } from '../provider.ts';
import { NOTHING_DROPPED, requiredTime, type Wire } from '../reading.ts';
import { MAX_PAGE, statusOf } from './api.ts';
import { clusterConditions, joinDropped, outcome, type Connection } from './connection.ts';
import { EVERYTHING } from './keyset.ts';
import { condition, timeCondition, type Condition } from './query.ts';
import { TimeWalk, type WalkQuery } from './time-walk.ts';
import { decodeWorkload, phaseTimeOf, type WorkloadRow } from './wire.ts';

/** Workloads that changed, and the newest time by which they were found. */
export interface Changed {
  readonly rows: readonly WorkloadRow[];
  readonly newest: number | null;
  readonly dropped: DroppedRows;
}

/** Tombstones read to find out what the newest is. */
const FIRST_TOMBSTONES = 50;

type TimeField = WalkQuery<WorkloadRow>['field'];

/** Reads a list of workloads by one of their times. */
function timeWalk(
  connection: Connection,
  field: TimeField,
  direction: 'ASC' | 'DESC',
  conditions: readonly (Condition | null)[],
  ctx: CallContext,
  options: { readonly size?: number; readonly deleted?: boolean } = {},
): TimeWalk<WorkloadRow> {
  const { api, provider, seen } = connection;
  const more = options.deleted === true ? { deleted: true } : {};
  return new TimeWalk(
    {
      provider,
      field,
      direction,
      span: EVERYTHING,
      at: null,
      conditions: [...clusterConditions(connection), ...conditions.filter((part) => part !== null)],
      size: options.size ?? MAX_PAGE,
      read: (ask, ctx) => api.workloads(ask, ctx, more),
      decode: (wire, observedAt) => {
        const row = decodeWorkload(wire, observedAt);
        requiredTime(wire, field);
        if (options.deleted !== true) seen.note([row]);
        return row;
      },
      timeOf: (row) => timeIn(row.wire, field),
    },
    ctx,
  );
}

function timeIn(wire: Wire, field: TimeField): EpochMs {
  return requiredTime(wire, field);
}

async function readAll(walk: TimeWalk<WorkloadRow>): Promise<TimeWalk<WorkloadRow>> {
  while (!walk.exhausted) await walk.advance();
  return walk;
}

/**
 * Workloads whose phase changed since a time; null reads all. Since 2.21 the list can be read by that time. Before, what
 * has not ended is read whole, and what ended since.
 */
export async function phaseChanges(
  connection: Connection,
  from: EpochMs | null,
  ctx: CallContext,
): Promise<Changed> {
  const { release } = connection;
  if (release.may('phaseDeltas')) {
    const since = from === null ? null : timeCondition('phaseUpdatedAt', '>=', from);
    // Ascending: what changes meanwhile moves to the end, and is read there.
    const walk = await outcome(() => readAll(timeWalk(connection, 'phaseUpdatedAt', 'ASC', [since], ctx)));
    if (!(walk instanceof GridweaveError)) {
      return { rows: [...walk.rows], newest: newestPhase(walk.rows), dropped: walk.dropped };
    }
    if (statusOf(walk) !== 400) throw walk;
    release.lacks('phaseDeltas');
  }
  const live = ['Completed', 'Failed'].map((phase) => condition('phase', '!=', phase));
  const since = from === null ? null : timeCondition('completedAt', '>=', from);
  const walks = await Promise.all([
    readAll(timeWalk(connection, 'createdAt', 'DESC', live, ctx)),
    readAll(timeWalk(connection, 'completedAt', 'DESC', [since], ctx)),
  ]);
  const rows = new Map(walks.flatMap((walk) => [...walk.rows]).map((row) => [row.id, row]));
  return {
    rows: [...rows.values()],
    newest: newestPhase(rows.values()),
    dropped: joinDropped(walks.map((walk) => walk.dropped)),
  };
}

/** Workloads that were deleted since a time; the newest ones only where there was none yet. */
export async function deletedWorkloads(
  connection: Connection,
  from: EpochMs | null,
  ctx: CallContext,
): Promise<Changed> {
  const since = from === null ? null : timeCondition('deletedAt', '>=', from);
  const size = from === null ? FIRST_TOMBSTONES : MAX_PAGE;
  const walk = timeWalk(connection, 'deletedAt', 'DESC', [since], ctx, { deleted: true, size });
  const failure = await outcome<unknown>(() => (since === null ? walk.advance() : readAll(walk)));
  if (failure instanceof GridweaveError) {
    // Without the list of tombstones, the next full sweep tells what is gone.
    if (statusOf(failure) === 400 || failure.code === 'FORBIDDEN') return { rows: [], newest: null, dropped: NOTHING_DROPPED }; // prettier-ignore
    throw failure;
  }
  const rows = [...walk.rows];
  const newest = rows.reduce<number | null>((latest, row) => Math.max(latest ?? 0, timeIn(row.wire, 'deletedAt')), null); // prettier-ignore
  return { rows, newest, dropped: walk.dropped };
}

export function newestPhase(rows: Iterable<WorkloadRow>): number | null {
  let newest: number | null = null;
  for (const row of rows) newest = Math.max(newest ?? 0, phaseTimeOf(row));
  return newest;
}
