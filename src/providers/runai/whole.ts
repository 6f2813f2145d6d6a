import type { EpochMs } from '../../model/time.ts';
import type { DroppedRows } from '../provider.ts';
import { RowReader, type Wire } from '../reading.ts';
import { MAX_PAGE, type NativePage } from './api.ts';
import { oldest } from './connection.ts';
import type { Condition, PageAsk } from './query.ts';

/** A list that is read to its end. */
export interface Whole<T> {
  readonly rows: readonly T[];
  readonly dropped: DroppedRows;
  readonly observedAt: EpochMs;
}

const MAX_PAGES = 40;

/**
 * Reads a list of things that are few and seldom come or go: nodes, pools, projects. Sorted by name, so that a page that
 * shifts meanwhile repeats or lacks as little as can be; some of these lists never say that there is more.
 */
export async function readWhole<T>(
  read: (ask: PageAsk) => Promise<NativePage>,
  conditions: readonly Condition[],
  map: (wire: Wire, observedAt: EpochMs) => T,
): Promise<Whole<T>> {
  const reader = new RowReader();
  const rows: T[] = [];
  let observedAt: EpochMs | null = null;
  let offset = 0;
  for (let pages = 0; pages < MAX_PAGES; pages++) {
    const page = await read({ conditions, sortBy: 'name', sortOrder: 'asc', offset, limit: MAX_PAGE });
    observedAt = oldest([observedAt, page.receivedAt], page.receivedAt);
    for (const row of reader.read(page.rows, (wire) => map(wire, page.receivedAt))) rows.push(row);
    offset += page.rows.length;
    if (page.rows.length === 0 || (!page.more && page.rows.length < MAX_PAGE)) break;
  }
  return { rows, dropped: reader.dropped, observedAt: observedAt! };
}
