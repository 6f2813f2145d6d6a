import type { ErrorCode } from '../../model/errors.ts';
import { GridweaveError } from '../../model/errors.ts';

/** What is refused for, by the setting that says so; those under the line have none. */
export const LIMIT_NAMES = [
  'requestsPerSecond',
  'costPerMinute',
  'maxOperationsPerIdentity',
  'maxConnectionsPerIdentity',
  'maxPendingConnectionsPerNetwork',
  'maxBatch',
  'maxBodyBytes',
  'maxTokens',
  'maxDepth',
  'maxFields',
  'maxAliases',
  'maxDirectives',
  'maxRootFields',
  'maxCost',
  'maxConnections',
  // ---
  'maxOperationsPerConnection',
  'maxMessagesPerSecond',
  'maxMessageBytes',
  'initTimeout',
  'stallTimeout',
  'keyAttempts',
] as const;

export type LimitName = (typeof LIMIT_NAMES)[number];

/** Counts what was refused, for metrics. */
export class Refusals {
  readonly #counts = new Map<LimitName, number>(LIMIT_NAMES.map((name) => [name, 0]));

  get counts(): ReadonlyMap<LimitName, number> {
    return this.#counts;
  }

  count(limit: LimitName): void {
    this.#counts.set(limit, (this.#counts.get(limit) ?? 0) + 1);
  }

  /** Counts it, and makes the error that names the setting. */
  refuse(limit: LimitName, code: ErrorCode, message: string, retryAfterMs?: number): GridweaveError {
    this.count(limit);
    return new GridweaveError(code, message, {
      field: `limits.${limit}`,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    });
  }
}
