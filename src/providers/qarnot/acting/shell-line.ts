/** What every splitter of command lines takes as it stands. */
const PLAIN = /^[\w@%+=:,./-]+$/;

/**
 * Words as one line that a shell-like splitter takes apart into the same words: DOCKER_CMD is one text. By which rules the
 * service splits it is unverified; single quotes are the ones that all of them know.
 */
export function shellLine(words: readonly string[]): string {
  return words
    .map((word) => (PLAIN.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`))
    .join(' ');
}
