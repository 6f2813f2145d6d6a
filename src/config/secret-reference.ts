import { resolve } from 'node:path';
import { echoFile, echoVariable, spellPath } from './echo.ts';
import type { SecretOrigin } from './config.ts';
import type { Findings, Path } from './problem.ts';
import { readText, type ReadFile } from './read-file.ts';
import { Secret } from './secret.ts';

/** Tokens are some kilobytes at most; a larger file is a wrong path. */
const MAX_SECRET_BYTES = 64 * 1024;
const FORM = '{ env: NAME } or { file: PATH }';

/** Where secrets can be read from. */
export interface SecretSources {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly readFile: ReadFile;
  /** Relative paths of files start here: the folder of the configuration file. */
  readonly folder: string;
}

/** Checks the form of one reference. Null, with a finding, when it is not one. */
export function readReference(value: unknown, path: Path, findings: Findings): SecretOrigin['from'] | null {
  const refuse = (fix: string): null => {
    findings.add(
      path,
      `${spellPath(path)} must be ${FORM}: a secret is never written into the file.`,
      fix,
      value === null ? 'key' : 'value',
    );
    return null;
  };
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return refuse(
      'Put the secret into an environment variable or a file, and name that here. If it was ever written here, replace it.',
    );
  }
  const members = Object.entries(value);
  const [name, target] = members[0] ?? [];
  if (members.length !== 1 || (name !== 'env' && name !== 'file')) {
    return refuse('Write exactly one of "env" and "file".');
  }
  if (typeof target !== 'string' || target === '' || /[\p{Cc}=]/u.test(name === 'env' ? target : '')) {
    findings.add(
      [...path, name],
      `${spellPath([...path, name])} must be ${name === 'env' ? 'the name of an environment variable' : 'the path of a file'}.`,
      name === 'env' ? 'Write a name such as BACALHAU_API_KEY.' : 'Write a path such as /run/secrets/qarnot.',
      target === null ? 'key' : 'value',
    );
    return null;
  }
  return name === 'env' ? { env: target } : { file: target };
}

/** Takes off what an editor adds at the end of a file. */
function withoutLastNewline(text: string): string {
  return text.replace(/\r?\n$/, '');
}

/** Reads the secret that a reference names. Null, with a finding, when there is none that can be used. */
export function resolveSecret(
  from: SecretOrigin['from'],
  path: Path,
  sources: SecretSources,
  findings: Findings,
): Secret | null {
  const viaEnv = 'env' in from;
  const at = [...path, viaEnv ? 'env' : 'file'];
  const named = viaEnv ? echoVariable(from.env) : echoFile(from.file);
  const subject = viaEnv
    ? named === null
      ? 'The environment variable named here'
      : `Environment variable ${named}`
    : named === null
      ? 'The file named here'
      : `File ${named}`;
  let value: string;
  if (viaEnv) {
    const found = Object.hasOwn(sources.env, from.env) ? sources.env[from.env] : undefined;
    if (found === undefined) {
      findings.add(at, `${subject} is not set.`, 'Set it where the gateway is started, or correct the name.');
      return null;
    }
    value = found;
  } else {
    const file = readText(sources.readFile, resolve(sources.folder, from.file), MAX_SECRET_BYTES);
    if ('problem' in file) {
      findings.add(
        at,
        `${subject} ${file.problem}.`,
        'Correct the path or its permissions. A relative path starts at the folder of the configuration file.',
      );
      return null;
    }
    value = withoutLastNewline(file.text);
  }
  if (value === '') {
    findings.add(at, `${subject} is empty.`, 'Put the secret into it, or remove the credential.');
    return null;
  }
  if (/\p{Cc}/u.test(value) || value.trim() !== value) {
    findings.add(
      at,
      `${subject} holds a line break, a control character, or spaces around the secret.`,
      'Store the bare secret; one line break at the end of a file is allowed.',
    );
    return null;
  }
  return new Secret(value);
}
