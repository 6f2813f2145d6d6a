import { MAX_INT } from '../reading.ts';

/**
 * Sets of instance ids as inclusive intervals, ascending and disjoint. A task may have millions of instances: every
 * operation here costs as much as there are intervals, never as much as there are ids.
 */
export type Ranges = readonly (readonly [from: number, to: number])[];

/** The last id there can be: so many ids can still be counted in an Int. */
export const MAX_ID = MAX_INT - 1;

const PART = /^\s*(\d{1,10})(?:\s*-\s*(\d{1,10}))?\s*$/;

/** Parses `0-2,4-5,17`; an empty text means none. Null when any part is malformed: half a set would be a wrong one. */
export function parseRanges(value: unknown): Ranges | null {
  if (typeof value !== 'string') return null;
  if (value.trim() === '') return [];
  const parts: [number, number][] = [];
  for (const text of value.split(',')) {
    const match = PART.exec(text);
    if (match === null) return null;
    const from = Number(match[1]);
    const to = Number(match[2] ?? from);
    if (to < from || to > MAX_ID) return null;
    parts.push([from, to]);
  }
  return merged(parts);
}

/** The ids 0 to count-1. */
export function firstIds(count: number): Ranges {
  return count > 0 ? [[0, count - 1]] : [];
}

export function rangesOf(ids: readonly number[]): Ranges {
  return merged(ids.map((id) => [id, id]));
}

export function sizeOf(ranges: Ranges): number {
  return ranges.reduce((total, [from, to]) => total + to - from + 1, 0);
}

export function includes(ranges: Ranges, id: number): boolean {
  return ranges.some(([from, to]) => id >= from && id <= to);
}

/** What is in `a` and not in `b`. */
export function subtract(a: Ranges, b: Ranges): Ranges {
  const out: [number, number][] = [];
  let j = 0;
  for (const [from, to] of a) {
    let start = from;
    while (j < b.length && b[j]![1] < start) j += 1;
    for (let k = j; k < b.length && b[k]![0] <= to && start <= to; k++) {
      const [cutFrom, cutTo] = b[k]!;
      if (cutFrom > start) out.push([start, cutFrom - 1]);
      start = Math.max(start, cutTo + 1);
    }
    if (start <= to) out.push([start, to]);
  }
  return out;
}

export function intersect(a: Ranges, b: Ranges): Ranges {
  return subtract(a, subtract(a, b));
}

/** The first `limit` ids, ascending. */
export function idsOf(ranges: Ranges, limit: number): number[] {
  const ids: number[] = [];
  for (const [from, to] of ranges) {
    for (let id = from; id <= to; id++) {
      if (ids.length >= limit) return ids;
      ids.push(id);
    }
  }
  return ids;
}

function merged(parts: readonly (readonly [number, number])[]): Ranges {
  const out: [number, number][] = [];
  for (const [from, to] of parts.toSorted((a, b) => a[0] - b[0])) {
    const last = out.at(-1);
    if (last !== undefined && from <= last[1] + 1) last[1] = Math.max(last[1], to);
    else out.push([from, to]);
  }
  return out;
}
