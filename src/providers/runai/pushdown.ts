import type { JobRecord, TaskRecord } from '../../model/records.ts';
import type { FilterName, ListFilter } from '../provider.ts';
import { clusterConditions, inRange, type Connection } from './connection.ts';
import { spanHolds, type Span } from './keyset.ts';
import { parseProjectKey } from './keys.ts';
import { condition, MAX_CONDITIONS, type Condition } from './query.ts';
import { phasesFor, type Phase } from './words.ts';

/** Which part of a filter is applied here, exactly: by the service as far as it can, and by `test` on what comes back. */
export interface Pushdown {
  readonly span: Span;
  readonly conditions: readonly Condition[];
  readonly names: readonly FilterName[];
  readonly test: (record: JobRecord | TaskRecord) => boolean;
  /** Nothing can match: not worth a call. */
  readonly impossible: boolean;
}

/** Elements of `filterBy` that a walk adds by itself: both ends of its span. */
const SPAN_CONDITIONS = 2;

/** The labels that the service can filter by. The others are made of what it cannot. */
const LABEL_FIELDS: Readonly<Record<string, string>> = {
  cluster: 'clusterId',
  department: 'departmentName',
  type: 'type',
  framework: 'distributedFramework',
  submittedBy: 'submittedBy',
};

/** Elements that leave out nothing that passes, and something that does not. */
interface Narrowing {
  readonly name: FilterName;
  readonly conditions: readonly Condition[];
}

/**
 * What can be pushed down for workloads. Elements are ANDed and there is no OR, so of several values only "none of the
 * others" can be said, and only about phases, of which all are known.
 */
export function pushdownOf(connection: Connection, filter: ListFilter): Pushdown {
  const { states, projects, labels, namePrefix, createdFrom, createdBefore } = filter;
  const own = clusterConditions(connection);
  const narrowings: Narrowing[] = [];
  const add = (name: FilterName, conditions: readonly (Condition | null)[] | null): void => {
    const known = conditions?.filter((part) => part !== null) ?? [];
    if (known.length > 0) narrowings.push({ name, conditions: known });
  };
  const phases = states === undefined ? null : phasesFor(states);
  const ids = projects?.flatMap((key) => {
    const name = parseProjectKey(key);
    // A workload's project is never a department.
    return name?.type === 'project' ? [name.id] : [];
  });
  if (ids?.length === 1) add('projects', [condition('projectId', '==', ids[0]!)]);
  if (namePrefix !== undefined) add('namePrefix', [condition('name', '=^', namePrefix)]);
  add('labels', (labels ?? []).map(({ key, values }) => {
    const field = Object.hasOwn(LABEL_FIELDS, key) ? LABEL_FIELDS[key] : undefined;
    return field !== undefined && values?.length === 1 ? condition(field, '==', values[0]!) : null;
  })); // prettier-ignore
  if (phases !== null) add('states', phaseConditions(phases));

  const conditions = [...own];
  const names: FilterName[] = [];
  for (const narrowing of narrowings) {
    const room = MAX_CONDITIONS - SPAN_CONDITIONS - conditions.length;
    conditions.push(...narrowing.conditions.slice(0, room));
    names.push(narrowing.name);
  }
  if (createdFrom !== undefined) names.push('createdFrom');
  if (createdBefore !== undefined) names.push('createdBefore');
  const span: Span = {
    from: createdFrom === undefined ? null : inRange(createdFrom),
    before: createdBefore === undefined ? null : inRange(createdBefore),
  };
  return {
    span,
    conditions,
    names,
    test: (record) =>
      spanHolds(span, record.createdAt) && names.every((name) => passes(record, filter, name)),
    impossible:
      phases?.length === 0 ||
      ids?.length === 0 ||
      (span.from !== null && span.before !== null && span.from >= span.before),
  };
}

/** What most workloads of a tenant are in comes first: an element list may not hold all of them. */
const EXCLUDED_FIRST: readonly Phase[] = [
  'Completed',
  'Failed',
  'Stopped',
  'Running',
  'Pending',
  'Creating',
  'Initializing',
  'Degraded',
  'Unknown',
  'Deleting',
  'Terminating',
  'Stopping',
  'Resuming',
  'Updating',
];

/** One word is named; of several, the others are excluded, as many as there is room for. */
function phaseConditions(phases: readonly Phase[]): (Condition | null)[] {
  const only = phases.length === 1 ? phases[0] : undefined;
  if (only !== undefined) return [condition('phase', '==', only)];
  const others = EXCLUDED_FIRST.filter((word) => !phases.includes(word));
  return others.map((word) => condition('phase', '!=', word));
}

/** What the service does more coarsely (casing, one word for two states, words without room) is tested on what it sent. */
function passes(record: JobRecord | TaskRecord, filter: ListFilter, name: FilterName): boolean {
  switch (name) {
    case 'states':
      return filter.states?.includes(record.status.state) ?? true;
    case 'projects':
      return record.projectKey !== null && (filter.projects?.includes(record.projectKey) ?? true);
    case 'namePrefix':
      return record.name.startsWith(filter.namePrefix ?? '');
    case 'labels':
      return (filter.labels ?? []).every(({ key, values }) =>
        record.labels.some(
          (label) => label.key === key && (values === undefined || values.includes(label.value ?? '')),
        ),
      );
    default:
      return true;
  }
}
