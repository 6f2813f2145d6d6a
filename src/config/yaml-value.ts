import { isAlias, isMap, isScalar, isSeq, type Node, type Pair } from 'yaml';
import { explainSyntax } from './syntax-problem.ts';

/** Told of what YAML allows and a configuration does not. */
export type Complain = (offset: number, message: string, fix: string) => void;

/** A key's text, whatever scalar it was written as. */
export function keyText(pair: Pair): string {
  return isScalar(pair.key) ? String(pair.key.value) : '';
}

/**
 * The plain value of a YAML node. Not the library's own conversion: that one expands aliases, checks duplicate keys
 * in quadratic time, and warns on stderr. Repeated keys and aliases are complained about and left out.
 */
export function plainValue(node: unknown, complain: Complain): unknown {
  if (isMap(node)) {
    const members = new Map<string, unknown>();
    for (const pair of node.items) {
      const key = keyText(pair);
      if (members.has(key)) {
        complain(
          startOf(pair.key),
          'This key stands here a second time.',
          'Keep one of the two, or merge what they hold.',
        );
      } else members.set(key, plainValue(pair.value, complain));
    }
    // fromEntries defines members, so that "__proto__" is a key like any other.
    return Object.fromEntries(members);
  }
  if (isSeq(node)) return node.items.map((item) => plainValue(item, complain));
  if (isAlias(node)) {
    const { message, fix } = explainSyntax('BAD_ALIAS');
    complain(startOf(node), message, fix);
    return undefined;
  }
  return isScalar(node) ? node.value : null;
}

/** Where a node begins in the text; 0 for one that is not there. */
export function startOf(node: unknown): number {
  return (node as Partial<Node> | null)?.range?.[0] ?? 0;
}
