import type { Action } from '../../../model/actions.ts';
import type { JobRecord } from '../../../model/records.ts';
import type { WorkRecord } from '../../acting.ts';
import type { Connection } from '../connection.ts';
import { standingOf } from './standing.ts';
import { canSuspend, kindOfRecord } from './typed-kind.ts';

/** What the service said with the workload that it can do with this kind; null where it said nothing. */
function supported({ labels }: Pick<JobRecord, 'labels'>): ReadonlySet<string> | null {
  const told = labels.find(({ key }) => key === 'actions')?.value;
  return told == null ? null : new Set(told.split(','));
}

/** Whether workloads of this kind can be suspended, and resumed. The service's word counts before that of its type. */
export function suspendable(record: JobRecord, { release }: Pick<Connection, 'release'>): boolean {
  const told = supported(record);
  if (told !== null) return told.has('suspend');
  const kind = kindOfRecord(record);
  if (kind === null || !canSuspend(kind)) return false;
  return kind !== 'distributed' || release.may('distributedSuspend');
}

/** Whether a workload can be deleted at all. */
export function deletable(record: JobRecord): boolean {
  return supported(record)?.has('delete') ?? true;
}

/** How a workload is cancelled on this connection: see the setting. What cannot be suspended is deleted. */
export function cancelBy(record: JobRecord, connection: Connection): 'suspend' | 'delete' {
  return connection.settings.cancelBy === 'suspend' && suspendable(record, connection) ? 'suspend' : 'delete';
}

/** What can be done to a workload now. A workload is one task, so its task and executions are acted on through it. */
export function allowedActions(record: WorkRecord, connection: Connection): readonly Action[] {
  if (record.kind !== 'job') return [];
  const standing = standingOf(record);
  const canDelete = deletable(record);
  const byDeleting = cancelBy(record, connection) === 'delete';
  const actions: Action[] = [];
  switch (standing) {
    case 'GONE':
    case 'DELETING':
      return [];
    case 'ACTIVE':
      if (!byDeleting || canDelete) actions.push('CANCEL');
      if (suspendable(record, connection)) actions.push('SUSPEND');
      break;
    case 'STOPPING':
    case 'SUSPENDED':
      // Where cancelling is suspending, it has been done.
      if (byDeleting && canDelete) actions.push('CANCEL');
      if (standing === 'SUSPENDED') actions.push('RESUME');
      break;
    case 'ENDED':
      if (kindOfRecord(record) !== null) actions.push('RERUN');
      break;
  }
  if (canDelete) actions.push('DELETE');
  return actions;
}
