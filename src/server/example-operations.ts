import { readdirSync, readFileSync } from 'node:fs';

/** An operation of `schema/operations`: also a tab in GraphiQL and a document of the typed client. */
export interface ExampleOperation {
  readonly name: string;
  readonly document: string;
}

/** Where the examples live, seen from both `src/server` and `dist/server`. */
const FOLDER = new URL('../../schema/operations/', import.meta.url);

/** The committed example operations in the order of their file names. */
export function exampleOperations(): ExampleOperation[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith('.graphql'))
    .sort()
    .map((file) => ({
      name: file.replace(/\.graphql$/, ''),
      document: readFileSync(new URL(file, FOLDER), 'utf8'),
    }));
}
