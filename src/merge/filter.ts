import type { NativeKey, ProviderKey, RecordKind } from '../model/ids.ts';
import type { AnyRecord, Label } from '../model/records.ts';
import type { FilterName, LabelFilter, ListFilter } from '../providers/provider.ts';
import type { Provider } from '../providers/registry.ts';

/** A filter as a caller states it: over all providers, with projects named by (provider, key). */
export interface MergedFilter extends Omit<ListFilter, 'projects'> {
  /** Keys of the providers to read; absent reads all. */
  readonly providers?: readonly string[];
  readonly projects?: readonly { readonly provider: ProviderKey; readonly key: NativeKey }[];
  /** What the viewer may see: these providers alone, and of each these projects alone. Absent: everything. */
  readonly within?: readonly Sight[];
  /** Providers that are left out whatever else is said. */
  readonly except?: readonly ProviderKey[];
}

/** What may be seen of one provider. */
export interface Sight {
  readonly provider: ProviderKey;
  /** Null: all of it. */
  readonly projects: readonly NativeKey[] | null;
}

/** The part of a filter that one provider is to apply, or null when nothing of this provider can match. */
export function filterFor(provider: Pick<Provider, 'key'>, filter: MergedFilter): ListFilter | null {
  const { providers, projects, within, except, ...rest } = filter;
  if (except?.includes(provider.key) === true) return null;
  if (providers !== undefined && !providers.includes(provider.key)) return null;
  const sight = within?.find((part) => part.provider === provider.key);
  if (within !== undefined && sight === undefined) return null;
  const asked = projects?.filter((project) => project.provider === provider.key).map(({ key }) => key);
  const seen = sight?.projects ?? undefined;
  const own =
    asked === undefined || seen === undefined ? (asked ?? seen) : asked.filter((key) => seen.includes(key));
  if (own === undefined) return rest;
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
  projects: (r, f) => {
    const project = r.kind === 'project' ? r.key : r.projectKey;
    return project != null && f.projects!.includes(project);
  },
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
