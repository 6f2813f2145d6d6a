import { dirname, resolve } from 'node:path';
import type { ConfigSource } from './config.ts';
import { ConfigError } from './problem.ts';
import { readText, type ReadFile } from './read-file.ts';

/** What is read when neither --config nor GRIDWEAVE_CONFIG names a file, if it exists. */
const DEFAULT_CONFIG_FILE = 'gridweave.yaml';
/** A thousand providers with everything written out fit; beyond that it is a wrong file. */
const MAX_CONFIG_BYTES = 256 * 1024;

export interface FoundText {
  /** Null when there is no file, and none was asked for. */
  readonly text: string | null;
  readonly source: ConfigSource;
  /** How messages name it. */
  readonly name: string;
  /** Where relative paths in it start. */
  readonly folder: string;
}

interface Where {
  /** From --config. */
  readonly path?: string | undefined;
  /** The text itself; no file is looked for then. */
  readonly text?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly readFile: ReadFile;
}

function refuse(name: string, message: string, fix: string): never {
  throw new ConfigError(name, [{ path: '', line: null, column: null, message, fix, excerpt: null }]);
}

/** Finds the configuration: the given text, else the file of --config, of GRIDWEAVE_CONFIG, else ./gridweave.yaml. */
export function findText({ path, text, env, readFile }: Where): FoundText {
  if (text !== undefined) {
    const name = path ?? 'the configuration';
    if (Buffer.byteLength(text) > MAX_CONFIG_BYTES)
      refuse(name, 'It is larger than 256 KiB.', 'Give less text.');
    const folder = path === undefined ? process.cwd() : dirname(resolve(path));
    return { text: text.replace(/^\uFEFF/, ''), source: { kind: 'text', name }, name, folder };
  }
  const variable = env['GRIDWEAVE_CONFIG'] ?? '';
  const asked = path ?? (variable === '' ? null : variable);
  const name = asked ?? DEFAULT_CONFIG_FILE;
  const file = readText(readFile, resolve(name), MAX_CONFIG_BYTES);
  if ('problem' in file) {
    if (asked === null && file.absent) {
      return { text: null, source: { kind: 'none' }, name: 'The environment', folder: process.cwd() };
    }
    const from = path !== undefined ? '--config' : asked === null ? 'the default' : 'GRIDWEAVE_CONFIG';
    refuse(
      name,
      `The file ${file.problem} (its path comes from ${from}).`,
      'Correct the path, or give none to run the sandbox.',
    );
  }
  return { text: file.text, source: { kind: 'file', path: name }, name, folder: dirname(resolve(name)) };
}
