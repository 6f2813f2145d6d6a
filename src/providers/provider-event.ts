import type { ProviderKey } from '../model/ids.ts';
import type { EpochMs } from '../model/time.ts';

/** Somebody bought capacity from a provider that this installation is asked to launch. */
export interface CapacityRequested {
  readonly type: 'capacity.requested';
  /** The same for every delivery of one request, and different for the next. */
  readonly id: string;
  readonly provider: ProviderKey;
  /** The account it was bought from, as the settings of the connection call it. */
  readonly account: string;
  readonly receivedAt: EpochMs;
  /** For how long it is reserved at most, in hours. */
  readonly durationHours: number;
  /** When the reservation ends at the latest. */
  readonly expiresAt: EpochMs;
  readonly items: readonly CapacityItem[];
  /** Instances that were promised in the answer, over all items. */
  readonly accepted: number;
}

export interface CapacityItem {
  /** In the provider's words; null when it named none. */
  readonly instanceType: string | null;
  /** Instances asked for. */
  readonly count: number;
  /** Instances that were promised. */
  readonly accepted: number;
}

/** What a provider tells without having been asked. `type` says which. */
export type ProviderEvent = CapacityRequested;
