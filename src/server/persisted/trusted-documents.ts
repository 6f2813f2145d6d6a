import { GraphQLError, Kind, parse, validate, type GraphQLSchema } from 'graphql';
import type { LoadedConfig } from '../../config/config.ts';
import type { TrustedDocument } from '../../config/manifest.ts';
import { ConfigError, type ConfigProblem } from '../../config/problem.ts';

/** The documents of all manifests. */
export class TrustedDocuments {
  readonly #byHash: ReadonlyMap<string, string>;
  readonly #texts: ReadonlySet<string>;

  constructor(documents: readonly TrustedDocument[]) {
    this.#byHash = new Map(documents.map(({ id, text }) => [id, text]));
    this.#texts = new Set(this.#byHash.values());
  }

  get size(): number {
    return this.#byHash.size;
  }

  get(hash: string): string | null {
    return this.#byHash.get(hash) ?? null;
  }

  /** Whether a text is one of them, to the letter. */
  has(text: string): boolean {
    return this.#texts.has(text);
  }
}

/**
 * Takes the manifests of a configuration for trusted when each of their documents can be run: a client that was deployed
 * with one that cannot would find out too late. `before`: what was found good already. Throws a ConfigError.
 */
export function trustDocuments(
  { operations, source }: Pick<LoadedConfig, 'operations' | 'source'>,
  schema: GraphQLSchema,
  before: TrustedDocuments | null = null,
): TrustedDocuments {
  const problems: ConfigProblem[] = [];
  for (const [i, { file, documents }] of operations.manifests.entries()) {
    for (const { id, text } of documents) {
      const wrong = before?.has(text) === true ? null : whatIsWrong(text, schema);
      if (wrong === null) continue;
      const message = `The document ${id} of ${file} cannot be run: ${wrong}`;
      const fix = 'Correct the operation that it was made from, and make the manifest anew.';
      const path = `operations.manifests[${String(i)}]`;
      problems.push({ path, line: null, column: null, message, fix, excerpt: null });
    }
  }
  if (problems.length > 0) throw new ConfigError(nameOf(source), problems);
  return new TrustedDocuments(operations.manifests.flatMap(({ documents }) => documents));
}

function nameOf(source: LoadedConfig['source']): string {
  if (source.kind === 'none') return 'The configuration';
  return source.kind === 'file' ? source.path : source.name;
}

/** The first thing that is wrong with a document; null when nothing is. */
function whatIsWrong(text: string, schema: GraphQLSchema): string | null {
  try {
    const document = parse(text);
    if (!document.definitions.some(({ kind }) => kind === Kind.OPERATION_DEFINITION)) {
      return 'It has no operation.';
    }
    return validate(schema, document, undefined, { maxErrors: 1 })[0]?.message ?? null;
  } catch (error) {
    // Nested too deeply for the parser is another sort of wrong.
    return error instanceof GraphQLError ? error.message : 'It cannot be read.';
  }
}
