import { createHash } from 'node:crypto';
import { Kind, print, visit, type DocumentNode, type OperationDefinitionNode } from 'graphql';

/** Arguments that say where a subscriber begins, and nothing about what an event looks like. */
const PLACE_ARGUMENTS: ReadonlySet<string> = new Set(['start', 'after', 'onGap']);

const known = new WeakMap<OperationDefinitionNode, ReadonlySet<string>>();

/** Names of the variables that an event's answer may depend on: used anywhere but in a root field's place arguments. */
export function variablesThatMatter(
  document: DocumentNode,
  operation: OperationDefinitionNode,
): ReadonlySet<string> {
  const remembered = known.get(operation);
  if (remembered !== undefined) return remembered;
  const names = new Set<string>();
  const places = new Set<unknown>(
    operation.selectionSet.selections.flatMap((field) =>
      field.kind === Kind.FIELD
        ? (field.arguments ?? []).filter(({ name }) => PLACE_ARGUMENTS.has(name.value))
        : [],
    ),
  );
  for (const definition of document.definitions) {
    if (definition.kind === Kind.OPERATION_DEFINITION && definition !== operation) continue;
    visit(definition, {
      // The definition of a variable is no use of it.
      VariableDefinition: () => false,
      Argument: (argument) => (places.has(argument) ? false : undefined),
      Variable: ({ name }) => void names.add(name.value),
    });
  }
  known.set(operation, names);
  return names;
}

export interface Shareable {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly variables: Readonly<Record<string, unknown>> | null | undefined;
  /** `shareKey` of the source. */
  readonly sourceKey: string;
  /** `scope` of the viewer. */
  readonly scope: string;
}

/** Equal for subscriptions that can be executed once for all of them. */
export function shareKey({ document, operation, variables, sourceKey, scope }: Shareable): string {
  const matter = variablesThatMatter(document, operation);
  const used = Object.entries(variables ?? {})
    .filter(([name]) => matter.has(name))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const text = document.loc?.source.body ?? print(document);
  const parts = [sourceKey, scope, operation.name?.value ?? null, text, used];
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64');
}
