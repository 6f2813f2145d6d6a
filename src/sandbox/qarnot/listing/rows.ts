import type { JsonObject, JsonValue } from '../wire/json.ts';
import { text } from '../wire/json.ts';
import { parseTimeSpan } from '../wire/scalars.ts';
import type { ListedKind } from './fields.ts';
import { invalid } from '../wire/replies.ts';

/** One listed object. Rendering is put off until a filter, an order or the page needs it. */
export interface Row {
  readonly uuid: string;
  /** As on the wire, so that it sorts as clients see it: whole seconds. */
  readonly creationDate: string;
  readonly full: () => JsonObject;
  /** The fields a filter may name: the full object without what is costly and not filterable. */
  readonly filterable: () => JsonObject;
  readonly summary: () => JsonObject;
}

/** Computes at the first call, and never again. */
export function once<T>(compute: () => T): () => T {
  let kept: { readonly value: T } | undefined;
  return () => (kept ??= { value: compute() }).value;
}

/** A value to sort by, then the creation date, then the uuid: no two rows are equal. */
export type SortKey = readonly [number | string, string, string];

const SORTABLE: Record<ListedKind, readonly string[]> = {
  task: ['creationDate', 'executionTime', 'name', 'state'],
  pool: ['creationDate', 'executionTime', 'name', 'state'],
  job: ['creationDate', 'name', 'state'],
};

export interface Order {
  readonly field: string;
  readonly descending: boolean;
}

/** Newest first. The service's default order is not documented; its own clients do not ask for one. */
export const DEFAULT_ORDER: Order = { field: 'creationDate', descending: true };

export function readOrder(
  kind: ListedKind,
  orderBy: JsonValue | undefined,
  orderType: JsonValue | undefined,
): Order {
  const asked = typeof orderBy === 'string' && orderBy !== '' ? orderBy : DEFAULT_ORDER.field;
  const field = SORTABLE[kind].find((name) => name.toLowerCase() === asked.toLowerCase());
  if (field === undefined) throw invalid({ OrderBy: `Cannot order by '${asked}'.` });
  if (orderType === null || orderType === undefined || orderType === '') {
    return { field, descending: DEFAULT_ORDER.descending };
  }
  const direction = typeof orderType === 'string' ? orderType.toUpperCase() : '';
  if (direction !== 'ASC' && direction !== 'DESC') throw invalid({ OrderType: 'Use ASC or DESC.' });
  return { field, descending: direction === 'DESC' };
}

export function sortKey(row: Row, order: Order): SortKey {
  if (order.field === 'creationDate') return [row.creationDate, row.creationDate, row.uuid];
  const value = text(row.summary()[order.field]) ?? '';
  const span = order.field === 'executionTime' ? parseTimeSpan(value) : null;
  return [span ?? value, row.creationDate, row.uuid];
}

/** Negative when `a` comes first. The uuid always ascends, so that equal seconds have one order in both directions. */
export function compareKeys(a: SortKey, b: SortKey, order: Order): number {
  const sign = order.descending ? -1 : 1;
  if (a[0] !== b[0]) return a[0] < b[0] ? -sign : sign;
  if (a[1] !== b[1]) return a[1] < b[1] ? -sign : sign;
  return a[2] < b[2] ? -1 : a[2] > b[2] ? 1 : 0;
}
