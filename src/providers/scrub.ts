import { withoutEcho } from '../upstream/echo.ts';
import { MASK } from '../upstream/redact.ts';

/** Shorter values ("1", "yes") stand in every second sentence: hiding them would hide the message and no secret. */
const MIN_LENGTH = 4;

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

function occurrences(text: string, word: string): [from: number, to: number][] {
  const found: [number, number][] = [];
  for (let at = text.indexOf(word); at !== -1; at = text.indexOf(word, at + 1))
    found.push([at, at + word.length]);
  return found;
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
 * where the text was cut within it; longer ones also with other escapes, and in part.
 */
export function scrubValues(text: string, values: Iterable<string>): string {
  const all = [...values];
  const words = new Set(all.flatMap((value) => spellingsOf(value)));
  return withoutEcho(withoutWords(text, words), all);
}

function withoutWords(text: string, words: ReadonlySet<string>): string {
  const hidden = [...words]
    .filter((word) => word.length >= MIN_LENGTH)
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
