import type { Struck } from './attacker.ts';
import type { Served } from './caller.ts';

export const median = (values: readonly number[]): number => at(values, 0.5);

export function at(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** What one attack came to, over all rounds. */
export class Row {
  readonly name: string;
  readonly rate: string;
  /** CPU time of the gateway for one go, in milliseconds: a member for each time that it was looked at. */
  readonly cpuMs: number[] = [];
  /** What the caller waited for, in milliseconds: before and after, at the bounded rate, and flat out. */
  readonly quiet: number[] = [];
  readonly during: number[] = [];
  readonly flatOut: number[] = [];
  /** Goes in a second, flat out. */
  readonly perSecond: number[] = [];
  failed = 0;
  #first: Struck | null = null;
  #later = '';

  constructor(name: string, rate: string) {
    this.name = name;
    this.rate = rate;
  }

  take(struck: Struck): void {
    if (struck.refusal === null) return;
    this.#first ??= struck;
    this.#later = struck.refusal.answer === this.#first.refusal?.answer ? '' : struck.refusal.answer;
  }

  notice(into: 'quiet' | 'during' | 'flatOut', { latenciesMs, failed }: Served): void {
    this[into].push(...latenciesMs);
    this.failed += failed;
  }

  /** Of the cells under `HEADINGS`. */
  get cells(): readonly string[] {
    const flatOut = this.perSecond.length === 0 ? ['', '', '', ''] : [`${median(this.perSecond).toFixed(0)}/s`, ...this.#latency(this.flatOut)]; // prettier-ignore
    const kilobytes = ((this.#first?.refusal?.bytes ?? 0) / 1_000).toFixed(1);
    return [median(this.cpuMs).toFixed(2), kilobytes, this.rate, ...this.#latency(this.during), ...flatOut];
  }

  /** What the attacker was told, and what became of its connection. */
  get answer(): string {
    const { answer = '', closed = false } = this.#first?.refusal ?? {};
    return [
      answer + (closed && !answer.startsWith('closed') ? ', closed' : ''),
      ...(this.#later === '' ? [] : [`then ${this.#later}`]),
      ...(this.failed === 0 ? [] : [`${String(this.failed)} QUERIES OF THE CALLER FAILED`]),
    ].join('; ');
  }

  #latency(during: readonly number[]): readonly string[] {
    if (during.length === 0) return ['', '', ''];
    const ratio = (share: number): string => (at(during, share) / at(this.quiet, share)).toFixed(1);
    return [ratio(0.5), ratio(0.95), at(during, 0.99).toFixed(0)];
  }
}

const NAME_WIDTH = 36;
const HEADINGS = [
  'CPU ms',
  'kB sent',
  'rate',
  'p50 ×',
  'p95 ×',
  'p99 ms',
  'flat out',
  'p50 ×',
  'p95 ×',
  'p99 ms',
];

/** A table for people; with MARKDOWN in the environment for documents. */
export function print(title: string, rows: readonly Row[]): void {
  const markdown = process.env['MARKDOWN'] !== undefined;
  const line = (name: string, cells: readonly string[], answer: string): void =>
    console.log(
      markdown
        ? `| ${[name, ...cells, answer].join(' | ')} |`
        : name.padEnd(NAME_WIDTH) + cells.map((cell) => cell.padStart(9)).join('') + `  ${answer}`,
    );
  line(title, HEADINGS, 'answer');
  if (markdown) line('---', HEADINGS.map(() => '--:'), '---'); // prettier-ignore
  for (const row of rows) line(row.name, row.cells, row.answer);
  console.log('');
}
