import { GridweaveError } from '../../model/errors.ts';
import type { Direction, OrderKey } from '../../model/order.ts';
import type { EpochMs } from '../../model/time.ts';
import { before, notBefore, type NativeFilter } from './filter.ts';

/**
 * Paging by value. The service pages by opaque tokens, orders by creation date only, leaves the order within one second
 * open, and answers in whole seconds. So a position is the order key of a row, a list is resumed with a filter on the
 * second of that row, and a second's rows are only given out once all of them are known: then they can be put in order
 * by key, the same way on every read.
 */

/** Whole seconds since 1970. */
export type Second = number;

export function secondOf(time: EpochMs | number): Second {
  return Math.floor(time / 1000);
}

/** Which seconds a list is read over. Null is open. */
export interface Span {
  /** Inclusive. */
  readonly from: Second | null;
  /** Exclusive. */
  readonly before: Second | null;
}

export const EVERYTHING: Span = { from: null, before: null };

export function spanFilters(span: Span): NativeFilter[] {
  const filters: NativeFilter[] = [];
  if (span.from !== null) filters.push(notBefore('CreationDate', span.from));
  // "Before the next second" rather than "up to this one": it holds whatever fractions the service keeps inside.
  if (span.before !== null) filters.push(before('CreationDate', span.before));
  return filters;
}

export function spanHolds(span: Span, second: Second): boolean {
  return (span.from === null || second >= span.from) && (span.before === null || second < span.before);
}

/** The part of a span that begins with a second, that second included. */
export function resumedAt(span: Span, second: Second, direction: Direction): Span {
  return direction === 'DESC'
    ? { ...span, before: Math.min(span.before ?? Infinity, second + 1) }
    : { ...span, from: Math.max(span.from ?? -Infinity, second) };
}

/** The part of a span that is left after a position, the second of that position included. */
export function resumedAfter(span: Span, after: OrderKey | null, direction: Direction): Span {
  return after === null ? span : resumedAt(span, secondOf(Number(after[0])), direction);
}

/** Whether a second is read strictly earlier than another. */
export function isPassed(second: Second, by: Second, direction: Direction): boolean {
  return direction === 'DESC' ? second > by : second < by;
}

/** The order key before every row of a second, and after every row of the seconds read before it. */
export function startOf(second: Second, direction: Direction): OrderKey {
  return [direction === 'DESC' ? second * 1000 + 999 : second * 1000, ''];
}

const MAX_LENGTH = 1024;
const MAX_PARTS = 4;

export function positionOf(key: OrderKey): string {
  return JSON.stringify(key);
}

/** The order key in a position; INVALID_CURSOR when `positionOf` cannot have made it. `first` says what it starts with. */
export function parsePosition(position: string, first: 'time' | 'name'): OrderKey {
  const parts = position.length > MAX_LENGTH ? null : parsedList(position);
  if (parts !== null && parts.length > 1 && parts.length <= MAX_PARTS && parts.every(isKeyPart)) {
    const [head, ...tie] = parts;
    const fits = first === 'name' ? typeof head === 'string' : Number.isSafeInteger(head) && inRange(head!);
    if (fits && typeof tie[0] === 'string') return [head!, ...tie];
  }
  throw new GridweaveError('INVALID_CURSOR', 'The cursor is damaged or was made by another version. Start again without it.', { field: 'after' }); // prettier-ignore
}

function parsedList(text: string): unknown[] | null {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

function isKeyPart(part: unknown): part is string | number {
  return typeof part === 'string' || typeof part === 'number';
}

/** What a date can be written of. */
function inRange(time: string | number): boolean {
  return typeof time === 'number' && time >= 0 && time < Date.UTC(10_000, 0, 1);
}
