import { GridweaveError } from '../../model/errors.ts';
import type { NativeKey, ProviderKey } from '../../model/ids.ts';
import { epochMs, type Clock, type EpochMs } from '../../model/time.ts';
import type { DroppedRows, Found } from '../provider.ts';
import type { ControlPlaneApi } from './api.ts';
import { condition, type Condition } from './query.ts';
import type { Release } from './release.ts';
import type { SeenWorkloads } from './seen.ts';
import type { RunaiSettings } from './settings.ts';
import type { ToldBatches } from './told.ts';

/** What every part of the control plane's adapter works with. */
export interface Connection {
  readonly provider: ProviderKey;
  readonly api: ControlPlaneApi;
  readonly settings: RunaiSettings;
  readonly clock: Clock;
  readonly release: Release;
  readonly seen: SeenWorkloads;
  readonly told: ToldBatches;
}

/** What keeps a list to the one cluster of this connection, where there is one. */
export function clusterConditions({ settings }: Connection, field = 'clusterId'): readonly Condition[] {
  const only = settings.cluster === undefined ? null : condition(field, '==', settings.cluster);
  return only === null ? [] : [only];
}

/** Whether a row belongs to this connection's cluster. */
export function isOurs({ settings }: Connection, clusterId: string | null): boolean {
  return settings.cluster === undefined || clusterId?.toLowerCase() === settings.cluster.toLowerCase();
}

export function notFound(provider: ProviderKey, key: NativeKey): GridweaveError {
  return new GridweaveError('NOT_FOUND', `Provider "${provider}" has no object "${key.slice(0, 80)}", or no longer has it.`, { provider }); // prettier-ignore
}

/** Answers by key; what is null is missing, and an error stands for itself. */
export function foundBy<T>(
  provider: ProviderKey,
  keys: readonly NativeKey[],
  find: (key: NativeKey) => T | GridweaveError | null,
): Found<T> {
  const found = new Map<NativeKey, T>();
  const missing = new Map<NativeKey, GridweaveError>();
  for (const key of keys) {
    const record = find(key);
    if (record === null) missing.set(key, notFound(provider, key));
    else if (record instanceof GridweaveError) missing.set(key, record);
    else found.set(key, record);
  }
  return { found, missing };
}

export function joinDropped(parts: readonly DroppedRows[]): DroppedRows {
  return {
    count: parts.reduce((total, part) => total + part.count, 0),
    reasons: [...new Set(parts.flatMap((part) => part.reasons))],
  };
}

/** The oldest of some times; `otherwise` when there is none. */
export function oldest(times: Iterable<EpochMs | null>, otherwise: EpochMs): EpochMs {
  const known = [...times].filter((time) => time !== null);
  return known.reduce((least, time) => (time < least ? time : least), known[0] ?? otherwise);
}

/** Runs a call whose failure is an answer; anything that is no typed error, and a caller that left, is thrown on. */
export async function outcome<T>(call: () => Promise<T>): Promise<T | GridweaveError> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof GridweaveError && error.code !== 'CANCELLED') return error;
    throw error;
  }
}

export function inRange(ms: number): EpochMs {
  return epochMs(Math.min(Math.max(ms, 0), Date.UTC(9999, 11, 31)));
}
