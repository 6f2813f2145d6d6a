import { Counter, type Registry } from 'prom-client';
import type { ProviderKey } from '../../model/ids.ts';
import { outcomeOfCall, type HeldBackBy, type UpstreamObserver } from '../../upstream/observer.ts';
import type { BreakerState, UpstreamCallReport } from '../../upstream/types.ts';
import { DURATION_BUCKETS_SECONDS, QuickHistogram, type HistogramSeries } from './quick-histogram.ts';

/** The calls of one route of one provider. */
interface RouteSeries {
  readonly method: string;
  readonly route: string;
  readonly duration: HistogramSeries;
  readonly outcomes: Map<string, number>;
}

/** The calls of one provider. */
interface ProviderSeries {
  readonly routes: Map<string, RouteSeries>;
  shared: Record<'FLIGHT' | 'FRESH', number>;
  retries: number;
}

/**
 * Counts what clients of providers do. A call costs additions to series that are held on to; the texts are made when
 * somebody scrapes.
 */
export class UpstreamMetrics implements UpstreamObserver {
  readonly #providers = new Map<ProviderKey, ProviderSeries>();
  readonly #duration: QuickHistogram;
  readonly #heldBack: Counter;
  readonly #transitions: Counter;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#duration = new QuickHistogram({
      name: 'gridweave_upstream_call_duration_seconds',
      help: 'How long HTTP requests to providers took, each attempt by itself.',
      buckets: DURATION_BUCKETS_SECONDS,
      registry,
    });
    this.#counter(registry, {
      name: 'gridweave_upstream_calls_total',
      help: 'HTTP requests to providers, each attempt by itself. The outcome is OK or an error code.',
      labelNames: ['provider', 'method', 'route', 'outcome'],
      collect: (counter) => {
        for (const [provider, { method, route, outcomes }] of this.#routes()) {
          for (const [outcome, count] of outcomes) counter.inc({ provider, method, route, outcome }, count);
        }
      },
    });
    this.#counter(registry, {
      name: 'gridweave_upstream_shared_answers_total',
      help: 'Reads that needed no request: "flight" joined one under way, "fresh" took an answer of a moment ago.',
      labelNames: ['provider', 'source'],
      collect: (counter) => {
        for (const [provider, { shared }] of this.#providers) {
          counter.inc({ provider, source: 'flight' }, shared.FLIGHT);
          counter.inc({ provider, source: 'fresh' }, shared.FRESH);
        }
      },
    });
    this.#counter(registry, {
      name: 'gridweave_upstream_retries_total',
      help: 'Requests that repeated one that had failed.',
      labelNames: ['provider'],
      collect: (counter) => {
        for (const [provider, { retries }] of this.#providers) counter.inc({ provider }, retries);
      },
    });
    this.#heldBack = new Counter({
      name: 'gridweave_upstream_held_back_calls_total',
      help: 'Calls that were not made: the breaker was open, or the rate limit left no room in time.',
      labelNames: ['provider', 'reason'],
      registers,
    });
    this.#transitions = new Counter({
      name: 'gridweave_upstream_breaker_transitions_total',
      help: 'How often the circuit breaker of a provider changed to a state.',
      labelNames: ['provider', 'to'],
      registers,
    });
  }

  onCall(call: UpstreamCallReport): void {
    const { provider, method, route, servedFrom } = call;
    const known = this.#of(provider);
    if (servedFrom !== 'NETWORK') {
      known.shared[servedFrom] += 1;
      return;
    }
    if (call.attempt > 1) known.retries += 1;
    const key = `${method} ${route}`;
    let series = known.routes.get(key);
    if (series === undefined) {
      const duration = this.#duration.series({ provider, method, route });
      series = { method, route, duration, outcomes: new Map() };
      known.routes.set(key, series);
    }
    const outcome = outcomeOfCall(call);
    series.outcomes.set(outcome, (series.outcomes.get(outcome) ?? 0) + 1);
    series.duration.observe(call.durationMs / 1000);
  }

  onHeldBack(provider: ProviderKey, by: HeldBackBy): void {
    this.#heldBack.inc({ provider, reason: by.toLowerCase() });
  }

  onBreaker(provider: ProviderKey, to: BreakerState): void {
    this.#transitions.inc({ provider, to: to.toLowerCase() });
  }

  #of(provider: ProviderKey): ProviderSeries {
    let known = this.#providers.get(provider);
    if (known === undefined) {
      known = { routes: new Map(), shared: { FLIGHT: 0, FRESH: 0 }, retries: 0 };
      this.#providers.set(provider, known);
    }
    return known;
  }

  #routes(): (readonly [ProviderKey, RouteSeries])[] {
    return [...this.#providers].flatMap(([provider, { routes }]) =>
      [...routes.values()].map((series) => [provider, series] as const),
    );
  }

  /** A counter that is summed up elsewhere. */
  #counter(
    registry: Registry,
    { collect, ...about }: { name: string; help: string; labelNames: string[]; collect: (counter: Counter) => void }, // prettier-ignore
  ): void {
    const counter = new Counter({
      ...about,
      registers: [registry],
      collect: () => {
        counter.reset();
        collect(counter);
      },
    });
  }
}
