import type { JsonObject, JsonValue } from '../wire/json.ts';
import { integer, isArray, isObject, textList } from '../wire/json.ts';
import { invalid } from '../wire/replies.ts';
import type { ListedKind } from './fields.ts';
import { compileFilter } from './filter.ts';
import type { Row } from './rows.ts';
import { compareKeys, DEFAULT_ORDER, sortKey } from './rows.ts';

/** Rows in the order that plain lists are given in. */
export function inDefaultOrder(rows: readonly Row[]): Row[] {
  return [...rows].sort((a, b) =>
    compareKeys(sortKey(a, DEFAULT_ORDER), sortKey(b, DEFAULT_ORDER), DEFAULT_ORDER),
  );
}

/** Answers a search: a bare array, cut at `maximumResults` without a sign of it, projected where `select` says so. */
export function search(kind: ListedKind, rows: readonly Row[], request: JsonObject): JsonValue {
  const accepts = compileFilter(kind, request['filter']);
  const wished = request['maximumResults'] ?? null;
  const limit = wished === null ? Infinity : integer(wished);
  if (limit === null || limit < 1) throw invalid({ MaximumResults: 'Must be a positive integer.' });
  const project = projection(request['select']);
  const found: JsonObject[] = [];
  for (const row of inDefaultOrder(rows)) {
    if (found.length >= limit) break;
    if (accepts(row.filterable())) found.push(project(row.full()));
  }
  return found;
}

// Python's helper documents a plain list, the specification and C# an object with `fields`: both are taken.
function projection(select: JsonValue | undefined): (row: JsonObject) => JsonObject {
  const fields = isObject(select) ? select['fields'] : select;
  if (!isArray(fields) || fields.length === 0) return (row) => row;
  const wanted = new Set(textList(fields).map((field) => field.toLowerCase()));
  return (row) => Object.fromEntries(Object.entries(row).filter(([key]) => wanted.has(key.toLowerCase())));
}

/**
 * Which rows a `?tag=` list means: those with any of the tags. Whether a comma separates two tags is unverified; repeated
 * parameters and commas both do here.
 */
export function wantedTags(values: readonly string[]): ReadonlySet<string> | null {
  const tags = values.flatMap((value) => value.split(',')).filter((tag) => tag !== '');
  return tags.length === 0 ? null : new Set(tags);
}
