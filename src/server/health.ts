import type { Provider, ProviderDirectory } from '../providers/registry.ts';

/** OK: it answers. DEGRADED: its breaker is not closed. UNKNOWN: nobody has called it yet. */
export type Condition = 'OK' | 'DEGRADED' | 'UNKNOWN';

/**
 * The body of `/ready`: ready as long as the gateway takes requests, with the state of each provider that the caller may
 * know of beside it; null for a caller who may know of none.
 *
 * A provider in trouble degrades the answer and does not turn it: queries go on with the others and say who is missing,
 * and if every replica left the balancer because of one provider, nobody would be told anything.
 */
export function readiness(providers: ProviderDirectory | null, accepting: boolean) {
  const known = providers?.all.map(stateOf);
  const degraded = known?.filter(({ state }) => state === 'DEGRADED').map(({ key }) => key) ?? [];
  const status = !accepting ? 'LEAVING' : degraded.length > 0 ? 'DEGRADED' : 'OK';
  return {
    ready: accepting,
    ...(known === undefined ? {} : { status, degraded, providers: known }),
  };
}

function stateOf({ key, upstream, adapter }: Provider) {
  const { breaker, retryAt, lastSuccessAt, lastFailureAt } = upstream.health;
  const called = lastSuccessAt !== null || lastFailureAt !== null;
  const state: Condition = breaker !== 'CLOSED' ? 'DEGRADED' : called ? 'OK' : 'UNKNOWN';
  return {
    key,
    state,
    breaker,
    retryAt: isoOrNull(retryAt),
    lastSuccessAt: isoOrNull(lastSuccessAt),
    version: adapter.version,
  };
}

function isoOrNull(time: number | null): string | null {
  return time === null ? null : new Date(time).toISOString();
}
