import { loadConfig } from '../../src/config/load.ts';
import type { LoadedConfig } from '../../src/config/config.ts';
import { readFileBounded } from '../../src/config/read-file.ts';
import { PROVIDER_KINDS } from '../../src/providers/kinds.ts';
import { spellKeyHash } from '../../src/config/key-hash.ts';

const ANY_HASH = spellKeyHash({ logN: 14, r: 8, p: 1, salt: Buffer.alloc(16), digest: Buffer.alloc(32) });

export interface LoadedExample {
  readonly config: LoadedConfig;
  /** Every file that it named, in the order in which they were asked for. */
  readonly files: readonly string[];
}

/**
 * Loads a configuration of the documentation as the program does, with something in place of each file below `folder`
 * that it names. Files elsewhere are read.
 */
export function loadExample(
  text: string,
  folder: string,
  env: Readonly<Record<string, string>> = {},
): LoadedExample {
  // prettier-ignore
  const files: string[] = [];
  const config = loadConfig({
    text,
    env,
    kinds: PROVIDER_KINDS,
    readFile: (path, maxBytes) => {
      if (!path.startsWith(`${folder}/`)) return readFileBounded(path, maxBytes);
      files.push(path);
      return Buffer.from(path.endsWith('hash') ? `${ANY_HASH}\n` : `secret-of-${path.length}-letters\n`);
    },
  });
  return { config, files };
}
