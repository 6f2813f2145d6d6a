/** `offset`, `limit`, `sortBy`, `sortOrder`: one page of rows. */
import { choice } from '../routing/call.ts';
import { scatter } from '../wire/ids.ts';
import { badRequest } from '../wire/replies.ts';
import type { FieldValue, ListFields } from './fields.ts';

/** What a limit outside 1 to 500 does: refused by default, as the spec's bounds say; the service is unverified. */
export type LimitPolicy = 'refuse' | 'clamp';

const MAX_LIMIT = 500;
const DEFAULT_LIMIT = 50;

export interface Page<T> {
  readonly rows: readonly T[];
  /** The offset of the next page; null on the last. */
  readonly next: number | null;
}

/** How a list is ordered when nobody asks, and what is asked for by name. */
export interface Sorting<T> {
  readonly fields: ListFields<T>;
  readonly byDefault: { readonly field: string; readonly order: 'asc' | 'desc' };
  readonly idOf: (row: T) => string;
}

/** Rows in the order of `sortBy` and `sortOrder`. */
export function sorted<T>(query: URLSearchParams, rows: readonly T[], sorting: Sorting<T>): readonly T[] {
  const asked = query.get('sortBy') ?? '';
  const order = choice(query, 'sortOrder', ['asc', 'desc']);
  const name = asked === '' ? sorting.byDefault.field : asked;
  const field = Object.hasOwn(sorting.fields, name) ? sorting.fields[name] : undefined;
  if (field === undefined) {
    if (asked === '') return rows;
    throw badRequest(`Invalid sortBy: "${asked}"`, `Fields: ${Object.keys(sorting.fields).join(', ')}`);
  }
  const sign =
    (asked === '' && !query.has('sortOrder') ? sorting.byDefault.order : order) === 'desc' ? -1 : 1;
  // No tie-breaker is documented: rows of the same value come in an order that has nothing to do with anything.
  const keyed = rows.map((row) => ({ row, value: field.of(row), tie: scatter(name + sorting.idOf(row)) }));
  keyed.sort((a, b) => compareValues(a.value, b.value, sign) || a.tie - b.tie);
  return keyed.map(({ row }) => row);
}

function compareValues(a: FieldValue, b: FieldValue, sign: number): number {
  const [left, right] = [plain(a), plain(b)];
  // Null last, whatever the direction.
  if (left === null || right === null) return (left === null ? 1 : 0) - (right === null ? 1 : 0);
  if (left === right) return 0;
  return left < right ? -sign : sign;
}

function plain(value: FieldValue): string | number | null {
  return value !== null && typeof value === 'object' ? (value[0] ?? null) : value;
}

function integer(query: URLSearchParams, name: string): number | null {
  const value = query.get(name);
  if (value === null || value === '') return null;
  if (!/^-?\d{1,9}$/.test(value)) throw badRequest(`The parameter "${name}" must be an integer.`);
  return Number(value);
}

/** Cuts the page out that `offset` and `limit` ask for. `next` is left out of the last page, also of an exactly full one. */
export function cutPage<T>(query: URLSearchParams, rows: readonly T[], policy: LimitPolicy): Page<T> {
  const offset = integer(query, 'offset') ?? 0;
  const asked = integer(query, 'limit') ?? DEFAULT_LIMIT;
  const limit = Math.min(MAX_LIMIT, Math.max(1, asked));
  if (offset < 0) throw badRequest('The parameter "offset" must not be negative.');
  if (limit !== asked && policy === 'refuse') {
    throw badRequest(`The parameter "limit" must be from 1 to ${MAX_LIMIT}.`);
  }
  const page = rows.slice(offset, offset + limit);
  const end = offset + page.length;
  return { rows: page, next: page.length > 0 && end < rows.length ? end : null };
}
