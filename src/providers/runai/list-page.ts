import type { RecordKind } from '../../model/ids.ts';
import { GridweaveError } from '../../model/errors.ts';
import { compareOrderKeys, type OrderKey } from '../../model/order.ts';
import type { Clock } from '../../model/time.ts';
import { DEFAULT_ORDER, type FilterName, type ListPage, type ListQuery, type ListRow } from '../provider.ts';
import { NOTHING_DROPPED } from '../reading.ts';
import { parsePosition, positionOf } from './keyset.ts';

/** The answer to a filter that nothing can match, without a call. */
export function emptyPage<K extends RecordKind>(
  { clock }: { readonly clock: Clock },
  query: ListQuery,
): ListPage<K> {
  const names = Object.keys(query.filter) as FilterName[];
  return {
    rows: [],
    endPosition: query.after,
    hasMore: false,
    pushedDown: names.filter((name) => query.filter[name] !== undefined),
    dropped: NOTHING_DROPPED,
    observedAt: clock.now(),
    notes: [],
  };
}

/** Each kind can be read in one order only. */
export function checkOrder(kind: RecordKind, query: ListQuery): void {
  const { field } = DEFAULT_ORDER[kind];
  if (query.order.field === field) return;
  throw new GridweaveError('INVALID_ARGUMENT', `This list can only be ordered by ${field}.`, {
    field: 'orderBy',
  });
}

/** A page of a set that is all at hand, in the order of its keys. */
export function pageOf<K extends RecordKind>(
  records: readonly ListRow<K>['record'][],
  query: ListQuery,
  keyOf: (record: ListRow<K>['record']) => OrderKey,
  shape: 'ns' | 'ss',
): Pick<ListPage<K>, 'rows' | 'endPosition' | 'hasMore'> {
  const { direction } = query.order;
  const after = query.after === null ? null : parsePosition(query.after, shape);
  const rest = records
    .map((record) => ({ record, orderKey: keyOf(record) }))
    .filter(({ orderKey }) => after === null || compareOrderKeys(orderKey, after, direction) > 0)
    .sort((a, b) => compareOrderKeys(a.orderKey, b.orderKey, direction));
  // Filters run elsewhere, and the rest costs nothing more: giving all of it spares the next call.
  const filtered = Object.values(query.filter).some((value) => value !== undefined);
  const taken = filtered ? rest : rest.slice(0, Math.max(1, query.limit));
  const rows = taken.map((row) => ({ ...row, position: positionOf(row.orderKey) }));
  return { rows, endPosition: rows.at(-1)?.position ?? query.after, hasMore: taken.length < rest.length };
}
