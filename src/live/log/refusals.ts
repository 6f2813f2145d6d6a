import { GridweaveError } from '../../model/errors.ts';
import type { PartitionKey } from '../event-log.ts';

/** Throws: a partition was used that nobody opened. */
export function notOpen(key: PartitionKey): never {
  throw new GridweaveError('INTERNAL', `Partition "${key}" of the event log is not open: open it first.`);
}

/** Throws: the log was used after its end. */
export function logClosed(): never {
  throw new GridweaveError('INTERNAL', 'The event log is closed: nothing more can be read or appended.');
}
