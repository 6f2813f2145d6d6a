import { GridweaveError } from '../model/errors.ts';
import { expectId } from '../model/ids.ts';
import { epochMs } from '../model/time.ts';
import type { MergedFilter } from '../merge/filter.ts';
import { sightOf } from '../merge/sight.ts';
import { DEFAULT_ORDER, type ListOrder } from '../providers/provider.ts';
import type { RecordKind } from '../model/ids.ts';
import { builder } from './builder.ts';
import type { GraphContext } from './context.ts';
import {
  ComputeNodeStateEnum,
  DirectionEnum,
  JobKindEnum,
  OriginEnum,
  ReasonEnum,
  StateEnum,
} from './enums.ts';

const LabelFilterInput = builder.inputType('LabelFilter', {
  description: 'Matches objects that have a label.',
  fields: (t) => ({
    key: t.string({ required: true, description: 'The label’s name, or a bare tag.' }),
    values: t.stringList({ description: 'Any of these values. Absent: the label only has to be there.' }),
  }),
});

const PROVIDERS = 'Keys of providers: only these are read.';
const NAME_PREFIX = 'The name starts with this; upper and lower case differ.';
const LABELS = 'All of these must match.';
const PROJECTS = 'Ids of projects: objects in any of these.';
const CREATED_FROM = 'Created at this time or later.';
const CREATED_BEFORE = 'Created before this time.';
const MEMBERS =
  'Members are combined with AND, the values inside one with OR; an absent member filters nothing.';

export const JobFilterInput = builder.inputType('JobFilter', {
  description: `Which jobs to list. ${MEMBERS}`,
  fields: (t) => ({
    providers: t.stringList({ description: PROVIDERS }),
    projects: t.idList({ description: PROJECTS }),
    states: t.field({ type: [StateEnum], description: 'In any of these states.' }),
    reasons: t.field({ type: [ReasonEnum], description: 'For any of these reasons.' }),
    kinds: t.field({ type: [JobKindEnum], description: 'Of any of these kinds.' }),
    origins: t.field({ type: [OriginEnum], description: 'Of any of these origins.' }),
    labels: t.field({ type: [LabelFilterInput], description: LABELS }),
    namePrefix: t.string({ description: NAME_PREFIX }),
    createdFrom: t.field({ type: 'DateTime', description: CREATED_FROM }),
    createdBefore: t.field({ type: 'DateTime', description: CREATED_BEFORE }),
  }),
});

export const TaskFilterInput = builder.inputType('TaskFilter', {
  description: `Which tasks to list. ${MEMBERS}`,
  fields: (t) => ({
    providers: t.stringList({ description: PROVIDERS }),
    projects: t.idList({ description: PROJECTS }),
    states: t.field({ type: [StateEnum], description: 'In any of these states.' }),
    reasons: t.field({ type: [ReasonEnum], description: 'For any of these reasons.' }),
    labels: t.field({ type: [LabelFilterInput], description: LABELS }),
    namePrefix: t.string({ description: NAME_PREFIX }),
    createdFrom: t.field({ type: 'DateTime', description: CREATED_FROM }),
    createdBefore: t.field({ type: 'DateTime', description: CREATED_BEFORE }),
  }),
});

export const ExecutionFilterInput = builder.inputType('ExecutionFilter', {
  description: `Which executions to list. ${MEMBERS}`,
  fields: (t) => ({
    providers: t.stringList({ description: PROVIDERS }),
    states: t.field({ type: [StateEnum], description: 'In any of these states.' }),
    reasons: t.field({ type: [ReasonEnum], description: 'For any of these reasons.' }),
    createdFrom: t.field({ type: 'DateTime', description: CREATED_FROM }),
    createdBefore: t.field({ type: 'DateTime', description: CREATED_BEFORE }),
  }),
});

export const ComputeNodeFilterInput = builder.inputType('ComputeNodeFilter', {
  description: `Which compute nodes to list. ${MEMBERS}`,
  fields: (t) => ({
    providers: t.stringList({ description: PROVIDERS }),
    projects: t.idList({ description: PROJECTS }),
    states: t.field({ type: [ComputeNodeStateEnum], description: 'In any of these states.' }),
    labels: t.field({ type: [LabelFilterInput], description: LABELS }),
    namePrefix: t.string({ description: NAME_PREFIX }),
  }),
});

export const ProjectFilterInput = builder.inputType('ProjectFilter', {
  description: `Which projects to list. ${MEMBERS}`,
  fields: (t) => ({
    providers: t.stringList({ description: PROVIDERS }),
    origins: t.field({ type: [OriginEnum], description: 'Of any of these origins.' }),
    namePrefix: t.string({ description: NAME_PREFIX }),
  }),
});

/** What the filter inputs have in common, as GraphQL hands it over. */
interface FilterArgs {
  readonly providers?: readonly string[] | null | undefined;
  readonly projects?: readonly string[] | null | undefined;
  readonly labels?:
    | readonly { readonly key: string; readonly values?: readonly string[] | null | undefined }[]
    | null
    | undefined;
  readonly createdFrom?: Date | null | undefined;
  readonly createdBefore?: Date | null | undefined;
  readonly states?: readonly string[] | null | undefined;
  readonly kinds?: MergedFilter['jobKinds'] | null | undefined;
  readonly reasons?: MergedFilter['reasons'] | null | undefined;
  readonly origins?: MergedFilter['origins'] | null | undefined;
  readonly namePrefix?: string | null | undefined;
}

const MAX_VALUES = 200;

/** Checks a filter and puts it into the words of the model. Members that are null or absent are left out. */
export function toFilter(
  kind: RecordKind,
  args: FilterArgs | null | undefined,
  ctx: GraphContext,
): MergedFilter {
  const within = sightOf(ctx.read.viewer, ctx.read.providers);
  if (args === null || args === undefined) return within === undefined ? {} : { within };
  checkSizes(args);
  const { providers, projects, labels, createdFrom, createdBefore, states, kinds, ...plain } = args;
  for (const key of providers ?? []) {
    if (ctx.read.providers.get(key) === null) {
      const known = ctx.read.providers.all.map((provider) => provider.key).join(', ');
      throw invalid('filter.providers', `No provider has the key "${key}". Configured are: ${known}.`);
    }
  }
  if (createdFrom && createdBefore && createdFrom >= createdBefore) {
    throw invalid('filter.createdBefore', '"createdBefore" must be later than "createdFrom".');
  }
  const filter: Record<string, unknown> = {
    ...plain,
    within,
    providers,
    projects: projects?.map((id) => expectId(id, 'project', 'filter.projects')),
    labels: labels?.map(({ key, values }) => (values == null ? { key } : { key, values })),
    [kind === 'computeNode' ? 'nodeStates' : 'states']: states,
    jobKinds: kinds,
    createdFrom: createdFrom && epochMs(createdFrom.getTime()),
    createdBefore: createdBefore && epochMs(createdBefore.getTime()),
  };
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value != null));
}

function checkSizes(args: FilterArgs): void {
  for (const [name, value] of Object.entries(args)) {
    if (Array.isArray(value) && value.length > MAX_VALUES) {
      throw invalid(`filter.${name}`, `"${name}" may hold at most ${String(MAX_VALUES)} values.`);
    }
  }
}

function invalid(field: string, message: string): GridweaveError {
  return new GridweaveError('INVALID_ARGUMENT', message, { field });
}

export const OrderInput = builder.inputType('ListOrder', {
  description:
    'The order of a list. Jobs, tasks and executions stand by creation time (executions by that of their job), compute nodes and projects by name.',
  fields: (t) => ({
    direction: t.field({ type: DirectionEnum, required: true, description: 'Which end comes first.' }),
  }),
});

/** The order of a list: its kind's own field, in the asked direction. */
export function toOrder(
  kind: RecordKind,
  args: { readonly direction: ListOrder['direction'] } | null | undefined,
): ListOrder {
  return { ...DEFAULT_ORDER[kind], ...(args == null ? {} : { direction: args.direction }) };
}
