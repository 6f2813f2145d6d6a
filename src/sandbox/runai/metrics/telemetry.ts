/** Telemetry: one figure of now for each group. Values are strings, and the time has neither a `T` nor a zone. */
import type { Scope } from '../installation.ts';
import type { Call } from '../routing/call.ts';
import { listOf } from '../routing/call.ts';
import type { JsonObject } from '../wire/json.ts';
import { text } from '../wire/json.ts';
import type { Reply } from '../wire/replies.ts';
import { badRequest, ok } from '../wire/replies.ts';

/** How rows can be grouped: the words of `groupBy`, each with a row's value and its name for people. */
export type Groupings<T> = Readonly<
  Record<string, (row: T) => readonly { readonly value: string; readonly name: string }[]>
>;

const MAX_GROUPS = 2;

/** The one telemetry type asked for. */
export function telemetryType<T extends string>(query: URLSearchParams, types: readonly T[]): T {
  const asked = query.get('telemetryType');
  const type = types.find((known) => known === asked);
  if (type === undefined) throw badRequest(`telemetryType must be one of: ${types.join(', ')}.`);
  return type;
}

/** `2025-11-03 09:00:05.100`, as the spec's example has it. */
function spacedTime(scope: Scope): string {
  return scope.date(scope.asOfMs).replace('T', ' ').replace('Z', '');
}

/** Sums a measure over the rows of each group; CSV for those who accept it. */
export function telemetryReply<T>(
  call: Call,
  type: string,
  rows: readonly T[],
  groupings: Groupings<T>,
  measure: (rows: readonly T[]) => number,
): Reply {
  const wanted = listOf(call.query, 'groupBy');
  if (wanted.length > MAX_GROUPS) throw badRequest(`groupBy takes at most ${MAX_GROUPS} words.`);
  let groups: { readonly keys: readonly JsonObject[]; readonly rows: readonly T[] }[] = [{ keys: [], rows }];
  for (const word of wanted) {
    const grouping = Object.hasOwn(groupings, word) ? groupings[word] : undefined;
    if (grouping === undefined) {
      throw badRequest(`groupBy must be one of: ${Object.keys(groupings).join(', ')}.`);
    }
    groups = groups.flatMap((group) => split(group, word, grouping));
  }
  const values = groups.map((group) => ({ value: printed(measure(group.rows)), groups: group.keys }));
  const timestamp = spacedTime(call.scope);
  if (/\btext\/csv\b/.test(call.headers.accept ?? '')) return csv(timestamp, values);
  return ok({ type, timestamp, values });
}

function split<T>(
  group: { readonly keys: readonly JsonObject[]; readonly rows: readonly T[] },
  word: string,
  grouping: Groupings<T>[string],
): { readonly keys: readonly JsonObject[]; readonly rows: readonly T[] }[] {
  const parts = new Map<string, { name: string; rows: T[] }>();
  for (const row of group.rows) {
    for (const { value, name } of grouping(row)) {
      const part = parts.get(value) ?? { name, rows: [] };
      part.rows.push(row);
      parts.set(value, part);
    }
  }
  // Spelled with a small letter, as the spec's examples are; the service's own spelling is unverified.
  const key = word.charAt(0).toLowerCase() + word.slice(1);
  return [...parts].map(([value, { name, rows }]) => ({ keys: [...group.keys, { key, value, name }], rows }));
}

function printed(value: number): string {
  return String(Math.round(value * 1000) / 1000);
}

function csv(
  timestamp: string,
  values: readonly { readonly value: string; readonly groups: readonly JsonObject[] }[],
): Reply {
  const lines = values.map(({ value, groups }) =>
    [timestamp, ...groups.map((group) => text(group['value']) ?? ''), value].join(','),
  );
  const table = `${['timestamp', 'group', 'value'].join(',')}\n${lines.join('\n')}\n`;
  return { status: 200, headers: { 'content-type': 'text/csv' }, text: table };
}
