/** How this API writes points in time, durations and sets of instance ids. */

/** .NET's minimum date: what an unset timestamp reads as; never null. */
export const UNSET_DATE = '0001-01-01T00:00:00Z';

/** UTC with `Z` and whole seconds. More than six fraction digits would crash the Python SDK. */
export function wireDate(epochMs: number | null): string {
  if (epochMs === null) return UNSET_DATE;
  return `${new Date(Math.floor(epochMs / 1000) * 1000).toISOString().slice(0, 19)}Z`;
}

const two = (value: number): string => String(value).padStart(2, '0');

/** A .NET TimeSpan, `[d.]hh:mm:ss`, in whole seconds: the Python SDK misreads fractions. */
export function timeSpan(durationMs: number): string {
  const seconds = Math.max(0, Math.floor(durationMs / 1000));
  const days = Math.floor(seconds / 86_400);
  const clock = [Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60, seconds % 60].map(two);
  return `${days > 0 ? `${String(days)}.` : ''}${clock.join(':')}`;
}

const SPAN = /^(?:(\d+)\.)?(\d+):(\d{1,2}):(\d{1,2})(?:\.(\d{1,7}))?$/;

/** Milliseconds of a TimeSpan; hours above 23 are accepted, as one documented example has them. Null when it is none. */
export function parseTimeSpan(text: string): number | null {
  const match = SPAN.exec(text);
  if (match === null) return null;
  const [, days = '0', hours = '0', minutes = '0', seconds = '0', fraction = '0'] = match;
  const whole = Number(days) * 86_400 + Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
  return (whole + Number(`0.${fraction}`)) * 1000;
}

/** Instance ids as `0-2,4-5,17`; empty for none. */
export function rangeText(ids: readonly number[]): string {
  const sorted = [...new Set(ids)].sort((a, b) => a - b);
  const runs: [number, number][] = [];
  for (const id of sorted) {
    const last = runs.at(-1);
    if (last !== undefined && last[1] + 1 === id) last[1] = id;
    else runs.push([id, id]);
  }
  return runs.map(([from, to]) => (from === to ? String(from) : `${String(from)}-${String(to)}`)).join(',');
}

/** The most instances one task may have here; the service's own bound is not documented. */
export const MAX_INSTANCES = 100_000;

/** The ids in a range text, ascending and without duplicates; null when it is malformed, empty or too long. */
export function parseRanges(text: string): number[] | null {
  const ids = new Set<number>();
  for (const part of text.split(',')) {
    const match = /^\s*(\d{1,9})\s*(?:-\s*(\d{1,9})\s*)?$/.exec(part);
    if (match === null) return null;
    const from = Number(match[1]);
    const to = Number(match[2] ?? match[1]);
    if (to < from || to - from >= MAX_INSTANCES) return null;
    for (let id = from; id <= to; id++) ids.add(id);
    if (ids.size > MAX_INSTANCES) return null;
  }
  return [...ids].sort((a, b) => a - b);
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const NO_UUID = '00000000-0000-0000-0000-000000000000';

export function isUuid(text: string): boolean {
  return UUID.test(text);
}

/** A reference that is given: null, empty and the all-zero GUID all mean "none". */
export function givenReference(value: unknown): string | null {
  return typeof value === 'string' && value !== '' && value !== NO_UUID ? value.toLowerCase() : null;
}

/** Rounds to three digits after the point, as measurements are shown. */
export function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
