/** The list and count endpoints, which are alike for every resource. */
import type { Call } from '../routing/call.ts';
import type { JsonObject, JsonValue } from '../wire/json.ts';
import type { Reply } from '../wire/replies.ts';
import { ok } from '../wire/replies.ts';
import type { ListFields } from './fields.ts';
import { readFilter } from './filter.ts';
import { cutPage, sorted } from './page.ts';

export interface ListKind<T> {
  /** Member that holds the rows. */
  readonly collection: string;
  /** Sortable and filterable. */
  readonly fields: ListFields<T>;
  readonly byDefault: { readonly field: string; readonly order: 'asc' | 'desc' };
  readonly idOf: (row: T) => string;
  /** What free text is looked for in; absent where the list takes none. */
  readonly searched?: (row: T) => readonly string[];
  /** False where the schema declares no `next`. Default true. */
  readonly next?: boolean;
}

/** Rows that fit `filterBy` and, in releases that know it, `search`. */
export function matching<T>(call: Call, kind: ListKind<T>, rows: readonly T[]): readonly T[] {
  const fits = readFilter(call.query, kind.fields);
  const wanted = call.scope.release.search ? (call.query.get('search') ?? '').toLowerCase() : '';
  const { searched } = kind;
  return rows.filter(
    (row) =>
      fits(row) &&
      (wanted === '' ||
        searched === undefined ||
        searched(row).some((value) => value.toLowerCase().includes(wanted))),
  );
}

/** One page of a collection. */
export function listReply<T>(
  call: Call,
  kind: ListKind<T>,
  rows: readonly T[],
  view: (row: T) => JsonValue,
): Reply {
  const ordered = sorted(call.query, matching(call, kind, rows), kind);
  const page = cutPage(call.query, ordered, call.scope.limitPolicy);
  return ok(collection(kind.collection, page.rows.map(view), kind.next === false ? null : page.next));
}

/** Rows under their name, with `next` unless it is the last page. */
export function collection(name: string, rows: readonly JsonValue[], next: number | null): JsonObject {
  return { [name]: rows, ...(next === null ? {} : { next }) };
}

export function countReply<T>(call: Call, kind: ListKind<T>, rows: readonly T[]): Reply {
  return ok({ count: matching(call, kind, rows).length });
}
