import type { FieldVerdict } from '../model/actions.ts';
import type { Provider } from '../providers/registry.ts';
import type { Refusal } from './outcome.ts';
import type { Judged } from './submit-request.ts';

/** What one provider would do with a specification. */
export interface PlannedPlacement {
  readonly provider: Provider;
  readonly accepted: boolean;
  readonly verdicts: readonly FieldVerdict[];
  readonly notes: readonly string[];
  readonly refusals: readonly Refusal[];
}

/** A plan names no project: that a provider has to be told one is to be known, and speaks against nothing. */
export function placement(provider: Provider, judged: Judged): PlannedPlacement {
  const aboutProject = ({ path }: { readonly path: FieldVerdict['path'] }): boolean => path[0] === 'project';
  const verdicts = judged.verdicts.filter((verdict) => !aboutProject(verdict));
  const refusals = judged.refusals.filter(
    (refusal) => refusal.type === 'FAILED' || !aboutProject(refusal.problem),
  );
  const wanted = judged.verdicts
    .filter(aboutProject)
    .flatMap(({ reason }) => (reason === null ? [] : [reason]));
  return {
    provider,
    accepted: refusals.length === 0,
    verdicts,
    notes: [...judged.notes, ...wanted],
    refusals,
  };
}
