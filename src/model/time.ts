/**
 * The unified model: what a job, a task, an execution, a node and a project are, whatever provider they come from.
 * This folder owns the words (records, states, reasons, ids, units, errors) and their laws. It is pure: it does no
 * I/O, reads no clock of its own, and imports nothing of ours. Everybody else may import it.
 */

/** A point in time: integer milliseconds since 1970-01-01T00:00:00Z. */
export type EpochMs = number & { readonly __brand: 'EpochMs' };

/** Where "now" comes from. The sandbox and the tests inject their own. */
export interface Clock {
  now(): EpochMs;
}

/** The machine's clock. */
export const systemClock: Clock = { now: () => Date.now() as EpochMs };

/** Epoch milliseconds from a number, dropping any fraction. */
export function epochMs(value: number): EpochMs {
  return Math.trunc(value) as EpochMs;
}

/**
 * Parses an RFC 3339 / ISO 8601 timestamp. Returns null for anything unusable and for the "not set" markers providers
 * send: Go's zero time and .NET's minimum, both 0001-01-01.
 */
export function parseTimestamp(value: unknown): EpochMs | null {
  if (typeof value !== 'string' || value.startsWith('0001-01-01')) return null;
  const ms = Date.parse(value);
  return Number.isNaN(ms) ? null : (ms as EpochMs);
}
