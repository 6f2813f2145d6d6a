import { writeFile } from 'node:fs/promises';
import { printedSchema } from '../graph/schema.ts';

/** Prints the public contract, or writes it to a file. */
export async function schema(options: { readonly out?: string | undefined }): Promise<void> {
  if (options.out === undefined) process.stdout.write(printedSchema());
  else await writeFile(options.out, printedSchema());
}
