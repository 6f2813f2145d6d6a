import type { ProviderDirectory } from '../providers/registry.ts';

/**
 * The body of `/ready`: ready as long as the gateway can answer, with the state of each provider that the caller may know
 * of beside it; null for a caller who may know of none.
 */
export function readiness(providers: ProviderDirectory | null, accepting: boolean) {
  if (providers === null) return { ready: accepting };
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
