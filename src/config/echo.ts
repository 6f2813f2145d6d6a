/**
 * What of the file may be repeated in a message. A secret that was pasted in the wrong place (as a key, as the name of
 * a variable) must not come back in an error, so a word is repeated only when it cannot well be one: secrets have
 * digits or are long, names of keys and kinds are short and have none.
 */
const WORD = /^[A-Za-z][A-Za-z_-]{0,31}$/;
const VARIABLE = /^[A-Z_][A-Z0-9_]{0,63}$/;
const FILE = /^(?:\.{0,2}\/|[A-Za-z]:[\\/])[^\p{Cc}]{0,300}$/u;

/** The word in quotes, or null when it must not be repeated. */
export function echoWord(word: string): string | null {
  return WORD.test(word) ? `"${word}"` : null;
}

/** The name of an environment variable, when it is spelled as one. */
export function echoVariable(name: string): string | null {
  return VARIABLE.test(name) ? name : null;
}

/** A path of a file, when it is spelled as one. */
export function echoFile(path: string): string | null {
  return FILE.test(path) ? path : null;
}

/** `providers[1].credential.token`. Parts that must not be repeated become a star. */
export function spellPath(path: readonly (string | number)[]): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    const word = WORD.test(part) ? part : '*';
    return text === '' ? word : `${text}.${word}`;
  }, '');
}
