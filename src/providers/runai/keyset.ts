import { GridweaveError } from '../../model/errors.ts';
import type { Direction, OrderKey } from '../../model/order.ts';
import { epochMs, type EpochMs } from '../../model/time.ts';
import { timeCondition, type Condition } from './query.ts';

/**
 * Paging by value. The API pages by offset, which shifts whenever a row before it comes or goes, and says nothing about
 * the order of rows with the same time. So a position is the order key of a row, a list is resumed with a filter on the
 * time of that row, and the rows of one instant are given out only once all of them are known: then they can be put in
 * order by key, the same way on every read.
 */

/** Which times a list is read over. Null is open. */
export interface Span {
  /** Inclusive. */
  readonly from: EpochMs | null;
  /** Exclusive. */
  readonly before: EpochMs | null;
}

export const EVERYTHING: Span = { from: null, before: null };

/** Whether a time is read strictly earlier than another. */
export function isPassed(time: number, by: number, direction: Direction): boolean {
  return direction === 'DESC' ? time > by : time < by;
}

/**
 * Elements of `filterBy` for the part of a span that begins with a time, that time included. A time may be told more
 * coarsely than it is kept and compared, down to the second: so upper bounds reach to the end of what was told.
 */
export function spanConditions(
  field: string,
  { from, before }: Span,
  at: EpochMs | null,
  direction: Direction,
): Condition[] {
  const lowest = direction === 'ASC' ? latest(from, at) : from;
  const highest = earliest(
    before === null ? null : Math.ceil(before / 1000) * 1000,
    direction === 'DESC' && at !== null ? endOf(at) : null,
  );
  return [
    ...(lowest === null ? [] : [timeCondition(field, '>=', lowest)]),
    ...(highest === null ? [] : [timeCondition(field, '<=', highest)]),
  ];
}

/** Whole seconds may be cut off from more; anything finer was told to the millisecond. */
function endOf(time: number): number {
  return time % 1000 === 0 ? time + 1000 : time + 1;
}

function latest(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.max(a, b);
}

function earliest(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.min(a, b);
}

export function spanHolds({ from, before }: Span, time: number): boolean {
  return (from === null || time >= from) && (before === null || time < before);
}

/** The order key before every row of a time. */
export function startOf(time: EpochMs): OrderKey {
  return [time, ''];
}

const MAX_LENGTH = 1024;

export function positionOf(key: OrderKey): string {
  return JSON.stringify(key);
}

/** What the parts of an order key are, as one letter each: n for a number, s for a text. */
export type Shape = 'ns' | 'nsns' | 'ss';

/** The order key in a position; INVALID_CURSOR when `positionOf` cannot have made it. */
export function parsePosition(position: string, shape: Shape): OrderKey {
  const parts = position.length > MAX_LENGTH ? null : parsedList(position);
  if (parts !== null && parts.length === shape.length && parts.every((part, i) => isPart(part, shape[i]))) {
    return parts as [number | string, ...(number | string)[]];
  }
  throw new GridweaveError('INVALID_CURSOR', 'The cursor is damaged or was made by another version. Start again without it.', { field: 'after' }); // prettier-ignore
}

/** The time that a position of a list by time begins with. */
export function timeOfPosition(key: OrderKey | null): EpochMs | null {
  return key === null ? null : epochMs(Number(key[0]));
}

function parsedList(text: string): unknown[] | null {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

function isPart(part: unknown, letter: string | undefined): boolean {
  if (letter === 's') return typeof part === 'string';
  return typeof part === 'number' && Number.isSafeInteger(part) && part >= 0;
}
