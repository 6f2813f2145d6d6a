import type { JsonValue } from '../wire/json.ts';
import { isArray, isObject } from '../wire/json.ts';
import { parseTimeSpan } from '../wire/scalars.ts';

const DATE = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/;

function instant(value: string): number | null {
  if (!DATE.test(value)) return null;
  // A date without an offset is UTC here, as every date of this API is.
  const zoned = /(?:Z|[+-]\d{2}:?\d{2})$/.test(value) || value.length === 10 ? value : `${value}Z`;
  const ms = Date.parse(zoned);
  return Number.isNaN(ms) ? null : ms;
}

function asNumber(value: JsonValue): number | null {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && value.trim() !== '' && Number.isFinite(Number(value))
    ? Number(value)
    : null;
}

function asBoolean(value: JsonValue): boolean | null {
  if (typeof value === 'boolean') return value;
  const word = typeof value === 'string' ? value.toLowerCase() : '';
  return word === 'true' ? true : word === 'false' ? false : null;
}

const order = <T extends number | string>(a: T, b: T): number => (a < b ? -1 : a > b ? 1 : 0);

/**
 * Compares a value of an object with one of a filter, by the type of the former: filter values are strings in the
 * specification, but the C# SDK sends native types. Null when the two cannot be compared.
 */
export function compareTyped(actual: JsonValue, wanted: JsonValue, anyCase: boolean): number | null {
  if (actual === null || wanted === null) return actual === wanted ? 0 : null;
  if (typeof actual === 'number') {
    const number = asNumber(wanted);
    return number === null ? null : order(actual, number);
  }
  if (typeof actual === 'boolean') {
    const boolean = asBoolean(wanted);
    return boolean === null ? null : order(Number(actual), Number(boolean));
  }
  if (typeof actual === 'string') return compareTexts(actual, written(wanted), anyCase);
  return null;
}

function written(value: JsonValue): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function compareTexts(actual: string, wanted: string, anyCase: boolean): number {
  for (const parse of [instant, parseTimeSpan]) {
    const [left, right] = [parse(actual), parse(wanted)];
    if (left !== null && right !== null) return order(left, right);
  }
  return anyCase ? order(actual.toLowerCase(), wanted.toLowerCase()) : order(actual, wanted);
}

/** Every value that a dotted name reaches, through objects in any case and through the elements of arrays. */
export function valuesAt(value: JsonValue | undefined, path: readonly string[]): JsonValue[] {
  if (isArray(value)) return value.flatMap((item) => valuesAt(item, path));
  const [head, ...rest] = path;
  if (head === undefined) return value === undefined ? [] : [value];
  if (!isObject(value)) return [];
  const key =
    head in value ? head : Object.keys(value).find((name) => name.toLowerCase() === head.toLowerCase());
  return key === undefined ? [] : valuesAt(value[key], rest);
}
