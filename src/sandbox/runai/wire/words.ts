/** Splits a command as a shell would: at blanks outside quotes. How the service splits one is not documented. */

/** The words of a line; null when a quote or a backslash is left open. */
export function splitWords(line: string): readonly string[] | null {
  const words: string[] = [];
  let word: string | null = null;
  let quote = '';
  for (let at = 0; at < line.length; at += 1) {
    const char = line[at] ?? '';
    if (quote === "'" || (quote === '"' && char !== '\\')) {
      if (char === quote) quote = '';
      else word = (word ?? '') + char;
    } else if (char === '\\') {
      at += 1;
      const next = line[at];
      if (next === undefined) return null;
      word = (word ?? '') + (quote === '"' && !/["\\$`]/.test(next) ? char : '') + next;
    } else if (char === "'" || char === '"') {
      quote = char;
      word ??= '';
    } else if (/\s/.test(char)) {
      if (word !== null) words.push(word);
      word = null;
    } else word = (word ?? '') + char;
  }
  if (quote !== '') return null;
  return word === null ? words : [...words, word];
}
