import type { NativeKey, ProviderKey, RecordKind } from '../model/ids.ts';
import type { AnyRecord, Label } from '../model/records.ts';
import type { FilterName, LabelFilter, ListFilter } from '../providers/provider.ts';
import type { Provider } from '../providers/registry.ts';

/** A filter as a caller states it: over all providers, with projects named by (provider, key). */
export interface MergedFilter extends Omit<ListFilter, 'projects'> {
  /** Keys of the providers to read; absent reads all. */
  readonly providers?: readonly string[];
  readonly projects?: readonly { readonly provider: ProviderKey; readonly key: NativeKey }[];
}

/** The part of a filter that one provider is to apply, or null when nothing of this provider can match. */
export function filterFor(provider: Pick<Provider, 'key'>, filter: MergedFilter): ListFilter | null {
  const { providers, projects, ...rest } = filter;
  if (providers !== undefined && !providers.includes(provider.key)) return null;
  if (projects === undefined) return rest;
  const own = projects.filter((project) => project.provider === provider.key).map((project) => project.key);
  return own.length === 0 ? null : { ...rest, projects: own };
}

/** The members of a filter that do filter something. */
export function activeFilters(filter: ListFilter): FilterName[] {
  return Object.keys(filter).filter((name): name is FilterName => filter[name as FilterName] !== undefined);
}

type Test = (record: AnyRecord, filter: ListFilter) => boolean;

function hasLabel(labels: readonly Label[], wanted: LabelFilter): boolean {
  return labels.some(
    (label) =>
      label.key === wanted.key && (wanted.values === undefined || wanted.values.includes(label.value ?? '')),
  );
}

const TESTS: { readonly [Name in FilterName]: Test } = {
  states: (r, f) => 'generation' in r && f.states!.includes(r.status.state),
  nodeStates: (r, f) => r.kind === 'computeNode' && f.nodeStates!.includes(r.status.state),
  reasons: (r, f) => 'generation' in r && r.status.reason !== null && f.reasons!.includes(r.status.reason),
  jobKinds: (r, f) => r.kind === 'job' && f.jobKinds!.includes(r.jobKind),
  origins: (r, f) => 'origin' in r && f.origins!.includes(r.origin),
  projects: (r, f) => 'projectKey' in r && r.projectKey !== null && f.projects!.includes(r.projectKey),
  labels: (r, f) => 'labels' in r && f.labels!.every((wanted) => hasLabel(r.labels, wanted)),
  namePrefix: (r, f) => r.name.startsWith(f.namePrefix!),
  createdFrom: (r, f) => 'createdAt' in r && r.createdAt !== null && r.createdAt >= f.createdFrom!,
  createdBefore: (r, f) => 'createdAt' in r && r.createdAt !== null && r.createdAt < f.createdBefore!,
};

/** Whether a record passes the named members of a filter. */
export function passes(record: AnyRecord, filter: ListFilter, names: readonly FilterName[]): boolean {
  return names.every((name) => TESTS[name](record, filter));
}

/** The filters that mean something for a kind; the graph offers no others. */
export const FILTERS_OF: Readonly<Record<RecordKind, readonly FilterName[]>> = {
  job: [
    'states',
    'reasons',
    'jobKinds',
    'origins',
    'projects',
    'labels',
    'namePrefix',
    'createdFrom',
    'createdBefore',
  ],
  task: ['states', 'reasons', 'projects', 'labels', 'namePrefix', 'createdFrom', 'createdBefore'],
  execution: ['states', 'reasons', 'createdFrom', 'createdBefore'],
  computeNode: ['nodeStates', 'projects', 'labels', 'namePrefix'],
  project: ['origins', 'namePrefix'],
};
