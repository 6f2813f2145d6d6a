import {
  getNamedType,
  getOperationAST,
  isObjectType,
  isInterfaceType,
  isUnionType,
  Kind,
  valueFromAST,
  valueFromASTUntyped,
  GraphQLInt,
  type DocumentNode,
  type FieldNode,
  type GraphQLNamedType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type OperationTypeNode,
  type SelectionSetNode,
} from 'graphql';
import type { ProviderDirectory } from '../../providers/registry.ts';
import type { RecordKind } from '../../model/ids.ts';
import { DEFAULT_PAGE_SIZE } from '../../graph/paging.ts';

/** What an operation may come to, in the worst case: known before anything of it is done. */
export interface Cost {
  /** Objects that may be in the answer. */
  readonly objects: number;
  /** Calls to providers that may be needed. */
  readonly upstreamCalls: number;
  /** One number to limit: calls weigh most, because they are what a provider counts. */
  readonly total: number;
}

export const CALL_WEIGHT = 10;
export const OBJECT_WEIGHT = 0.1;
/** Counting ends here: whatever is over it is over every limit. */
const MOST = 1e9;

/** Root fields that list a kind, and the fields of an object that list its children. */
const LISTS: Readonly<Record<string, RecordKind>> = {
  jobs: 'job',
  tasks: 'task',
  executions: 'execution',
  computeNodes: 'computeNode',
  projects: 'project',
};
/** Fields that read one object, or one log. */
const READS: Readonly<Record<string, RecordKind>> = {
  job: 'job',
  task: 'task',
  execution: 'execution',
  computeNode: 'computeNode',
  node: 'job',
  project: 'project',
  logs: 'execution',
};
/** Mutations call providers once for reading and once for writing, or a few times more when an answer is lost. */
const CALLS_OF_A_MUTATION = 3;

interface Walk {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly providers: ProviderDirectory;
  objects: number;
  calls: number;
}

/**
 * Adds up what a valid operation may need. A list at the root asks every provider; children of many parents ask the
 * provider with the smallest batch, as if all parents were its. What loaders and caches save is not counted.
 */
export function costOf(
  schema: GraphQLSchema,
  document: DocumentNode,
  operationName: string | null | undefined,
  variables: Readonly<Record<string, unknown>>,
  providers: ProviderDirectory,
): Cost {
  const operation = getOperationAST(document, operationName);
  const root = operation == null ? null : schema.getRootType(operation.operation);
  const given = operation == null ? variables : withDefaults(operation, variables);
  const walk: Walk = { schema, document, variables: given, providers, objects: 0, calls: 0 };
  if (operation != null && root != null) {
    visit(operation.selectionSet, root, 1, PLACE_OF[operation.operation], walk);
  }
  const objects = Math.min(MOST, walk.objects);
  const upstreamCalls = Math.min(MOST, walk.calls);
  return {
    objects,
    upstreamCalls,
    total: Math.min(MOST, Math.ceil(upstreamCalls * CALL_WEIGHT + objects * OBJECT_WEIGHT)),
  };
}

/** Variables as they will be: those that are not given have the values that the operation says. */
function withDefaults(
  { variableDefinitions = [] }: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const defaults = variableDefinitions.flatMap(({ variable, defaultValue }) =>
    defaultValue === undefined ? [] : [[variable.name.value, valueFromASTUntyped(defaultValue)] as const],
  );
  const given = Object.entries(variables).filter(([, value]) => value !== undefined);
  return defaults.length === 0 ? variables : { ...Object.fromEntries(defaults), ...Object.fromEntries(given) }; // prettier-ignore
}

const PLACE_OF: Readonly<Record<OperationTypeNode, Place>> = {
  query: 'QUERY',
  mutation: 'MUTATION',
  subscription: 'SUBSCRIPTION',
};

type Place = 'QUERY' | 'MUTATION' | 'SUBSCRIPTION' | 'OBJECT';

/** `many`: how many objects of this type there may be. */
function visit(set: SelectionSetNode, type: GraphQLNamedType, many: number, place: Place, walk: Walk): void {
  for (const selection of set.selections) {
    if (walk.objects > MOST || walk.calls > MOST) return;
    if (selection.kind === Kind.FIELD) {
      field(selection, type, many, place, walk);
      continue;
    }
    const inner =
      selection.kind === Kind.INLINE_FRAGMENT
        ? selection
        : walk.document.definitions.find(
            (part) => part.kind === Kind.FRAGMENT_DEFINITION && part.name.value === selection.name.value,
          );
    if (inner === undefined || !('selectionSet' in inner) || inner.selectionSet === undefined) continue;
    const condition = 'typeCondition' in inner ? inner.typeCondition?.name.value : undefined;
    const narrowed = condition === undefined ? type : (walk.schema.getType(condition) ?? type);
    visit(inner.selectionSet, narrowed, many, place, walk);
  }
}

function field(node: FieldNode, parent: GraphQLNamedType, many: number, place: Place, walk: Walk): void {
  const name = node.name.value;
  if (!isObjectType(parent) && !isInterfaceType(parent)) {
    if (!isUnionType(parent) || name !== '__typename') return;
  }
  const definition = isUnionType(parent) ? undefined : (parent as { getFields(): Record<string, { type: unknown }> }).getFields()[name]; // prettier-ignore
  if (definition === undefined) return;
  const type = getNamedType(definition.type as GraphQLNamedType);
  let count = many;
  const listed = LISTS[name];
  if (place === 'MUTATION') walk.calls += CALLS_OF_A_MUTATION;
  else if (listed !== undefined && type.name.endsWith('Connection')) {
    walk.calls += place === 'QUERY' ? rootCalls(listed, walk) : childCalls(many, listed, parent.name, walk);
    count = many * pageSize(node, walk);
    walk.objects += count;
  } else if (READS[name] !== undefined && place !== 'SUBSCRIPTION' && node.selectionSet !== undefined) {
    walk.calls += batches(many, READS[name], walk);
    walk.objects += many;
  } else if (name === 'nodes' && place === 'QUERY') {
    count = many * idsOf(node, walk);
    walk.calls += batches(count, 'job', walk);
    walk.objects += count;
  }
  if (node.selectionSet !== undefined) visit(node.selectionSet, type, count, 'OBJECT', walk);
}

function rootCalls(kind: RecordKind, { providers }: Walk): number {
  return providers.all.filter(({ adapter }) => adapter.capabilities.kinds.includes(kind)).length;
}

/** Lists of a provider or a project cost a list each; children of jobs and tasks come in batches. */
function childCalls(parents: number, kind: RecordKind, parent: string, walk: Walk): number {
  const inBatches = (kind === 'task' || kind === 'execution') && (parent === 'Job' || parent === 'Task');
  return inBatches ? batches(parents, kind, walk) : parents;
}

function batches(count: number, kind: RecordKind, { providers }: Walk): number {
  const smallest = Math.min(
    ...providers.all
      .filter(({ adapter }) => adapter.capabilities.kinds.includes(kind))
      .map(({ adapter }) => adapter.capabilities.batch[kind] ?? 1),
  );
  return Number.isFinite(smallest) ? Math.ceil(count / Math.max(1, smallest)) : 0;
}

function pageSize(node: FieldNode, { variables }: Walk): number {
  const argument = node.arguments?.find(({ name }) => name.value === 'first');
  const value = argument === undefined ? undefined : valueFromAST(argument.value, GraphQLInt, variables);
  return typeof value === 'number' && value > 0 ? value : DEFAULT_PAGE_SIZE;
}

function idsOf(node: FieldNode, { variables }: Walk): number {
  const value = node.arguments?.find(({ name }) => name.value === 'ids')?.value;
  if (value?.kind === Kind.LIST) return value.values.length;
  const given = value?.kind === Kind.VARIABLE ? variables[value.name.value] : undefined;
  return Array.isArray(given) ? given.length : 1;
}
