import type { Action } from '../../../model/actions.ts';
import type { JobRecord } from '../../../model/records.ts';
import { isTerminal } from '../../../model/state.ts';
import type { WorkKind, WorkRecord } from '../../acting.ts';
import { parseJobKey, parseTaskKey } from '../keys.ts';
import { jobWord } from '../words.ts';

/** What can ever be done. One instance of a task cannot be touched. */
export const ACTIONS_BY_KIND: Readonly<Partial<Record<WorkKind, readonly Action[]>>> = {
  job: ['CANCEL', 'RERUN', 'DELETE'],
  task: ['CANCEL', 'DELETE'],
};

const NOTHING: readonly Action[] = [];
const STOP: readonly Action[] = ['CANCEL', 'DELETE'];
const REMOVE: readonly Action[] = ['DELETE'];
const AGAIN: readonly Action[] = ['RERUN', 'DELETE'];

/** Deleting is possible in every state: what still runs is stopped by it. */
export function allowedActions(record: WorkRecord): readonly Action[] {
  const { status } = record;
  if (record.kind === 'execution' || status.desired === 'DELETE') return NOTHING;
  if (status.state === 'CANCELLING') return REMOVE;
  if (!isTerminal(status.state)) return STOP;
  return record.kind === 'job' && taskToRerun(record) !== null && takesTasks(record) ? AGAIN : REMOVE;
}

/**
 * The task whose clone is a rerun of the whole job; null for a job that is known to hold none or several, or of which that
 * is not known.
 */
export function taskToRerun(job: JobRecord): string | null {
  const name = parseJobKey(job.key);
  if (name === null || name.type === 'task') return name?.uuid ?? null;
  const [only, ...others] = job.tasks ?? [];
  return only === undefined || others.length > 0 ? null : parseTaskKey(only.key);
}

/** A clone joins the job of its source, which must still be active. */
function takesTasks(job: JobRecord): boolean {
  return job.origin === 'IMPLICIT' || jobWord(job.status.raw.value) === 'Active';
}
