import type { FieldVerdict } from '../../../model/actions.ts';
import type { FieldPath } from '../../verdicts.ts';

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
