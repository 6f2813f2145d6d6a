import type { AuthConfig, LimitsConfig } from '../../config/config.ts';

/** What one caller may use. Infinity where there is no limit. */
export interface CallerRules {
  readonly requestsPerSecond: number;
  /** Requests at once after a quiet time. */
  readonly requestBurst: number;
  readonly costPerMinute: number;
  /** Operations under way, over all connections. */
  readonly maxOperationsPerIdentity: number;
  /** WebSockets and event streams. */
  readonly maxConnectionsPerIdentity: number;
  /** WebSockets of one network that were not let in yet. */
  readonly maxPendingConnectionsPerNetwork: number;
}

type CallerLimitKeys = keyof CallerRules;
/** The part of the configuration that these come from. */
export type CallerLimitsConfig = Pick<LimitsConfig, CallerLimitKeys | 'maxBatch'>;

/** For a gateway that anybody but its own machine reaches. */
const WITH_AUTH = {
  requestsPerSecond: 100,
  costPerMinute: 600_000,
  maxOperationsPerIdentity: 5_000,
  maxConnectionsPerIdentity: 1_000,
  maxPendingConnectionsPerNetwork: 1_000,
} as const;

/** A burst is this many seconds long where no other is configured. */
const BURST_SECONDS = 4;

/**
 * Without `auth` whoever is on this machine is one caller, and whoever runs the gateway: what is not configured is then not
 * limited. A configured 0 is no limit, too.
 */
export function callerRules(limits: CallerLimitsConfig, auth: AuthConfig | null): CallerRules {
  const rule = (name: keyof typeof WITH_AUTH): number => {
    const most = limits[name] ?? (auth === null ? 0 : WITH_AUTH[name]);
    return most === 0 ? Infinity : most;
  };
  const requestsPerSecond = rule('requestsPerSecond');
  const burst = limits.requestBurst ?? Math.ceil(BURST_SECONDS * requestsPerSecond);
  return {
    requestsPerSecond,
    // A batch that may be sent must be able to pass.
    requestBurst: Math.max(burst, limits.maxBatch),
    costPerMinute: rule('costPerMinute'),
    maxOperationsPerIdentity: rule('maxOperationsPerIdentity'),
    maxConnectionsPerIdentity: rule('maxConnectionsPerIdentity'),
    maxPendingConnectionsPerNetwork: rule('maxPendingConnectionsPerNetwork'),
  };
}

export const NO_CALLER_RULES: CallerRules = {
  requestsPerSecond: Infinity,
  requestBurst: Infinity,
  costPerMinute: Infinity,
  maxOperationsPerIdentity: Infinity,
  maxConnectionsPerIdentity: Infinity,
  maxPendingConnectionsPerNetwork: Infinity,
};
