import type { FieldPath } from '../../verdicts.ts';

/** The path of a member of the extension. */
export function extensionPath(...members: FieldPath): FieldPath {
  return ['extensions', 'qarnot', ...members];
}

/** A path as people read it: `spec.env.2.name`. */
export function shownPath(path: FieldPath): string {
  return path.join('.');
}

/** Why of two fields only one may be given. */
export function notWith(one: FieldPath, other: FieldPath, why: string): string {
  return `${shownPath(one)} and ${shownPath(other)} exclude each other: ${why}`;
}
