import { Counter, Gauge, type Registry } from 'prom-client';
import type { Act } from '../../act/act.ts';
import type { AuditLine, AuditSink } from '../../act/audit.ts';
import { DURATION_BUCKETS_SECONDS, QuickHistogram, type HistogramSeries } from './quick-histogram.ts';

/** Counts actions by the lines that the audit is given. */
export class ActMetrics implements AuditSink {
  readonly #outcomes: Counter;
  readonly #duration: QuickHistogram;
  readonly #series = new Map<string, HistogramSeries>();

  constructor(registry: Registry) {
    this.#outcomes = new Counter({
      name: 'gridweave_act_actions_total',
      help: 'Actions by what became of them. `error` is the code of a refusal, and empty otherwise.',
      labelNames: ['provider', 'action', 'outcome', 'error'],
      registers: [registry],
    });
    this.#duration = new QuickHistogram({
      name: 'gridweave_act_action_duration_seconds',
      help: 'How long actions took, looking up what became of them included.',
      buckets: DURATION_BUCKETS_SECONDS,
      registry,
    });
  }

  write({ provider, action, outcome, error, durationMs }: AuditLine): void {
    this.#outcomes.inc({ provider, action, outcome, error: error ?? '' });
    const key = `${provider}/${action}`;
    let series = this.#series.get(key);
    if (series === undefined) {
      series = this.#duration.series({ provider, action });
      this.#series.set(key, series);
    }
    series.observe(durationMs / 1000);
  }
}

/** How many submissions are in doubt, read when somebody scrapes. */
export function watchAct(registry: Registry, act: Pick<Act, 'unknown'>): void {
  const unknown = new Gauge({
    name: 'gridweave_act_unknown_submissions',
    help: 'Submissions that were not answered and could not be looked up yet.',
    labelNames: ['provider'],
    registers: [registry],
    collect: async () => {
      const counts = await act.unknown();
      unknown.reset();
      for (const [provider, count] of counts) unknown.set({ provider }, count);
    },
  });
}
