/**
 * A strict reader of Prometheus's text format, version 0.0.4. Refuses what a Prometheus server refuses or would drop without
 * a word, and what breaks the conventions for names.
 */
export interface Family {
  readonly type: 'counter' | 'gauge' | 'histogram' | 'summary' | 'untyped';
  readonly help: string;
  readonly samples: Sample[];
}

export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const LABEL = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)/;
const NUMBER = /^(?:[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|[+-]?Inf|NaN)$/i;
const TYPES = new Set(['counter', 'gauge', 'histogram', 'summary', 'untyped']);

export function parseExposition(text: string): Map<string, Family> {
  if (!text.endsWith('\n')) throw new Error('The last line has no end.');
  const families = new Map<string, Family>();
  const helps = new Map<string, string>();
  let current: { name: string; family: Family } | null = null;
  const seen = new Set<string>();
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const help = /^# HELP (\S+) (.+)$/.exec(line);
    if (help !== null) {
      if (helps.has(help[1]!)) throw new Error(`Two helps: ${line}`);
      helps.set(help[1]!, help[2]!);
      continue;
    }
    const type = /^# TYPE (\S+) (\S+)$/.exec(line);
    if (type !== null) {
      const [, name = '', kind = ''] = type;
      if (!NAME.test(name) || !TYPES.has(kind) || families.has(name)) throw new Error(`Bad type: ${line}`);
      const family = { type: kind as Family['type'], help: helps.get(name) ?? '', samples: [] };
      if (family.help === '') throw new Error(`No help: ${name}`);
      families.set(name, family);
      current = { name, family };
      continue;
    }
    const sample = parseSample(line);
    if (current === null || !belongs(sample, current.name, current.family.type)) {
      throw new Error(`Not of the metric above it: ${line}`);
    }
    const series = `${sample.name} ${JSON.stringify(byName(sample.labels))}`;
    if (seen.has(series)) throw new Error(`Twice: ${line}`);
    seen.add(series);
    current.family.samples.push(sample);
  }
  for (const [name, family] of families) checkFamily(name, family);
  return families;
}

function parseSample(line: string): Sample {
  const match = /^([^\s{]+)(?:\{(.*)\})? (\S+)$/.exec(line);
  const [, name = '', inner = '', value = ''] = match ?? [];
  if (!NAME.test(name) || !NUMBER.test(value)) throw new Error(`Not a sample: ${line}`);
  const labels: Record<string, string> = {};
  for (let rest = inner; rest !== '';) {
    const label = LABEL.exec(rest);
    if (label === null || Object.hasOwn(labels, label[1]!)) throw new Error(`Bad labels: ${line}`);
    labels[label[1]!] = label[2]!.replaceAll(/\\(.)/g, (_, c: string) => (c === 'n' ? '\n' : c));
    rest = rest.slice(label[0].length);
  }
  return { name, labels, value: numberOf(value) };
}

function numberOf(text: string): number {
  if (/inf/i.test(text)) return text.startsWith('-') ? -Infinity : Infinity;
  return Number(/nan/i.test(text) ? NaN : text);
}

function belongs({ name, labels }: Sample, family: string, type: Family['type']): boolean {
  if (type !== 'histogram') return name === family || (type === 'summary' && /_(?:sum|count)$/.test(name));
  return name === `${family}_bucket`
    ? 'le' in labels
    : name === `${family}_sum` || name === `${family}_count`;
}

/** Names end with their units; counters only rise and say so; buckets add up. */
function checkFamily(name: string, { type, samples }: Family): void {
  if (name.startsWith('gridweave_')) {
    if ((type === 'counter') !== name.endsWith('_total'))
      throw new Error(`A counter ends with _total: ${name}`);
    if (/(?:_ms|_milliseconds|_kib|_mb)(?:_|$)/.test(name)) throw new Error(`Not a base unit: ${name}`);
  }
  if (type === 'counter' && samples.some(({ value }) => !(value >= 0))) throw new Error(`Fell: ${name}`);
  if (type !== 'histogram') return;
  const bySeries = groups(samples);
  for (const series of bySeries.values()) {
    const buckets = series.filter((sample) => sample.name.endsWith('_bucket'));
    const count = series.find((sample) => sample.name === `${name}_count`)?.value;
    buckets.reduce((before, { value, labels }) => {
      if (value < before) throw new Error(`Not cumulative at ${labels['le']!}: ${name}`);
      return value;
    }, 0);
    if (buckets.at(-1)?.labels['le'] !== '+Inf' || buckets.at(-1)?.value !== count) {
      throw new Error(`The last bucket is not the count: ${name}`);
    }
    if (!series.some((sample) => sample.name === `${name}_sum`)) throw new Error(`No sum: ${name}`);
  }
}

function seriesOf({ labels: { le: _le, ...labels } }: Sample): string {
  return JSON.stringify(byName(labels));
}

function byName(labels: Readonly<Record<string, string>>): [string, string][] {
  return Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
}

function groups(samples: readonly Sample[]): Map<string, Sample[]> {
  const found = new Map<string, Sample[]>();
  for (const sample of samples) found.set(seriesOf(sample), [...(found.get(seriesOf(sample)) ?? []), sample]);
  return found;
}

/** The sum of all samples of a name whose labels include these; null when there is none. */
export function valueOf(
  families: ReadonlyMap<string, Family>,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number | null {
  const family = families.get(name) ?? families.get(name.replace(/_(?:bucket|sum|count)$/, ''));
  const found = (family?.samples ?? []).filter(
    (sample) =>
      sample.name === name &&
      Object.entries(labels).every(([label, value]) => sample.labels[label] === value),
  );
  return found.length === 0 ? null : found.reduce((sum, { value }) => sum + value, 0);
}
