import type { UpstreamOptions } from './types.ts';

/** How a provider is called unless its configuration says otherwise. */
export const DEFAULT_UPSTREAM_OPTIONS = {
  timeoutMs: 5_000,
  connectTimeoutMs: 2_000,
  maxConnections: 32,
  maxResponseBytes: 32 * 1024 * 1024,
  freshnessMs: 1_000,
  rate: { perSecond: 50, burst: 100 },
  retry: { retries: 2, baseDelayMs: 100, maxDelayMs: 2_000, budgetRatio: 0.2 },
  breaker: {
    windowSize: 20,
    minimumCalls: 5,
    failureRatio: 0.5,
    slowCallMs: 4_500,
    openMs: 2_000,
    maxOpenMs: 30_000,
  },
} as const satisfies Omit<UpstreamOptions, 'provider' | 'baseUrl' | 'credential'>;
