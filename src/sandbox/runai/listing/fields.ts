/** What rows can be sorted and filtered by: a closed set for each list, and another one in some releases. */

/** A value as a comparison needs it: a date is epoch milliseconds. Null sorts last and matches nothing but `!=`. */
export type FieldValue = string | number | readonly string[] | null;

export interface ListField<T> {
  readonly type: 'text' | 'number' | 'date';
  /** Several values (the node pools of a workload) match when one of them does. */
  readonly of: (row: T) => FieldValue;
}

export type ListFields<T> = Readonly<Record<string, ListField<T>>>;

export function textField<T>(of: (row: T) => string | readonly string[] | null): ListField<T> {
  return { type: 'text', of };
}

export function numberField<T>(of: (row: T) => number | null): ListField<T> {
  return { type: 'number', of };
}

/** `of` gives epoch milliseconds. */
export function dateField<T>(of: (row: T) => number | null): ListField<T> {
  return { type: 'date', of };
}

/** Only the fields of these names. */
export function pickFields<T>(fields: ListFields<T>, names: readonly string[]): ListFields<T> {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => names.includes(name)));
}
