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

/**
 * A plan need not name a project: that a provider has to be told one is then to be known, and speaks against nothing.
 */
export function placement(provider: Provider, judged: Judged, projectNamed: boolean): PlannedPlacement {
  const aside = ({ path }: { readonly path: FieldVerdict['path'] }): boolean =>
    !projectNamed && path[0] === 'project';
  const verdicts = judged.verdicts.filter((verdict) => !aside(verdict));
  const refusals = judged.refusals.filter((refusal) => refusal.type === 'FAILED' || !aside(refusal.problem));
  const wanted = judged.verdicts.filter(aside).flatMap(({ reason }) => (reason === null ? [] : [reason]));
  const notes = [...judged.notes, ...wanted];
  return { provider, accepted: refusals.length === 0, verdicts, notes, refusals };
}
