/** Time series: so many samples between two times, their values strings. */
import type { Scope } from '../installation.ts';
import type { Call } from '../routing/call.ts';
import { listOf } from '../routing/call.ts';
import type { JsonObject } from '../wire/json.ts';
import type { Reply } from '../wire/replies.ts';
import { badRequest } from '../wire/replies.ts';

/** One line of a chart. `at` gives its value at a time in epoch milliseconds; null where nothing was measured. */
export interface Series {
  readonly labels: Readonly<Record<string, string>> | null;
  readonly at: (atMs: number) => number | null;
}

const DEFAULT_SAMPLES = 20;
const MAX_SAMPLES = 1000;

function timeOf(query: URLSearchParams, name: string): number {
  const value = query.get(name);
  const at = value === null ? Number.NaN : Date.parse(value);
  if (Number.isNaN(at)) throw badRequest(`The parameter "${name}" must be an ISO 8601 timestamp.`);
  return at;
}

function sampleTimes(query: URLSearchParams): readonly number[] {
  const [start, end] = [timeOf(query, 'start'), timeOf(query, 'end')];
  if (end < start) throw badRequest('The parameter "end" must not be before "start".');
  const asked = query.get('numberOfSamples');
  const count = asked === null || asked === '' ? DEFAULT_SAMPLES : Number(asked);
  if (!Number.isInteger(count) || count < 0 || count > MAX_SAMPLES) {
    throw badRequest(`The parameter "numberOfSamples" must be from 0 to ${MAX_SAMPLES}.`);
  }
  const step = count > 1 ? (end - start) / (count - 1) : 0;
  return Array.from({ length: count }, (_, index) => Math.round(start + index * step));
}

/**
 * Measurements of the types asked for. `seriesOf` gives the lines of a type, or null for one that the spec knows and
 * this installation does not measure: the answer is then a 207 without it.
 */
export function metricsReply(
  call: Call,
  known: readonly string[],
  seriesOf: (type: string) => readonly Series[] | null,
): Reply {
  const { query, scope } = call;
  const types = listOf(query, 'metricType');
  const unknown = types.find((type) => !known.includes(type));
  if (types.length === 0) throw badRequest('Required parameter is missing: metricType');
  if (unknown !== undefined) throw badRequest(`metricType must be one of: ${known.join(', ')}.`);
  const times = sampleTimes(query);
  const answers = types.map((type) => ({ type, series: seriesOf(type) }));
  const measurements = answers.flatMap(({ type, series }) =>
    (series ?? []).map((one) => measurement(type, one, times, scope)),
  );
  const status = answers.some(({ series }) => series === null) ? 207 : 200;
  if (/\btext\/csv\b/.test(call.headers.accept ?? '')) return csv(status, measurements);
  return { status, body: { measurements } };
}

interface Measurement extends JsonObject {
  readonly type: string;
  readonly values: readonly { readonly timestamp: string; readonly value: string }[];
}

/** The future has no samples. */
function measurement(type: string, series: Series, times: readonly number[], scope: Scope): Measurement {
  const values = times.flatMap((atMs) => {
    const value = atMs > scope.asOfMs ? null : series.at(atMs);
    return value === null
      ? []
      : [{ timestamp: scope.date(atMs), value: String(Math.round(value * 1000) / 1000) }];
  });
  return { type, ...(series.labels === null ? {} : { labels: series.labels }), values };
}

function csv(status: number, measurements: readonly Measurement[]): Reply {
  const lines = measurements.flatMap(({ type, values }) =>
    values.map(({ timestamp, value }) => `${type},${timestamp},${value}`),
  );
  const text = `type,timestamp,value\n${lines.map((line) => `${line}\n`).join('')}`;
  return { status, headers: { 'content-type': 'text/csv' }, text };
}
