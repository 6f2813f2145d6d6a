import type { FieldVerdict } from '../model/actions.ts';
import { decodeId, type NativeKey } from '../model/ids.ts';
import type { JobSpec } from '../model/job-spec.ts';
import type { ActingCalls, SubmissionPlan, SubmissionTraits, SubmitRequest } from '../providers/acting.ts';
import type { Provider } from '../providers/registry.ts';
import type { ReadContext } from '../merge/context.ts';
import { notPermitted } from './permission.ts';
import type { Refusal } from './outcome.ts';
import type { FieldProblem, Path } from './problems.ts';
import { checkSpec } from './spec-check.ts';

/** What a caller asks for, before anything of it was looked at. */
export interface SubmitInput {
  /** The operator's key of the provider. */
  readonly provider: string;
  /** The id of a Project; null for the provider's default. */
  readonly projectId: string | null;
  readonly spec: JobSpec;
  /** At most one: what a kind of provider alone knows. */
  readonly extension: Extension | null;
}

export interface Extension {
  /** The kind it is for, as the configuration spells it. */
  readonly kind: string;
  /** The member of `extensions` that held it. */
  readonly member: string;
  readonly value: object;
}

/** A provider that takes submissions. */
export interface Target {
  readonly provider: Provider;
  readonly acting: ActingCalls;
  readonly traits: SubmissionTraits;
}

/** What a request comes to at one provider, decided without a call. */
export interface Judged {
  /** Null when the request is refused. */
  readonly accepted: { readonly target: Target; readonly request: SubmitRequest } | null;
  readonly provider: Provider | null;
  readonly verdicts: readonly FieldVerdict[];
  readonly notes: readonly string[];
  readonly refusals: readonly Refusal[];
}

/** Looks for everything that speaks against a request, so that a caller hears of it all at once. */
export function judge(
  input: SubmitInput,
  { providers, viewer }: Pick<ReadContext, 'providers' | 'viewer'>,
): Judged {
  const problems: FieldProblem[] = [...checkSpec(input.spec)];
  const provider = providers.get(input.provider);
  const acting = provider?.adapter.acting ?? null;
  const traits = acting?.submission ?? null;
  if (provider === null) {
    problems.push({ path: ['provider'], message: 'is not the key of a configured provider' });
  } else if (acting === null || traits === null) {
    problems.push({ path: ['provider'], message: 'is a provider to which nothing can be submitted' });
  }
  const project = projectOf(input.projectId, provider, problems);
  const extension = extensionOf(input.extension, provider, problems);
  const request: SubmitRequest = { spec: input.spec, project, extension };
  const invalid = problems.map((problem): Refusal => ({ type: 'INVALID_FIELD', problem }));
  if (provider !== null && !viewer.in('submit', provider.key, project)) {
    invalid.push({ type: 'FAILED', error: notPermitted('submit', provider.key, input.projectId === null) });
  }
  if (provider === null || acting === null || traits === null) {
    return { accepted: null, provider, verdicts: [], notes: [], refusals: invalid };
  }
  const { verdicts, notes } = planOf(acting, request, problems.length > 0);
  const refusals = [...invalid, ...unsupported(verdicts, problems)];
  const accepted = refusals.length === 0 ? { target: { provider, acting, traits }, request } : null;
  return { accepted, provider, verdicts, notes, refusals };
}

/** Adapters may rely on well-formed fields: of a request with others, as much is said as can be. */
function planOf(acting: ActingCalls, request: SubmitRequest, malformed: boolean): SubmissionPlan {
  if (!malformed) return acting.plan(request);
  try {
    return acting.plan(request);
  } catch {
    return { verdicts: [], notes: [] };
  }
}

/** What the provider refuses, without the fields that are wrong in themselves: one reason each is enough. */
function unsupported(verdicts: readonly FieldVerdict[], problems: readonly FieldProblem[]): Refusal[] {
  const named = new Set(problems.map(({ path }) => path.join('.')));
  return verdicts
    .filter(({ verdict, path }) => verdict === 'REFUSED' && !named.has(path.join('.')))
    .map(({ path, reason }) => ({
      type: 'UNSUPPORTED_FIELD',
      problem: { path, message: reason ?? 'cannot be done there' },
    }));
}

function projectOf(id: string | null, provider: Provider | null, problems: FieldProblem[]): NativeKey | null {
  if (id === null) return null;
  const ref = decodeId(id);
  const path: Path = ['project'];
  if (ref?.kind !== 'project') problems.push({ path, message: 'is not the id of a Project' });
  else if (provider !== null && ref.provider !== provider.key)
    problems.push({ path, message: 'is a project of another provider' });
  else return ref.key;
  return null;
}

function extensionOf(
  extension: Extension | null,
  provider: Provider | null,
  problems: FieldProblem[],
): object | null {
  if (extension === null) return null;
  if (provider !== null && extension.kind !== provider.kind) {
    const message = `is for providers of the kind "${extension.kind}", and this one is "${provider.kind}"`;
    problems.push({ path: ['extensions', extension.member], message });
    return null;
  }
  return extension.value;
}
