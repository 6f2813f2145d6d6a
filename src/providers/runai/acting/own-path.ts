import type { FieldPath } from '../../verdicts.ts';

/** The path of a member of this kind's extension. */
export function inExtension(...path: FieldPath): FieldPath {
  return ['extensions', 'runai', ...path];
}
