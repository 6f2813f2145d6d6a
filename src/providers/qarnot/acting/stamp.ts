import type { SubmissionStamp } from '../../acting.ts';
import { wireOf, type Wire } from '../../reading.ts';
import { SPEC_HASH_LABEL, STAMP_LABEL, STAMP_LABEL_PREFIX, stampedName } from '../../stamped.ts';

/**
 * The shortname of a submission or a rerun. Made of the stamp alone and not of the user's name, which the task has anyway:
 * so the service refuses a second create with the same stamp even when it asks for something else by another name.
 */
export function shortnameOf(stamp: SubmissionStamp): string {
  return stampedName('gridweave', stamp);
}

/** What a create carries so that it can be found again, and so that the service refuses a second one. */
export function stamped(
  labels: Readonly<Record<string, unknown>>,
  stamp: SubmissionStamp,
): { readonly shortname: string; readonly labels: Readonly<Record<string, string>> } {
  const own = Object.entries(labels).filter(
    (label): label is [string, string] =>
      typeof label[1] === 'string' && !label[0].startsWith(STAMP_LABEL_PREFIX),
  );
  return {
    shortname: shortnameOf(stamp),
    labels: Object.fromEntries([...own, [STAMP_LABEL, stamp.id], [SPEC_HASH_LABEL, stamp.specHash]]),
  };
}

/** The stamp that a task carries; null for a task that was not made here. */
export function stampOn(task: Wire): { readonly id: string; readonly specHash: string | null } | null {
  const labels = wireOf(task['labels']);
  const id = labels[STAMP_LABEL];
  const specHash = labels[SPEC_HASH_LABEL];
  if (typeof id !== 'string') return null;
  return { id, specHash: typeof specHash === 'string' ? specHash : null };
}
