import type { Interest } from '../live.ts';

/** One text for interests that mean the same: the order of members, and of the values within one, says nothing. */
export function interestKey(interest: Interest): string {
  return JSON.stringify([interest.kind, canonical(interest.filter)]);
}

function canonical(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value
      .map((item) => [JSON.stringify(canonical(item)), canonical(item)] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, item]) => item);
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => [name, canonical(member)]);
}
