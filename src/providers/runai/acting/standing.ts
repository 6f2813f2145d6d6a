import type { JobRecord } from '../../../model/records.ts';
import { isTerminal } from '../../../model/state.ts';
import { phaseWord } from '../words.ts';

/**
 * Where a workload stands, as far as actions go. ACTIVE: it waits or runs. STOPPING: its pods go away, whatever for.
 * SUSPENDED: it can be resumed. ENDED: it has ended, or was stopped and cannot be resumed. DELETING, GONE: by the words.
 */
export type Standing = 'ACTIVE' | 'STOPPING' | 'SUSPENDED' | 'ENDED' | 'DELETING' | 'GONE';

export function standingOf({ status }: Pick<JobRecord, 'status'>): Standing {
  const { state, desired, raw } = status;
  if (desired === 'DELETE') return isTerminal(state) ? 'GONE' : 'DELETING';
  if (isTerminal(state)) return 'ENDED';
  if (state === 'SUSPENDED') return 'SUSPENDED';
  if (state !== 'CANCELLING') return 'ACTIVE';
  return phaseWord(raw.value) === 'Deleting' ? 'DELETING' : 'STOPPING';
}

/** Whether it comes back from a stop, is being resumed, or runs: what resuming would bring about. */
export function isGoing({ status }: Pick<JobRecord, 'status'>): boolean {
  return standingOf({ status }) === 'ACTIVE' && status.state !== 'UNKNOWN';
}
