import { Gauge, type Registry } from 'prom-client';
import type { Provider, ProviderDirectory } from '../../providers/registry.ts';

/** A version is a provider's own word. */
const MAX_VERSION = 64;

type Labels = Readonly<Record<string, string>>;
type Reading = readonly [Labels, number];

/** Gauges that are read from each provider when somebody scrapes. */
export function watchProviders(registry: Registry, providers: ProviderDirectory): void {
  const gauge = (
    name: string,
    help: string,
    labelNames: string[],
    read: (provider: Provider) => Reading[],
  ): void => {
    const made = new Gauge({
      name,
      help,
      labelNames: ['provider', ...labelNames],
      registers: [registry],
      collect: () => {
        made.reset();
        for (const provider of providers.all) {
          for (const [labels, value] of read(provider))
            made.set({ provider: provider.key, ...labels }, value);
        }
      },
    });
  };
  const at = (time: number | null): Reading[] => (time === null ? [] : [[{}, time / 1000]]);

  gauge('gridweave_provider_info', 'The configured providers. The value is 1.', ['kind', 'version'], (provider) => [
    [{ kind: provider.kind, version: (provider.adapter.version ?? '').slice(0, MAX_VERSION) }, 1],
  ]); // prettier-ignore
  gauge('gridweave_upstream_breaker_state', '1 for the state that the circuit breaker of a provider is in.', ['state'], ({ upstream }) =>
    (['CLOSED', 'OPEN', 'HALF_OPEN'] as const).map((state) => [
      { state: state.toLowerCase() },
      upstream.health.breaker === state ? 1 : 0,
    ]),
  ); // prettier-ignore
  gauge(
    'gridweave_upstream_last_success_timestamp_seconds',
    'When a provider last answered well: how fresh what is known of it can be. Absent before the first time.',
    [],
    ({ upstream }) => at(upstream.health.lastSuccessAt),
  );
  gauge(
    'gridweave_upstream_last_failure_timestamp_seconds',
    'When a provider last failed. Absent before the first time.',
    [],
    ({ upstream }) => at(upstream.health.lastFailureAt),
  );
  gauge(
    'gridweave_upstream_rate_tokens',
    'Calls that the rate limit of the configured credential would let through at once.',
    [],
    ({ upstream }) => (upstream.rate === undefined ? [] : [[{}, upstream.rate.available]]),
  );
  gauge(
    'gridweave_upstream_rate_burst_tokens',
    'The most calls that it would ever let through at once.',
    [],
    ({ upstream }) => (upstream.rate === undefined ? [] : [[{}, upstream.rate.burst]]),
  );
  gauge(
    'gridweave_upstream_rate_waiting_calls',
    'Calls that wait for their turn under that rate limit.',
    [],
    ({ upstream }) => (upstream.rate === undefined ? [] : [[{}, upstream.rate.waiting]]),
  );
}
