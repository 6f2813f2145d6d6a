/**
 * `gridweave operations`: documents looked at before they are deployed. This folder owns what is read, measured, compared and
 * printed; what an operation costs is said by the server's own code. Only `cli/operations.ts` and tests call it.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readManifest } from '../../config/manifest.ts';

/** A document as it would be sent. */
export interface SourceDocument {
  /** For people: the file, and the id where the file is a manifest. */
  readonly where: string;
  readonly text: string;
}

const GRAPHQL = /\.(?:graphql|gql)$/;

/** Reads documents of files (`.graphql`, `.gql`), of manifests (`.json`), and of all `.graphql` and `.gql` files in folders. */
export function readDocuments(paths: readonly string[]): SourceDocument[] {
  const documents = paths.flatMap((path) => filesAt(path).flatMap(documentsOf));
  if (documents.length === 0) throw new RangeError('There is no document: name files, manifests or folders.');
  return documents;
}

function filesAt(path: string): string[] {
  let isFolder: boolean;
  try {
    isFolder = statSync(path).isDirectory();
  } catch {
    throw new RangeError(`${path} does not exist, or cannot be read.`);
  }
  if (!isFolder) return [path];
  return readdirSync(path, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && GRAPHQL.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

function documentsOf(file: string): SourceDocument[] {
  const text = readFileSync(file, 'utf8');
  if (GRAPHQL.test(file)) return [{ where: file, text }];
  if (!file.endsWith('.json')) throw new RangeError(`${file} is neither a document (.graphql, .gql) nor a manifest (.json).`); // prettier-ignore
  return documentsOfManifest(file, text);
}

/** The documents of a manifest. */
function documentsOfManifest(file: string, json: string): SourceDocument[] {
  const manifest = readManifest(json);
  if ('documents' in manifest) {
    return manifest.documents.map(({ id, text }) => ({ where: `${file} ${id.slice(0, 12)}…`, text }));
  }
  throw new RangeError(manifest.problems.map(({ message, fix }) => `${file} ${message}. ${fix}`).join('\n'));
}
