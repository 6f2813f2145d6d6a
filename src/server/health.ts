import type { ProviderRegistry } from '../providers/registry.ts';

/** The body of `/ready`: ready as long as the gateway can answer, with each provider's state beside it. */
export function readiness(providers: ProviderRegistry, accepting: boolean) {
  return {
    ready: accepting,
    providers: providers.all.map((provider) => ({
      key: provider.key,
      breaker: provider.upstream.health.breaker,
      lastSuccessAt: isoOrNull(provider.upstream.health.lastSuccessAt),
      version: provider.adapter.version,
    })),
  };
}

function isoOrNull(time: number | null): string | null {
  return time === null ? null : new Date(time).toISOString();
}
