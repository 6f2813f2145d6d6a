import { resolve } from 'node:path';
import { echoFile, spellPath } from './echo.ts';
import { readManifest, type TrustedDocument } from './manifest.ts';
import type { OperationsSection } from './operations-schema.ts';
import type { Findings, Path } from './problem.ts';
import { readText } from './read-file.ts';
import type { SecretSources } from './secret-reference.ts';

/** One file of trusted documents. */
export interface Manifest {
  /** As the configuration names it. */
  readonly file: string;
  readonly documents: readonly TrustedDocument[];
}

/** `operations`, with the manifests read. */
export interface OperationsConfig extends Omit<OperationsSection, 'manifests'> {
  readonly manifests: readonly Manifest[];
}

/** Some ten thousand documents fit; beyond that it is a wrong file. */
const MAX_MANIFEST_BYTES = 16 * 1024 * 1024;
/** What is spelled like this may be repeated: it is no secret that was pasted in the wrong place. */
const RELATIVE_NAME = /^[\w./-]{1,300}\.json$/;

/** Reads the manifests that the raw section names, by position; what is wrong with the section itself is told by the schema. */
export function readManifests(
  raw: unknown,
  sources: Pick<SecretSources, 'readFile' | 'folder'>,
  findings: Findings,
): readonly (Manifest | null)[] {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) return [];
  const { mode, manifests } = raw as Readonly<Record<string, unknown>>;
  const files: readonly unknown[] = Array.isArray(manifests) ? manifests : [];
  if (mode === 'only' && files.length === 0) {
    findings.add(
      ['operations', 'mode'],
      'operations.mode is "only", and there is no manifest: nothing could be asked.',
      'Name the files of your trusted documents in operations.manifests.',
    );
  }
  return files.map((file, i) =>
    typeof file === 'string' && file !== ''
      ? readOne(file, ['operations', 'manifests', i], sources, findings)
      : null,
  );
}

function readOne(
  file: string,
  path: Path,
  { readFile, folder }: Pick<SecretSources, 'readFile' | 'folder'>,
  findings: Findings,
): Manifest | null {
  const name = echoFile(file) ?? (RELATIVE_NAME.test(file) ? file : null);
  const subject = name === null ? `The file at ${spellPath(path)}` : `File ${name}`;
  const read = readText(readFile, resolve(folder, file), MAX_MANIFEST_BYTES);
  if ('problem' in read) {
    findings.add(path, `${subject} ${read.problem}.`, 'Correct the path or its permissions.');
    return null;
  }
  const manifest = readManifest(read.text);
  if ('documents' in manifest) return { file, documents: manifest.documents };
  for (const { message, fix } of manifest.problems) findings.add(path, `${subject} ${message}.`, fix);
  return null;
}
