import { withoutEcho } from '../upstream/echo.ts';
import { MASK } from '../upstream/redact.ts';

/** Shorter values ("1", "yes") stand in every second sentence: hiding them would hide the message and no secret. */
const MIN_LENGTH = 4;
/** Of what a provider says, in characters. */
const MAX_TEXT = 2_000;

/** How a provider, or what shows its words, may write a value down. */
function spellingsOf(value: string): readonly string[] {
  const quoted = JSON.stringify(value).slice(1, -1);
  return [
    value,
    value.trim(),
    value.replaceAll(/\s+/g, ' ').trim(),
    quoted,
    // Go's JSON.
    quoted.replaceAll(/[<>&]/g, (char) => `\\u00${char.charCodeAt(0).toString(16)}`),
    encodeURIComponent(Buffer.from(value).toString()),
    // A text of several lines may be quoted line by line.
    ...value.split(/[\r\n]+/).map((line) => line.trim()),
  ];
}

/** Of words that overlap themselves, too, and in a time that does not grow with how often (Knuth, Morris and Pratt). */
function occurrences(text: string, word: string): [from: number, to: number][] {
  const first = text.indexOf(word);
  if (first === -1) return [];
  // How much of the word is still matched when it goes on otherwise after so many characters.
  const borders = [0];
  for (let at = 1, border = 0; at < word.length; at += 1) {
    while (border > 0 && word[at] !== word[border]) border = borders[border - 1] ?? 0;
    if (word[at] === word[border]) border += 1;
    borders.push(border);
  }
  const found: [number, number][] = [];
  for (let at = first, matched = 0; at < text.length; at += 1) {
    while (matched > 0 && text[at] !== word[matched]) matched = borders[matched - 1] ?? 0;
    if (text[at] === word[matched]) matched += 1;
    if (matched < word.length) continue;
    const last = found.at(-1);
    if (last !== undefined && last[1] >= at + 1 - matched) last[1] = at + 1;
    else found.push([at + 1 - matched, at + 1]);
    matched = borders[matched - 1] ?? 0;
  }
  return found;
}

/** The beginnings that a word must have to stand in a text. */
function beginningsIn(text: string): ReadonlySet<string> {
  const beginnings = new Set<string>();
  for (let at = 0; at + MIN_LENGTH <= text.length; at += 1) beginnings.add(text.slice(at, at + MIN_LENGTH));
  return beginnings;
}

/** Where a text that was cut ("abc…") ends in the beginning of a word; empty when it does not. */
function cutOccurrence(text: string, word: string): [from: number, to: number][] {
  if (!text.endsWith('…')) return [];
  const end = text.length - 1;
  for (let length = Math.min(word.length - 1, end); length >= MIN_LENGTH; length -= 1) {
    if (text.endsWith(word.slice(0, length), end)) return [[end - length, end]];
  }
  return [];
}

/**
 * A provider's own words without any of these values: what it was sent in `env` must not come back in an error, a warning
 * or a log. Every value of at least 4 characters is masked wherever it stands, also in quotes, URL-encoded, line by line, and
 * where the text was cut within it; longer ones also with other escapes, and in part. Long words are cut first: callers
 * may send a megabyte of values, and have them said back.
 */
export function scrubValues(text: string, values: Iterable<string>): string {
  return scrubberOf(values)(text);
}

/** The same for several texts. */
export function scrubberOf(values: Iterable<string>): (text: string) => string {
  const all = [...values];
  const words = new Set(all.flatMap((value) => spellingsOf(value)));
  return (text) => {
    const bounded = text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text;
    return withoutEcho(withoutWords(bounded, words), all);
  };
}

function withoutWords(text: string, words: ReadonlySet<string>): string {
  const beginnings = beginningsIn(text);
  const hidden = [...words]
    .filter((word) => word.length >= MIN_LENGTH && beginnings.has(word.slice(0, MIN_LENGTH)))
    .flatMap((word) => [...occurrences(text, word), ...cutOccurrence(text, word)])
    .sort(([a], [b]) => a - b);
  let scrubbed = '';
  let shownTo = 0;
  for (const [from, to] of hidden) {
    if (to <= shownTo) continue;
    // Values that overlap are one stretch.
    if (from >= shownTo && (from > shownTo || scrubbed === '')) scrubbed += text.slice(shownTo, from) + MASK;
    shownTo = to;
  }
  return scrubbed + text.slice(shownTo);
}
