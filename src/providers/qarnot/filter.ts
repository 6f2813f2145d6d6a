/**
 * Qarnot's filter language, as the OpenAPI document and the C# SDK write it. Field names are PascalCase; the names here
 * are those the C# SDK marks as filterable.
 */
export type FilterField =
  'Uuid' | 'Shortname' | 'Name' | 'State' | 'JobUuid' | 'ProjectUuid' | 'CreationDate' | 'LastModified';

export type NativeFilter =
  | { readonly operator: 'And' | 'Or'; readonly filters: readonly NativeFilter[] }
  | {
      readonly operator: 'GreaterThanOrEqual' | 'LessThan' | 'Like';
      readonly field: FilterField;
      readonly value: string;
    }
  | { readonly operator: 'In'; readonly field: FilterField; readonly values: readonly string[] };

/** Everything must hold; null, which filters nothing, when there is nothing to hold. */
export function all(filters: readonly NativeFilter[]): NativeFilter | null {
  return joined('And', filters);
}

/** At least one must hold; null when there is none. */
export function any(filters: readonly NativeFilter[]): NativeFilter | null {
  return joined('Or', filters);
}

function joined(operator: 'And' | 'Or', filters: readonly NativeFilter[]): NativeFilter | null {
  return filters.length > 1 ? { operator, filters } : (filters[0] ?? null);
}

export function oneOf(field: FilterField, values: readonly string[]): NativeFilter {
  return { operator: 'In', field, values };
}

/** Times are sent in whole seconds, which is the precision the service answers in. */
export function notBefore(field: FilterField, second: number): NativeFilter {
  return { operator: 'GreaterThanOrEqual', field, value: isoSecond(second) };
}

export function before(field: FilterField, second: number): NativeFilter {
  return { operator: 'LessThan', field, value: isoSecond(second) };
}

/** `2026-03-02T09:15:04Z` of seconds since 1970. */
export function isoSecond(second: number): string {
  return new Date(second * 1000).toISOString().replace('.000Z', 'Z');
}

const CERTAIN_PREFIX = /^[\p{L}\p{N} _.:-]{1,200}$/u;

/**
 * Names that begin with a text. `Like` is a regular expression, written between slashes as the vendor's own CLI does.
 * Which dialect it is, and whether it minds case, is unverified: so only prefixes without special characters are sent
 * (null for others), and what comes back is tested again.
 */
export function nameBeginsWith(prefix: string): NativeFilter | null {
  if (!CERTAIN_PREFIX.test(prefix)) return null;
  return { operator: 'Like', field: 'Name', value: `/^${prefix.replaceAll('.', '\\.')}/` };
}
