import type { JobSpec } from '../../../model/job-spec.ts';
import { isPublicUrl } from './public-url.ts';
import type { Verdicts } from '../../verdicts.ts';

/** A file that the machine fetches before the work starts. */
export interface InputFile {
  readonly filename: string;
  /** May be signed: never kept, shown or logged. */
  readonly url: string;
}

/** Where containers find inputs and leave outputs, as users of the service describe it. */
const INPUT_DIRECTORY = '/local/input/';
/** Relative to /local, too: the vendor's own sample writes so. */
const OUTPUTS = /^(?:\/local\/)?output(?:\/|$)/;

/** The name a path has where inputs are staged, all beside each other; null when it is not there. */
function filenameOf(path: string): string | null {
  const name = path.startsWith(INPUT_DIRECTORY) ? path.slice(INPUT_DIRECTORY.length) : path;
  return name.trim() === '' || name === '.' || name.includes('..') || /[/\\\p{Cc}]/u.test(name) ? null : name;
}

export function inputFilesOf(verdicts: Verdicts, { inputs }: JobSpec): readonly InputFile[] {
  const files = new Map<string, InputFile>();
  for (const [i, { path, source }] of inputs.entries()) {
    const at = ['spec', 'inputs', i];
    const filename = filenameOf(path);
    if (source.type !== 'URL') {
      verdicts.refused([...at, 'source'], 'Charity Engine fetches inputs from http and https URLs alone.');
    } else if (!isPublicUrl(source.url)) {
      verdicts.refused([...at, 'source', 'url'], 'It must be an absolute http or https URL without user and password.'); // prettier-ignore
    } else if (filename === null) {
      verdicts.refused([...at, 'path'], `Inputs are staged beside each other in ${INPUT_DIRECTORY}: give a plain file name.`); // prettier-ignore
    } else if (files.has(filename)) {
      verdicts.refused([...at, 'path'], 'Another input has the same file name.');
    } else {
      files.set(filename, { filename, url: source.url });
      verdicts.honoured(at);
    }
  }
  return [...files.values()];
}

export function judgeOutputs(verdicts: Verdicts, { outputs }: JobSpec): void {
  for (const [i, { path, destination }] of outputs.entries()) {
    const at = ['spec', 'outputs', i];
    if (destination !== null) {
      verdicts.refused([...at, 'destination'], 'Charity Engine keeps outputs itself, and hands out URLs of them.'); // prettier-ignore
    } else if (!OUTPUTS.test(path) || path.split('/').includes('..')) {
      verdicts.refused([...at, 'path'], 'Only what is written to /local/output is kept.');
    } else {
      verdicts.translated(at, 'Everything in /local/output is kept, under its own file name.');
    }
  }
}
