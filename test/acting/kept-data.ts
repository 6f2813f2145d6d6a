import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';

/** A directory for what a gateway keeps, for the tests of a block. */
export interface KeptData {
  readonly directory: string;
  readonly auditFile: string;
  /** Everything that was written, by file. */
  texts(): Promise<ReadonlyMap<string, string>>;
  /** The lines of the audit file. */
  auditLines(): Promise<Record<string, unknown>[]>;
}

export function keptData(): () => KeptData {
  let root = '';
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'gridweave-acting-'));
  });
  afterAll(() => rm(root, { recursive: true, force: true }));
  return () => {
    const auditFile = join(root, 'audit.jsonl');
    return {
      directory: join(root, 'data'),
      auditFile,
      texts: async () => {
        const entries = await readdir(root, { recursive: true, withFileTypes: true });
        const files = entries
          .filter((entry) => entry.isFile())
          .map((entry) => join(entry.parentPath, entry.name));
        return new Map(
          await Promise.all(files.map(async (file) => [file, await readFile(file, 'utf8')] as const)),
        );
      },
      auditLines: async () =>
        (await readFile(auditFile, 'utf8'))
          .trimEnd()
          .split('\n')
          .map((line) => JSON.parse(line) as Record<string, unknown>),
    };
  };
}
