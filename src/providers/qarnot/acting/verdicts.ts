import type { FieldVerdict } from '../../../model/actions.ts';

export type FieldPath = FieldVerdict['path'];

/** The path of a member of the extension. */
export function extensionPath(...members: FieldPath): FieldPath {
  return ['extensions', 'qarnot', ...members];
}

/** A path as people read it: `spec.env.2.name`. */
export function shownPath(path: FieldPath): string {
  return path.join('.');
}

/** Collects one verdict for each field that was given, in the order in which they are looked at. */
export class Verdicts {
  readonly all: FieldVerdict[] = [];
  readonly notes: string[] = [];

  honoured(path: FieldPath): void {
    this.all.push({ path, verdict: 'HONOURED', reason: null });
  }

  translated(path: FieldPath, reason: string): void {
    this.all.push({ path, verdict: 'TRANSLATED', reason });
  }

  ignored(path: FieldPath, reason: string): void {
    this.all.push({ path, verdict: 'IGNORED', reason });
  }

  refused(path: FieldPath, reason: string): void {
    this.all.push({ path, verdict: 'REFUSED', reason });
  }

  /** Honoured when there is no objection. Tells whether it is. */
  judge(path: FieldPath, objection: string | null): boolean {
    if (objection === null) this.honoured(path);
    else this.refused(path, objection);
    return objection === null;
  }
}

/** Why of two fields only one may be given. */
export function notWith(one: FieldPath, other: FieldPath, why: string): string {
  return `${shownPath(one)} and ${shownPath(other)} exclude each other: ${why}`;
}
