import { GridweaveError } from '../../model/errors.ts';
import type { EventLog } from '../event-log.ts';

/** How much a log keeps. Both limits hold at once; the one that is reached first trims. */
export type Retention = EventLog['retention'];

/** 10,000 events and 32 MiB, over all partitions together. */
export const DEFAULT_RETENTION: Retention = { events: 10_000, bytes: 32 * 1024 * 1024 };

/** Fills in the defaults. Throws INVALID_ARGUMENT for a limit that is not a whole number from 1. */
export function retentionOf(wanted: Partial<Retention> = {}): Retention {
  const retention = { ...DEFAULT_RETENTION, ...wanted };
  for (const name of ['events', 'bytes'] as const) {
    if (!Number.isSafeInteger(retention[name]) || retention[name] < 1) {
      throw new GridweaveError(
        'INVALID_ARGUMENT',
        `The event log cannot keep ${String(retention[name])} ${name}: give a whole number from 1.`,
        { field: name },
      );
    }
  }
  return retention;
}
