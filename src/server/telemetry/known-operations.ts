import { getOperationAST, Kind, parse, print, type DocumentNode } from 'graphql';

/** What every other operation is counted as: names are the callers' own, and there is no end to them. */
export const OTHER = 'other';

/**
 * Which operations are counted by name. Documents of the gateway's own by their whole text, so that nobody counts as one of
 * them by name alone; names that the operator chose, whatever their text.
 */
export class KnownOperations {
  readonly #names: ReadonlySet<string>;
  readonly #documents: () => readonly string[];
  #texts: ReadonlyMap<string, string> | null = null;
  readonly #labels = new WeakMap<DocumentNode, Map<string, string>>();

  constructor(names: readonly string[], documents: () => readonly string[]) {
    this.#names = new Set(names);
    this.#documents = documents;
  }

  /** Label of the operation of a document; found out once, as documents are cached. */
  label(document: DocumentNode, operationName: string | null | undefined): string {
    let labels = this.#labels.get(document);
    if (labels === undefined) this.#labels.set(document, (labels = new Map()));
    const name = getOperationAST(document, operationName)?.name?.value;
    if (name === undefined) return OTHER;
    let label = labels.get(name);
    if (label === undefined) labels.set(name, (label = this.#isKnown(name, document) ? name : OTHER));
    return label;
  }

  #isKnown(name: string, document: DocumentNode): boolean {
    if (this.#names.has(name)) return true;
    this.#texts ??= textsOf(this.#documents());
    const text = this.#texts.get(name);
    return text !== undefined && text === print(document);
  }
}

function textsOf(documents: readonly string[]): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  for (const text of documents) {
    const document = parse(text);
    for (const definition of document.definitions) {
      if (definition.kind !== Kind.OPERATION_DEFINITION || definition.name === undefined) continue;
      texts.set(definition.name.value, print(document));
    }
  }
  return texts;
}
