import type { FieldVerdict } from '../model/actions.ts';

export type FieldPath = FieldVerdict['path'];

/** Collects what becomes of each field that was given, in the order in which they are looked at. */
export class Verdicts {
  readonly all: FieldVerdict[] = [];
  /** What else the caller should know. */
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

  /** Honoured when there is no objection, refused for it otherwise. Tells whether it is honoured. */
  judge(path: FieldPath, objection: string | null): boolean {
    if (objection === null) this.honoured(path);
    else this.refused(path, objection);
    return objection === null;
  }

  get firstRefusal(): FieldVerdict | null {
    return this.all.find(({ verdict }) => verdict === 'REFUSED') ?? null;
  }
}
