import { Histogram, type Registry } from 'prom-client';

type Labels = Readonly<Record<string, string>>;

/** From 5 ms to 30 s, in seconds. */
export const DURATION_BUCKETS_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** One combination of labels. Whoever observes often keeps it. */
export class HistogramSeries {
  readonly labels: Labels;
  /** How many fell into each bucket and into none that came before it; the last is above all bounds. */
  readonly counts: number[];
  sum = 0;
  readonly #bounds: readonly number[];

  constructor(labels: Labels, bounds: readonly number[]) {
    this.labels = labels;
    this.#bounds = bounds;
    this.counts = Array.from({ length: bounds.length + 1 }, () => 0);
  }

  observe(value: number): void {
    const bounds = this.#bounds;
    let bucket = 0;
    while (bucket < bounds.length && value > bounds[bucket]!) bucket += 1;
    this.counts[bucket]! += 1;
    this.sum += value;
  }
}

export interface QuickHistogramOptions {
  readonly name: string;
  readonly help: string;
  readonly buckets: readonly number[];
  readonly registry: Registry;
}

/**
 * A histogram whose series can be held on to. The library's own finds a series by its labels at each observation, which
 * takes most of the time.
 */
export class QuickHistogram extends Histogram {
  readonly #name: string;
  readonly #help: string;
  readonly #bounds: readonly number[];
  readonly #series: HistogramSeries[] = [];

  constructor({ name, help, buckets, registry }: QuickHistogramOptions) {
    super({ name, help, buckets: [...buckets], registers: [registry] });
    this.#name = name;
    this.#help = help;
    this.#bounds = buckets;
  }

  /** Begins a series. The labels must be new. */
  series(labels: Labels): HistogramSeries {
    const series = new HistogramSeries(labels, this.#bounds);
    this.#series.push(series);
    return series;
  }

  /** What the library asks for when it makes a text; its types do not tell of it. */
  getForPromString(): Promise<object> {
    return Promise.resolve({
      name: this.#name,
      help: this.#help,
      type: 'histogram',
      values: this.#series.flatMap((series) => this.#exposed(series)),
    });
  }

  #exposed({ labels, counts, sum }: HistogramSeries) {
    let total = 0;
    const buckets = counts.map((count, i) => {
      total += count;
      const le = i < this.#bounds.length ? this.#bounds[i]! : '+Inf';
      return { metricName: `${this.#name}_bucket`, labels: { le }, sharedLabels: labels, value: total };
    });
    return [
      ...buckets,
      { metricName: `${this.#name}_sum`, labels, sharedLabels: {}, value: sum },
      { metricName: `${this.#name}_count`, labels, sharedLabels: {}, value: total },
    ];
  }
}
