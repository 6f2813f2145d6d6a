import type { UpstreamPath } from '../../upstream/path.ts';

/** One element of `filterBy`: field, operator, value. Elements are ANDed; there is no strict `<` or `>`, and no OR. */
export type Condition = string & { readonly __brand: 'Condition' };

type Operator = '==' | '!=' | '<=' | '>=' | '=^' | '=$';

/** How many elements one call may hold. Newer documentation says so; older ones say nothing. */
export const MAX_CONDITIONS = 10;

/** Null when the value cannot be expressed: elements are separated by commas, and no escape is documented. */
export function condition(field: string, operator: Operator, value: string): Condition | null {
  if (value === '' || value.length > 200 || /[,\p{Cc}\p{Surrogate}]/u.test(value)) return null;
  return `${field}${operator}${value}` as Condition;
}

/** Times are told to the millisecond and compared as times. */
export function timeCondition(field: string, operator: '<=' | '>=', ms: number): Condition {
  const inRange = Math.min(Math.max(Math.trunc(ms), 0), Date.UTC(9999, 11, 31));
  return `${field}${operator}${new Date(inRange).toISOString()}` as Condition;
}

/** What every paginated list takes. */
export interface PageAsk {
  readonly conditions: readonly Condition[];
  readonly sortBy?: string;
  readonly sortOrder?: 'asc' | 'desc';
  readonly offset: number;
  /** 1 to 500. */
  readonly limit: number;
}

export type Params = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;

/**
 * A path with a query. Lists of values are joined by plain commas, as the vendor's own client sends them: not every
 * server reads an encoded comma as a separator.
 */
export function withQuery({ path, route }: UpstreamPath, params: Params): UpstreamPath {
  const pairs = Object.entries(params).flatMap(([name, value]) => {
    if (value === undefined || (Array.isArray(value) && value.length === 0)) return [];
    const values = typeof value === 'object' ? value : [String(value)];
    return [`${name}=${values.map((item) => encodeURIComponent(item)).join(',')}`];
  });
  return { path: pairs.length === 0 ? path : `${path}?${pairs.join('&')}`, route };
}

export function pageParams({ conditions, sortBy, sortOrder, offset, limit }: PageAsk): Params {
  return { offset, limit, sortBy, sortOrder, filterBy: conditions };
}
