import type { FieldVerdict } from '../../../model/actions.ts';

type Path = FieldVerdict['path'];

/** Collects what becomes of each field that was given, in the order they are looked at. */
export class Verdicts {
  readonly list: FieldVerdict[] = [];
  readonly notes: string[] = [];

  honoured(path: Path): void {
    this.list.push({ path, verdict: 'HONOURED', reason: null });
  }

  translated(path: Path, reason: string): void {
    this.list.push({ path, verdict: 'TRANSLATED', reason });
  }

  ignored(path: Path, reason: string): void {
    this.list.push({ path, verdict: 'IGNORED', reason });
  }

  refused(path: Path, reason: string): void {
    this.list.push({ path, verdict: 'REFUSED', reason });
  }

  get firstRefusal(): FieldVerdict | null {
    return this.list.find(({ verdict }) => verdict === 'REFUSED') ?? null;
  }
}

/** The path of a member of Charity Engine's own extension. */
export function ownPath(member: string): Path {
  return ['extensions', 'charityEngine', member];
}
