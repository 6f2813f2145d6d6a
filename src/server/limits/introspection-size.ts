import {
  getIntrospectionQuery,
  getOperationAST,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  Kind,
  parse,
  type DocumentNode,
  type FieldNode,
  type GraphQLSchema,
  type SelectionSetNode,
} from 'graphql';

/** How many times as much as the question that tools ask. */
const ROOM = 2;

interface SchemaSize {
  /** How many there are, on average, of what a field lists. */
  readonly lists: Readonly<Record<string, number>>;
  /** Values that one operation may ask for. */
  readonly most: number;
}

const sizes = new WeakMap<GraphQLSchema, SchemaSize>();

/**
 * Says so when a valid operation asks for more of the schema than twice what the largest question of tools comes to; null when it
 * does not. Types of fields of types, twenty times over, are no call to any provider but a million values.
 */
export function tooMuchIntrospection(
  schema: GraphQLSchema,
  document: DocumentNode,
  operationName: string | null | undefined,
): string | null {
  const { lists, most } = sizeOf(schema);
  const values = valuesOf(document, operationName, lists);
  if (values <= most) return null;
  return `The operation asks for some ${String(Math.round(values))} values of the schema, and at most ${String(Math.round(most))} is allowed. Ask for fewer of its types and fields, or once.`;
}

function sizeOf(schema: GraphQLSchema): SchemaSize {
  let size = sizes.get(schema);
  if (size === undefined) {
    const lists = averagesOf(schema);
    const tools = getIntrospectionQuery({
      specifiedByUrl: true,
      directiveIsRepeatable: true,
      schemaDescription: true,
      inputValueDeprecation: true,
      oneOf: true,
    });
    size = { lists, most: ROOM * valuesOf(parse(tools), null, lists) };
    sizes.set(schema, size);
  }
  return size;
}

function averagesOf(schema: GraphQLSchema): Readonly<Record<string, number>> {
  const types = Object.values(schema.getTypeMap());
  const counts = { fields: 0, args: 0, inputFields: 0, enumValues: 0, interfaces: 0, possibleTypes: 0 };
  for (const type of types) {
    if (isObjectType(type) || isInterfaceType(type)) {
      const fields = Object.values(type.getFields());
      counts.fields += fields.length;
      counts.args += fields.reduce((sum, { args }) => sum + args.length, 0);
      counts.interfaces += type.getInterfaces().length;
      // Each is possible where its interfaces are.
      counts.possibleTypes += type.getInterfaces().length;
    } else if (isInputObjectType(type)) counts.inputFields += Object.keys(type.getFields()).length;
    else if (isEnumType(type)) counts.enumValues += type.getValues().length;
  }
  return {
    types: types.length,
    directives: schema.getDirectives().length,
    fields: counts.fields / types.length,
    args: counts.args / Math.max(1, counts.fields),
    inputFields: counts.inputFields / types.length,
    enumValues: counts.enumValues / types.length,
    interfaces: counts.interfaces / types.length,
    possibleTypes: counts.possibleTypes / types.length,
  };
}

/** Walks what is below `__schema` and `__type`; fragments at each use. The document is valid, so there is an end to it. */
function valuesOf(
  document: DocumentNode,
  operationName: string | null | undefined,
  lists: Readonly<Record<string, number>>,
): number {
  const fragments = new Map<string, SelectionSetNode>();
  for (const part of document.definitions) {
    if (part.kind === Kind.FRAGMENT_DEFINITION) fragments.set(part.name.value, part.selectionSet);
  }
  let values = 0;

  const visit = (set: SelectionSetNode | undefined, each: (field: FieldNode) => void): void => {
    for (const selection of set?.selections ?? []) {
      if (selection.kind === Kind.FIELD) each(selection);
      else if (selection.kind === Kind.INLINE_FRAGMENT) visit(selection.selectionSet, each);
      else visit(fragments.get(selection.name.value), each);
    }
  };
  const count = (set: SelectionSetNode | undefined, many: number): void =>
    visit(set, ({ name, selectionSet }) => {
      values += many;
      count(selectionSet, many * (lists[name.value] ?? 1));
    });
  visit(getOperationAST(document, operationName)?.selectionSet, ({ name, selectionSet }) => {
    if (name.value === '__schema' || name.value === '__type') count(selectionSet, 1);
  });
  return values;
}
