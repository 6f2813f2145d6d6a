import { compareOrderKeys, type Direction, type OrderKey } from '../../model/order.ts';
import { positionOf, startOf } from './keyset.ts';
import type { TimeWalk } from './time-walk.ts';
import type { NativeRow } from './wire.ts';

export interface Keyed<R> {
  readonly row: R;
  readonly orderKey: OrderKey;
}

export interface Stretch<R> {
  /** In order, at most as many as were asked for. */
  readonly chosen: readonly Keyed<R>[];
  /** The position up to which the list was read; null when nothing was. */
  readonly end: string | null;
  readonly hasMore: boolean;
}

/** Pages after which what was found so far is enough. */
const MAX_PAGES_PER_STRETCH = 4;

/**
 * Reads on until enough rows that pass `test` are known to stand at their place, strictly after a position. Nothing past
 * the time up to which the walk is complete is given out: a row there could still be preceded by one not read yet.
 */
export async function readStretch<R extends NativeRow>(
  walk: TimeWalk<R>,
  from: {
    readonly after: OrderKey | null;
    /** The row at `after` itself is wanted, too. */
    readonly inclusive?: boolean;
    readonly direction: Direction;
    readonly limit: number;
  },
  options: {
    readonly keyOf: (row: R) => OrderKey;
    readonly test: (row: R) => boolean;
  },
): Promise<Stretch<R>> {
  const { after, direction, inclusive = false } = from;
  const isLeft = (key: OrderKey): boolean => {
    const distance = after === null ? 1 : compareOrderKeys(key, after, direction);
    return distance > 0 || (inclusive && distance === 0);
  };
  const limit = Math.max(1, from.limit);
  for (;;) {
    await walk.advance();
    const found = [...walk.rows]
      .map((row) => ({ row, orderKey: options.keyOf(row) }))
      .filter(({ row, orderKey }) => isLeft(orderKey) && walk.isComplete(row.createdAt) && options.test(row))
      .sort((a, b) => compareOrderKeys(a.orderKey, b.orderKey, direction));
    const edge = walk.exhausted || walk.frontier === null ? null : startOf(walk.frontier);
    const moved = edge !== null && (after === null || compareOrderKeys(edge, after, direction) > 0);
    const enough = found.length >= limit || (walk.pages >= MAX_PAGES_PER_STRETCH && moved);
    if (!walk.exhausted && !enough) continue;
    const chosen = found.slice(0, limit);
    const cut = chosen.length < found.length;
    const last = chosen.at(-1)?.orderKey ?? after;
    const end = !cut && moved ? edge : last;
    return { chosen, end: end === null ? null : positionOf(end), hasMore: cut || !walk.exhausted };
  }
}
