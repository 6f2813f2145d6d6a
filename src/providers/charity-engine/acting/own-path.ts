import type { FieldPath } from '../../verdicts.ts';

/** The path of a member of Charity Engine's own extension. */
export function ownPath(member: string): FieldPath {
  return ['extensions', 'charityEngine', member];
}
