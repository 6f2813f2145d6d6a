import { Kind, type DocumentNode, type SelectionSetNode } from 'graphql';
import type { ShapeLimits } from './shape.ts';

/** Each takes a validator some 200 ns. A hundred fragments in one place, or one field a hundred times, are half of it. */
const MAX_COMPARISONS = 10_000;

/** Fields of one place in the answer, wherever they stand, and the fragments they are in. */
interface Place {
  readonly sets: readonly SelectionSetNode[];
  readonly within: ReadonlySet<string>;
}

/**
 * How many pairs of fields and fragments a validator compares, to see whether those that share a name in the answer can be one: a
 * field that is there n times makes n² / 2 of them, and so do n fragments in one place. Infinity where more than `maxFields` are
 * to be looked at. Safe for documents that are not valid: a fragment is not looked at within itself.
 */
function comparisonsOf(document: DocumentNode, maxFields: number): number {
  const fragments = new Map<string, SelectionSetNode>();
  for (const part of document.definitions) {
    if (part.kind === Kind.FRAGMENT_DEFINITION) fragments.set(part.name.value, part.selectionSet);
  }
  let pairs = 0;
  let fields = 0;

  const compare = ({ sets, within }: Place): void => {
    const named = new Map<string, SelectionSetNode[]>();
    const counts = new Map<string, number>();
    const spread = new Set<string>();

    const collect = (set: SelectionSetNode): void => {
      for (const selection of set.selections) {
        if (fields > maxFields) return;
        if (selection.kind === Kind.INLINE_FRAGMENT) collect(selection.selectionSet);
        else if (selection.kind === Kind.FRAGMENT_SPREAD) {
          const name = selection.name.value;
          const inner = fragments.get(name);
          if (inner === undefined || within.has(name) || spread.has(name)) continue;
          pairs += spread.size;
          spread.add(name);
          collect(inner);
        } else {
          fields += 1;
          const name = (selection.alias ?? selection.name).value;
          const before = counts.get(name) ?? 0;
          pairs += before;
          counts.set(name, before + 1);
          if (selection.selectionSet === undefined) continue;
          const same = named.get(name);
          if (same === undefined) named.set(name, [selection.selectionSet]);
          else same.push(selection.selectionSet);
        }
      }
    };
    for (const set of sets) collect(set);
    const below = spread.size === 0 ? within : new Set([...within, ...spread]);
    for (const same of named.values()) compare({ sets: same, within: below });
  };

  let most = 0;
  for (const part of document.definitions) {
    if (part.kind !== Kind.OPERATION_DEFINITION) continue;
    compare({ sets: [part.selectionSet], within: new Set() });
    if (fields > maxFields) return Infinity;
    most += pairs;
    fields = 0;
    pairs = 0;
  }
  return most;
}

/** Says so when a document repeats itself more than a validator is to be kept busy with. For documents that are not too large. */
export function tooRepetitive(
  document: DocumentNode,
  { maxFields }: Pick<ShapeLimits, 'maxFields'>,
): { readonly limit: 'maxFields'; readonly message: string }[] {
  const comparisons = comparisonsOf(document, maxFields);
  if (comparisons <= MAX_COMPARISONS) return [];
  const message = `The document asks for the same fields, or spreads fragments in the same place, so often that more than ${String(MAX_COMPARISONS)} pairs of them would have to be compared. Ask for each once.`;
  return [{ limit: 'maxFields', message }];
}
