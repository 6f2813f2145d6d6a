import { parseTimestamp, type EpochMs } from '../model/time.ts';
import type { DroppedRows } from './provider.ts';

/**
 * Tolerant reading of what providers send: a value of the wrong type reads as absent, never as a crash. An adapter
 * decides what it cannot do without (`RowError`) and everything else becomes null.
 */
export type Wire = Readonly<Record<string, unknown>>;

/** A row that cannot become a record. The message names the member at fault and never its content. */
export class RowError extends Error {}

export function isWire(value: unknown): value is Wire {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value as an object; an empty one when it is anything else. */
export function wireOf(value: unknown): Wire {
  return isWire(value) ? value : {};
}

/** The value as a list; an empty one when it is anything else (Go sends null for an empty slice). */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A non-empty string, or null. */
export function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

/** A finite number, also when it arrives as a decimal string; null for anything else. */
export function numberOf(value: unknown): number | null {
  const isDecimal = typeof value === 'string' && /^-?\d+(?:\.\d+)?$/.test(value);
  // A text of some hundred digits is infinite as a number.
  const number = isDecimal ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : null;
}

/** The largest number that GraphQL's Int can carry: a larger one would be an error only when somebody asks for it. */
export const MAX_INT = 2_147_483_647;

/** A whole number that an Int can carry; null for anything else. */
export function intOf(value: unknown): number | null {
  const number = numberOf(value);
  return number !== null && Number.isInteger(number) && Math.abs(number) <= MAX_INT ? number : null;
}

/** The same from 0: how many there are of something. */
export function countOf(value: unknown): number | null {
  const number = intOf(value);
  return number === null || number < 0 ? null : number;
}

export function textsOf(value: unknown): string[] {
  return listOf(value).filter((item): item is string => typeof item === 'string');
}

/** A string that the row cannot do without. */
export function requiredText(row: Wire, member: string): string {
  const text = textOf(row[member]);
  if (text === null) throw new RowError(`${member} is missing or not a text`);
  return text;
}

/** A timestamp that the row cannot do without. */
export function requiredTime(row: Wire, member: string): EpochMs {
  const time = parseTimestamp(row[member]);
  if (time === null) throw new RowError(`${member} is missing or not a time`);
  return time;
}

const MAX_REASONS = 5;

/** Maps rows one by one and counts the ones that could not be read, instead of failing the list. */
export class RowReader {
  #count = 0;
  readonly #reasons = new Set<string>();

  read<T>(rows: Iterable<unknown>, map: (row: Wire) => T): T[] {
    const out: T[] = [];
    for (const row of rows) {
      try {
        if (!isWire(row)) throw new RowError('a row is not an object');
        out.push(map(row));
      } catch (error) {
        if (!(error instanceof RowError)) throw error;
        this.#count += 1;
        if (this.#reasons.size < MAX_REASONS) this.#reasons.add(error.message);
      }
    }
    return out;
  }

  get dropped(): DroppedRows {
    return { count: this.#count, reasons: [...this.#reasons] };
  }
}

export const NOTHING_DROPPED: DroppedRows = { count: 0, reasons: [] };
