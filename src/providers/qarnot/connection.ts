import type { NativeKey, ProviderKey } from '../../model/ids.ts';
import { GridweaveError } from '../../model/errors.ts';
import type { Clock } from '../../model/time.ts';
import type { DroppedRows } from '../provider.ts';
import type { QarnotApi } from './api.ts';
import type { QarnotSettings } from './settings.ts';

/** What every part of the adapter works with. */
export interface Connection {
  readonly provider: ProviderKey;
  readonly api: QarnotApi;
  readonly settings: QarnotSettings;
  readonly clock: Clock;
}

export function notFound(provider: ProviderKey, key: NativeKey): GridweaveError {
  return new GridweaveError('NOT_FOUND', `Provider "${provider}" has no object "${key.slice(0, 80)}", or no longer has it.`, { provider }); // prettier-ignore
}

export function joinDropped(parts: readonly DroppedRows[]): DroppedRows {
  return {
    count: parts.reduce((total, part) => total + part.count, 0),
    reasons: [...new Set(parts.flatMap((part) => part.reasons))],
  };
}
