import type { FieldVerdict } from '../../../model/actions.ts';

export type FieldPath = FieldVerdict['path'];

/** Collects what becomes of each field, in the order in which it is told. */
export class Verdicts {
  readonly #told: FieldVerdict[] = [];

  get all(): readonly FieldVerdict[] {
    return this.#told;
  }

  honoured(path: FieldPath): void {
    this.#told.push({ path, verdict: 'HONOURED', reason: null });
  }

  translated(path: FieldPath, reason: string): void {
    this.#told.push({ path, verdict: 'TRANSLATED', reason });
  }

  ignored(path: FieldPath, reason: string): void {
    this.#told.push({ path, verdict: 'IGNORED', reason });
  }

  refused(path: FieldPath, reason: string): void {
    this.#told.push({ path, verdict: 'REFUSED', reason });
  }

  /** Refuses a field for `problem`, or honours it when there is none. */
  judge(path: FieldPath, problem: string | null): void {
    if (problem === null) this.honoured(path);
    else this.refused(path, problem);
  }
}

/** Refusal of a field that an earlier judgement let pass, once the whole is known. */
export function refusedAfterAll(
  verdicts: readonly FieldVerdict[],
  paths: readonly FieldPath[],
  reason: string,
): readonly FieldVerdict[] {
  const refused = paths.map((path): FieldVerdict => ({ path, verdict: 'REFUSED', reason }));
  const keys = new Map(refused.map((verdict) => [JSON.stringify(verdict.path), verdict]));
  const replaced = verdicts.map((verdict) => keys.get(JSON.stringify(verdict.path)) ?? verdict);
  return [...replaced, ...refused.filter((verdict) => !replaced.includes(verdict))];
}
