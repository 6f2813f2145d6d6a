import { createHash } from 'node:crypto';

/** One document that may be asked for by its id. */
export interface TrustedDocument {
  /** SHA-256 of the text: 64 hexadecimal digits in lower case. */
  readonly id: string;
  /** As it was hashed, to the letter. */
  readonly text: string;
}

/** What is wrong with a manifest. Repeats nothing of it but ids. */
export interface ManifestProblem {
  /** The end of a sentence that begins with the file: "is not JSON". */
  readonly message: string;
  readonly fix: string;
}

export type ReadManifest =
  { readonly documents: readonly TrustedDocument[] } | { readonly problems: readonly ManifestProblem[] };

const FORMAT =
  'It must be a JSON object of ids to documents, as GraphQL Code Generator writes with persistedDocuments, or a persisted query manifest of Apollo.';
const APOLLO_FORMAT = 'apollo-persisted-query-manifest';
const ID = /^(?:sha256:)?([0-9a-f]{64})$/;

/** The hash in an id as it is written in requests and manifests, with "sha256:" before it or without; null for any other id. */
export function hashInId(id: string): string | null {
  return ID.exec(id)?.[1] ?? null;
}

/** The id of a document. */
export function documentHash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Reads a manifest and checks that every id is the hash of its document. Whether documents are valid is for others to say. */
export function readManifest(json: string): ReadManifest {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return { problems: [{ message: 'is not JSON', fix: FORMAT }] };
  }
  const entries = entriesOf(value);
  if (entries === null) return { problems: [{ message: 'is no manifest', fix: FORMAT }] };
  const documents: TrustedDocument[] = [];
  const problems: ManifestProblem[] = [];
  for (const [i, [id, text]] of entries.entries()) {
    const read = readEntry(id, text, i);
    if ('text' in read) documents.push(read);
    else problems.push(read);
  }
  return problems.length > 0 ? { problems } : { documents };
}

function readEntry(id: unknown, text: unknown, i: number): TrustedDocument | ManifestProblem {
  const hash = typeof id === 'string' ? hashInId(id) : null;
  if (hash === null) {
    return {
      message: `has an entry, number ${String(i + 1)}, whose id is no SHA-256`,
      fix: 'Make the manifest with sha256 as hash algorithm: 64 hexadecimal digits in lower case, with "sha256:" before them or without.',
    };
  }
  if (typeof text !== 'string' || text === '') {
    return { message: `has no document for the id ${hash}`, fix: 'Make the manifest anew.' };
  }
  if (documentHash(text) === hash) return { id: hash, text };
  return {
    message: `has a document that is not the one of its id, ${hash}`,
    fix: 'The document was changed after it was hashed. Make the manifest anew.',
  };
}

/** Null for what is neither form of a manifest. */
function entriesOf(value: unknown): (readonly [id: unknown, text: unknown])[] | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  if (!('format' in value)) return Object.entries(value);
  if (value.format !== APOLLO_FORMAT || !('operations' in value)) return null;
  if (!Array.isArray(value.operations)) return null;
  return value.operations.map((operation: unknown) => {
    const { id, body } = Object(operation) as { readonly id?: unknown; readonly body?: unknown };
    return [id, body] as const;
  });
}
