import type { JobSpec } from '../../../model/job-spec.ts';
import { isWire } from '../../reading.ts';
import { quotedWord } from '../../shell-line.ts';
import type { CharityEngineExtension } from '../extension.ts';
import { isInference } from './program.ts';
import type { Verdicts } from '../../verdicts.ts';
import { ownPath } from './own-path.ts';

/** Words that mean themselves to every POSIX shell, wherever they stand. */
const PLAIN = /^[\w@%+:,./-]+$/;
/** Plain, and yet not themselves at the start of a command. */
const RESERVED =
  /^(?:if|then|else|elif|fi|do|done|case|esac|while|until|for|in|function|select|time|coproc)$/;

/** One word, so that a POSIX shell reads exactly it. That the service's reading is like a shell's is all that is documented. */
export function quoted(word: string): string {
  return PLAIN.test(word) && !RESERVED.test(word) ? word : quotedWord(word);
}

const QUOTED = 'Its words become part of one command line, quoted as for a POSIX shell.';

/** The command line; null when it was refused. It replaces whatever an image would run by itself. */
export function commandLineOf(
  verdicts: Verdicts,
  spec: JobSpec,
  extension: CharityEngineExtension,
  app: string | null,
): string | null {
  const raw = extension.commandLine ?? '';
  const given = (['command', 'args'] as const).filter((field) => spec[field].length > 0);
  const refuse = (reason: string): null => {
    for (const field of given.length === 0 ? (['command'] as const) : given) {
      verdicts.refused(['spec', field], reason);
    }
    return null;
  };
  if (raw.trim() !== '') {
    return given.length > 0 ? refuse('The extension says the command line already.') : raw;
  }
  const words = [...spec.command, ...spec.args];
  if (app !== null && isInference(app)) {
    const [document] = words;
    if (words.length !== 1 || document === undefined || !isDocument(document)) {
      return refuse('Text inference takes one word, or `commandLine` of the extension: a JSON object with a list of texts, `inputs`.'); // prettier-ignore
    }
    for (const field of given) verdicts.honoured(['spec', field]);
    return document;
  }
  if (words.length === 0) {
    return refuse('Say what to run: Charity Engine has no job without a command line.');
  }
  if (spec.command.length === 0 && spec.image !== null) {
    return refuse('Give the whole command in `command`: the command line replaces what the image would run.');
  }
  if (words.some((word) => word.includes('\0'))) return refuse('No command holds a character of code 0.');
  for (const field of given) verdicts.translated(['spec', field], QUOTED);
  return words.map(quoted).join(' ');
}

/** The verdict on the extension's own command line. */
export function judgeOwnCommandLine(
  verdicts: Verdicts,
  { commandLine }: CharityEngineExtension,
  app: string | null,
): void {
  if (commandLine == null || commandLine.trim() === '') return;
  const path = ownPath('commandLine');
  if (app === null || !isInference(app) || isDocument(commandLine)) verdicts.honoured(path);
  else verdicts.refused(path, 'Text inference takes a JSON object with a list of texts, `inputs`.');
}

/** Strict JSON: an older revision of the documentation showed another spelling. */
function isDocument(text: string): boolean {
  try {
    const document: unknown = JSON.parse(text);
    const inputs = isWire(document) ? document['inputs'] : null;
    return Array.isArray(inputs) && inputs.length > 0 && inputs.every((input) => typeof input === 'string');
  } catch {
    return false;
  }
}
