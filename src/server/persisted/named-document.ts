import { hashInId } from '../../config/manifest.ts';
import { refusal } from './refusal.ts';

/** A request as it was sent: nothing about its members is known yet. */
export interface AskedParams {
  readonly query?: unknown;
  readonly operationName?: unknown;
  readonly variables?: unknown;
  readonly extensions?: unknown;
  /** The appendix "Persisted Documents" of GraphQL over HTTP. */
  readonly documentId?: unknown;
}

/** A document that a request names instead of sending it, or beside. */
export interface NamedDocument {
  /** SHA-256 in 64 hexadecimal digits; null for an id of another sort, which no document here has. */
  readonly hash: string | null;
  /** Named by `extensions.persistedQuery`: by a client that sends the whole document when it is told to. */
  readonly automatic: boolean;
}

/** Whether a request names its document, rightly or not. */
export function namesDocument({ documentId, extensions }: AskedParams): boolean {
  return documentId != null || persistedQueryIn(extensions) != null;
}

/** The document that a request names; null when it names none. Throws BAD_REQUEST for what is neither. */
export function namedDocument({ documentId, extensions }: AskedParams): NamedDocument | null {
  const ids = [];
  if (documentId != null) {
    if (typeof documentId !== 'string') throw malformed('"documentId" must be a text.');
    ids.push(documentId);
  }
  const persistedQuery = persistedQueryIn(extensions);
  if (persistedQuery != null) {
    const { version, sha256Hash } = Object(persistedQuery) as { version?: unknown; sha256Hash?: unknown };
    if (version !== 1) throw malformed('"extensions.persistedQuery.version" must be 1.');
    if (typeof sha256Hash !== 'string')
      throw malformed('"extensions.persistedQuery.sha256Hash" must be a text.');
    ids.push(sha256Hash);
  }
  const [first, second = first] = ids.map(hashInId);
  if (first === undefined) return null;
  if (first !== second) {
    throw malformed('"documentId" and "extensions.persistedQuery" name different documents. Send one.');
  }
  return { hash: first, automatic: persistedQuery != null };
}

function persistedQueryIn(extensions: unknown): unknown {
  // An extension of another type is refused by whoever reads them all.
  return typeof extensions === 'object' && extensions !== null && 'persistedQuery' in extensions
    ? extensions.persistedQuery
    : null;
}

function malformed(message: string) {
  return refusal('BAD_REQUEST', message, 400);
}
