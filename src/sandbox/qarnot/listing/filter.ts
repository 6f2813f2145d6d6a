import type { JsonObject, JsonValue } from '../wire/json.ts';
import { isArray, isObject, text } from '../wire/json.ts';
import { invalid } from '../wire/replies.ts';
import { compareTyped, valuesAt } from './compare.ts';
import type { ListedKind } from './fields.ts';
import { comparesInAnyCase, isFilterable } from './fields.ts';

/** Decides on an object in its wire form. */
export type Predicate = (row: JsonObject) => boolean;

type Leaf = (values: readonly JsonValue[], wanted: JsonValue, anyCase: boolean) => boolean;

const contains: Leaf = (values, wanted, anyCase) =>
  wanted === null
    ? values.every((value) => value === null)
    : values.some((value) => compareTyped(value, wanted, anyCase) === 0);

const ordered =
  (accepts: (order: number) => boolean): Leaf =>
  (values, wanted, anyCase) =>
    values.some((value) => {
      if (value === null || wanted === null) return false;
      const order = compareTyped(value, wanted, anyCase);
      return order !== null && accepts(order);
    });

// On arrays (tags) Equal means "contains"; an absent or null field equals null only.
const LEAVES: Readonly<Record<string, Leaf>> = {
  equal: contains,
  notequal: (values, wanted, anyCase) => !contains(values, wanted, anyCase),
  lessthan: ordered((order) => order < 0),
  lessthanorequal: ordered((order) => order <= 0),
  greaterthan: ordered((order) => order > 0),
  greaterthanorequal: ordered((order) => order >= 0),
};

const MAX_DEPTH = 32;
const MAX_PATTERN_LENGTH = 512;

/** Compiles a filter of the wire, or throws the 400 of an invalid one. Null means no filter: everything passes. */
export function compileFilter(kind: ListedKind, filter: JsonValue | undefined, depth = 0): Predicate {
  if (filter === null || filter === undefined) return () => true;
  if (!isObject(filter)) throw invalid({ Filter: 'A filter is an object with an operator.' });
  if (depth > MAX_DEPTH) throw invalid({ Filter: 'The filter is nested too deeply.' });
  const operator = (text(filter['operator']) ?? '').toLowerCase();
  if (operator === 'and' || operator === 'or') return compileNode(kind, operator, filter['filters'], depth);
  return compileLeaf(kind, operator, filter);
}

function compileNode(
  kind: ListedKind,
  operator: 'and' | 'or',
  filters: JsonValue | undefined,
  depth: number,
): Predicate {
  if (!isArray(filters)) throw invalid({ Filter: `${operator} needs the array "filters".` });
  const parts = filters.map((part) => compileFilter(kind, part, depth + 1));
  return operator === 'and'
    ? (row) => parts.every((part) => part(row))
    : (row) => parts.length === 0 || parts.some((part) => part(row));
}

function compileLeaf(kind: ListedKind, operator: string, filter: JsonObject): Predicate {
  const field = text(filter['field']) ?? '';
  if (!isFilterable(kind, field)) {
    throw invalid({ Filter: `The field '${field}' does not exist or cannot be filtered on.` });
  }
  const path = field.split('.');
  const anyCase = comparesInAnyCase(field);
  if (operator === 'like') {
    const pattern = likePattern(filter['value']);
    return (row) => valuesAt(row, path).some((value) => typeof value === 'string' && pattern.test(value));
  }
  if (operator === 'in' || operator === 'notin') {
    const wanted = listOf(filter);
    const among: Predicate = (row) => {
      const values = valuesAt(row, path);
      return wanted.some((item) => contains(values, item, anyCase));
    };
    return operator === 'in' ? among : (row) => !among(row);
  }
  const leaf = LEAVES[operator];
  if (leaf === undefined) throw invalid({ Filter: `Unknown operator '${operator}'.` });
  const wanted = filter['value'] ?? null;
  if (typeof wanted === 'object' && wanted !== null)
    throw invalid({ Filter: `${operator} takes one value.` });
  return (row) => leaf(valuesAt(row, path), wanted, anyCase);
}

// Python's helpers put the list of In and NotIn into "value" instead of "values".
function listOf(filter: JsonObject): readonly JsonValue[] {
  const list = isArray(filter['values']) ? filter['values'] : filter['value'];
  if (!isArray(list)) throw invalid({ Filter: 'In and NotIn need the array "values".' });
  return list;
}

/** Like is a regular expression; the command-line client of the provider sends it between slashes. */
function likePattern(value: JsonValue | undefined): RegExp {
  const given = typeof value === 'string' ? value : '';
  const slashed = /^\/(?<source>.*)\/(?<flags>[a-z]*)$/s.exec(given)?.groups;
  const source = slashed?.['source'] ?? given;
  if (given === '' || source.length > MAX_PATTERN_LENGTH) {
    throw invalid({ Filter: 'Like needs a regular expression of reasonable length.' });
  }
  try {
    return new RegExp(source, slashed?.['flags']?.includes('i') === true ? 'i' : '');
  } catch {
    throw invalid({ Filter: `Like: '${source}' is not a regular expression.` });
  }
}
