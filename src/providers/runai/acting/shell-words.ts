/** What every shell-like splitter takes as it stands. */
const PLAIN = /^[\w@%+=:,./-]+$/;

function quoted(word: string): string {
  // Inside single quotes nothing has a meaning but their end.
  return PLAIN.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

/**
 * Words as one line that a shell-like splitter reads back exactly: the API takes a command, and arguments, as one text
 * each. By which rules the service splits it is unverified; these hold for every splitter that knows quotes at all.
 */
export function shellLine(words: readonly string[]): string {
  return words.map(quoted).join(' ');
}
