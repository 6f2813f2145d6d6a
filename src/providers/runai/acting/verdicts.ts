import type { FieldVerdict } from '../../../model/actions.ts';

type Path = FieldVerdict['path'];

/** Collects the verdicts of one request, in the order in which its fields are looked at. */
export class Verdicts {
  readonly all: FieldVerdict[] = [];
  readonly notes: string[] = [];

  honoured(...path: Path): void {
    this.all.push({ path, verdict: 'HONOURED', reason: null });
  }

  translated(path: Path, reason: string): void {
    this.all.push({ path, verdict: 'TRANSLATED', reason });
  }

  ignored(path: Path, reason: string): void {
    this.all.push({ path, verdict: 'IGNORED', reason });
  }

  refused(path: Path, reason: string): void {
    this.all.push({ path, verdict: 'REFUSED', reason });
  }

  /** Honoured unless there is an objection. Returns whether it is honoured. */
  unless(objection: string | null, ...path: Path): boolean {
    if (objection === null) this.honoured(...path);
    else this.refused(path, objection);
    return objection === null;
  }
}

/** The path of a member of this kind's extension. */
export function inExtension(...path: Path): Path {
  return ['extensions', 'runai', ...path];
}
