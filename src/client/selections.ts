import { Kind, type DocumentNode, type FieldNode, type SelectionSetNode } from 'graphql';

/**
 * The fields that an object is answered with for certain, by the name they have in the answer. `applies` tells of a type
 * condition whether the object meets it. What stands under `@skip` or `@include` is not certain.
 */
export function fieldsOn(
  document: DocumentNode,
  set: SelectionSetNode,
  applies: (typeCondition: string) => boolean,
): ReadonlyMap<string, FieldNode> {
  const fields = new Map<string, FieldNode>();
  collect(document, set, applies, fields);
  return fields;
}

function collect(
  document: DocumentNode,
  set: SelectionSetNode,
  applies: (typeCondition: string) => boolean,
  fields: Map<string, FieldNode>,
): void {
  for (const selection of set.selections) {
    if (selection.directives?.some(({ name }) => CONDITIONAL.has(name.value)) === true) continue;
    if (selection.kind === Kind.FIELD) {
      fields.set((selection.alias ?? selection.name).value, selection);
      continue;
    }
    const fragment =
      selection.kind === Kind.INLINE_FRAGMENT ? selection : fragmentNamed(document, selection.name.value);
    if (fragment === undefined) continue;
    const condition = fragment.typeCondition?.name.value;
    if (condition === undefined || applies(condition))
      collect(document, fragment.selectionSet, applies, fields);
  }
}

const CONDITIONAL: ReadonlySet<string> = new Set(['skip', 'include']);

function fragmentNamed(document: DocumentNode, name: string) {
  for (const part of document.definitions) {
    if (part.kind === Kind.FRAGMENT_DEFINITION && part.name.value === name) return part;
  }
  return undefined;
}
