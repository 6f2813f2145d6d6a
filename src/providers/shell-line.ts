/** What every splitter of command lines takes as it stands. */
const PLAIN = /^[\w@%+=:,./-]+$/;

/** One word in single quotes, inside which nothing has a meaning but their end. */
export function quotedWord(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

/**
 * Words as one line that a shell-like splitter takes apart into the same words, for APIs that take a command as one text. By
 * which rules a service splits it is unverified; single quotes are the ones that all of them know.
 */
export function shellLine(words: readonly string[]): string {
  return words.map((word) => (PLAIN.test(word) ? word : quotedWord(word))).join(' ');
}
