/**
 * What one operation, and one caller, may ask for, decided before anything of it is done. Shape (depth, aliases, …) is
 * judged before validation, whose own rules may take long over a hostile document; cost is judged with the variables,
 * before execution. What callers use of the process is counted for all transports in one place (`caller-limits.ts`).
 * `start.ts`, `gateway.ts`, `http-server.ts` and `live/` call this folder; `auth/` uses its buckets.
 */
import { Kind, type DocumentNode, type SelectionSetNode } from 'graphql';

/** How large a document is, fragments counted wherever they are spread. */
export interface Shape {
  readonly depth: number;
  readonly fields: number;
  readonly aliases: number;
  readonly directives: number;
  readonly rootFields: number;
}

export interface ShapeLimits {
  /** Words and signs of a document; more are not even read. */
  readonly maxTokens: number;
  /** Fields inside fields. */
  readonly maxDepth: number;
  /** Fields that are given another name. */
  readonly maxAliases: number;
  readonly maxDirectives: number;
  /** Fields of the query, mutation or subscription itself. */
  readonly maxRootFields: number;
  /** Fields in all, fragments counted at each spread. */
  readonly maxFields: number;
}

export const SHAPE_LIMITS: ShapeLimits = {
  // The introspection query of GraphiQL has about 800.
  maxTokens: 5_000,
  maxDepth: 16,
  maxAliases: 50,
  maxDirectives: 50,
  maxRootFields: 20,
  maxFields: 2_000,
};

/** A document with more fields than this is measured no further: it is over every limit that anybody sets. */
const ENOUGH = 100_000;

type Counts = { -readonly [Name in keyof Shape]: number };

/**
 * Measures the largest operation of a document. Safe for documents that are not valid: a fragment that spreads itself
 * counts once, and one that is missing counts nothing. Each fragment is measured once, however often it is spread.
 */
export function shapeOf(document: DocumentNode): Shape {
  const fragments = new Map<string, SelectionSetNode>();
  for (const part of document.definitions) {
    if (part.kind === Kind.FRAGMENT_DEFINITION) fragments.set(part.name.value, part.selectionSet);
  }
  const measured = new Map<string, Counts>();
  const under = new Set<string>();
  const nothing = (): Counts => ({ depth: 0, fields: 0, aliases: 0, directives: 0, rootFields: 0 });

  const measure = (set: SelectionSetNode): Counts => {
    const sum = nothing();
    for (const selection of set.selections) {
      if (sum.fields > ENOUGH) break;
      sum.directives += selection.directives?.length ?? 0;
      if (selection.kind === Kind.FIELD) {
        const inner = selection.selectionSet === undefined ? nothing() : measure(selection.selectionSet);
        sum.fields += 1 + inner.fields;
        sum.aliases += (selection.alias === undefined ? 0 : 1) + inner.aliases;
        sum.directives += inner.directives;
        sum.depth = Math.max(sum.depth, 1 + inner.depth);
        sum.rootFields += 1;
        continue;
      }
      const inner =
        selection.kind === Kind.INLINE_FRAGMENT
          ? measure(selection.selectionSet)
          : measureFragment(selection.name.value);
      sum.fields += inner.fields;
      sum.aliases += inner.aliases;
      sum.directives += inner.directives;
      sum.depth = Math.max(sum.depth, inner.depth);
      sum.rootFields += inner.rootFields;
    }
    return sum;
  };

  const measureFragment = (name: string): Counts => {
    const known = measured.get(name);
    if (known !== undefined) return known;
    const set = fragments.get(name);
    if (set === undefined || under.has(name)) return nothing();
    under.add(name);
    const counts = measure(set);
    under.delete(name);
    measured.set(name, counts);
    return counts;
  };

  const largest = nothing();
  for (const part of document.definitions) {
    if (part.kind !== Kind.OPERATION_DEFINITION) continue;
    const counts = measure(part.selectionSet);
    counts.directives += part.directives?.length ?? 0;
    for (const name of Object.keys(largest) as (keyof Counts)[]) {
      largest[name] = Math.max(largest[name], counts[name]);
    }
  }
  return largest;
}

const WORDS: Readonly<Record<keyof Shape, readonly [limit: keyof ShapeLimits, advice: string]>> = {
  depth: ['maxDepth', 'levels of fields. Ask for fewer levels at a time'],
  fields: ['maxFields', 'fields. Ask for fewer at a time'],
  aliases: ['maxAliases', 'aliases. Use `nodes(ids:)` or a filter instead of many aliases'],
  directives: ['maxDirectives', 'directives. Leave some out'],
  rootFields: ['maxRootFields', 'root fields. Send several operations'],
};

/** What is too large about a document, in a sentence each, with the setting that says so. Empty when nothing is. */
export function tooLarge(
  shape: Shape,
  limits: ShapeLimits,
): { readonly limit: keyof ShapeLimits; readonly message: string }[] {
  return (Object.keys(WORDS) as (keyof Shape)[]).flatMap((name) => {
    const [limit, advice] = WORDS[name];
    if (shape[name] <= limits[limit]) return [];
    const message = `The operation has ${String(shape[name])}, and at most ${String(limits[limit])}, ${advice}.`;
    return [{ limit, message }];
  });
}
