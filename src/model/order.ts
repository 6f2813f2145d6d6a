/**
 * Where a row stands in a list. The first part follows the asked direction, the others always ascend, so that
 * "newest first, then by id" is one comparison whatever the provider.
 */
export type OrderKey = readonly [primary: number | string, ...tie: (number | string)[]];

export type Direction = 'ASC' | 'DESC';

function compareParts(a: number | string | undefined, b: number | string | undefined): number {
  if (a === b) return 0;
  if (a === undefined) return -1;
  if (b === undefined) return 1;
  return a < b ? -1 : 1;
}

/** Negative when `a` comes before `b` in a list read in `direction`. */
export function compareOrderKeys(a: OrderKey, b: OrderKey, direction: Direction): number {
  const primary = compareParts(a[0], b[0]);
  if (primary !== 0) return direction === 'DESC' ? -primary : primary;
  for (let i = 1; i < Math.max(a.length, b.length); i++) {
    const tie = compareParts(a[i], b[i]);
    if (tie !== 0) return tie;
  }
  return 0;
}
