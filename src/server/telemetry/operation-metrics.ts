import type { OperationTypeNode } from 'graphql';
import { Counter, Gauge, type Registry } from 'prom-client';
import type { KnownOperations } from './known-operations.ts';
import { DURATION_BUCKETS_SECONDS, QuickHistogram, type HistogramSeries } from './quick-histogram.ts';

const CALL_BUCKETS = [0, 1, 2, 4, 8, 16, 32, 64, 128, 256];

/** The operations of one name. */
interface Series {
  readonly duration: HistogramSeries;
  readonly calls: HistogramSeries;
}

/** What one operation came to. */
export interface EndedOperation {
  readonly operation: string;
  readonly type: `${OperationTypeNode}` | 'unknown';
  /** OK, or the code of the first error. */
  readonly outcome: string;
  readonly durationMs: number;
  /** Requests to providers that were made for it. */
  readonly networkCalls: number;
}

/** Counts GraphQL operations. */
export class OperationMetrics {
  readonly known: KnownOperations;
  readonly #outcomes: Counter;
  readonly #duration: QuickHistogram;
  readonly #calls: QuickHistogram;
  readonly #series = new Map<string, Series>();
  /** Operations that are being executed. */
  underWay = 0;

  constructor(registry: Registry, known: KnownOperations) {
    this.known = known;
    const registers = [registry];
    this.#outcomes = new Counter({
      name: 'gridweave_graphql_operations_total',
      help: 'GraphQL operations. The outcome is OK or the code of the first error; the operation is "other" unless it is a known one.',
      labelNames: ['operation', 'type', 'outcome'],
      registers,
    });
    this.#duration = new QuickHistogram({
      name: 'gridweave_graphql_operation_duration_seconds',
      help: 'How long they were executed; of a subscription, how long until it had begun.',
      buckets: DURATION_BUCKETS_SECONDS,
      registry,
    });
    this.#calls = new QuickHistogram({
      name: 'gridweave_graphql_operation_upstream_calls',
      help: 'Requests to providers that were made for one operation.',
      buckets: CALL_BUCKETS,
      registry,
    });
    const underWay: Gauge = new Gauge({
      name: 'gridweave_graphql_operations_in_progress',
      help: 'Operations that are being executed.',
      registers,
      collect: () => underWay.set(this.underWay),
    });
  }

  ended({ operation, type, outcome, durationMs, networkCalls }: EndedOperation): void {
    this.#outcomes.inc({ operation, type, outcome });
    const key = `${type} ${operation}`;
    let series = this.#series.get(key);
    if (series === undefined) {
      const labels = { operation, type };
      series = { duration: this.#duration.series(labels), calls: this.#calls.series(labels) };
      this.#series.set(key, series);
    }
    series.duration.observe(durationMs / 1000);
    series.calls.observe(networkCalls);
  }

  /** Refused before anybody knew what it was. */
  refused(code: string): void {
    this.#outcomes.inc({ operation: 'other', type: 'unknown', outcome: code });
  }
}
