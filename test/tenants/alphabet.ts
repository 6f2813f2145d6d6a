/**
 * Whether callers of one account ever see anything of another. `alphabet.ts` knows what belongs to whom, `account-router.ts` puts
 * two accounts behind one address, `rig.ts` starts gateways over it; `interleavings/` does the same without sockets, as often as
 * it takes. Only the tests of this folder use them.
 */

/** Words that name something: long enough, with a letter and a digit in them. Ids, names of jobs, lines of logs. */
const WORD = /[A-Za-z0-9]+(?:[-_.][A-Za-z0-9]+)*/g;
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
const MIN_LENGTH = 8;
const POINT_IN_TIME = /^\d{4}-\d\d-\d\dT/;
/** What cursors and ids of the graph are spelled in. */
const OPAQUE = /[A-Za-z0-9_-]{12,}/g;
/** A cursor holds positions of providers, and these may hold tokens of the provider's own. */
const LAYERS = 4;

function addWords(text: string, words: Set<string>): void {
  for (const [word] of text.matchAll(WORD)) {
    if (word.length < MIN_LENGTH || !/\d/.test(word) || !/[A-Za-z]/.test(word)) continue;
    if (!POINT_IN_TIME.test(word)) words.add(word);
  }
  // Ids stand in longer words, too.
  for (const [uuid] of text.matchAll(UUID)) words.add(uuid);
}

/** All words of a text, those within its ids and cursors among them. */
export function wordsOf(text: string, layers = LAYERS): Set<string> {
  const words = new Set<string>();
  addWords(text, words);
  if (layers === 0) return words;
  for (const [opaque] of text.matchAll(OPAQUE)) {
    const inner = Buffer.from(opaque, 'base64url').toString('latin1');
    if (!/^[\x20-\x7e]+$/.test(inner)) continue;
    for (const word of wordsOf(inner, layers - 1)) words.add(word);
  }
  return words;
}

/** What one account was heard to say. */
export class Alphabet {
  readonly words = new Set<string>();

  hear(text: string): void {
    for (const word of wordsOf(text)) this.words.add(word);
  }
}

/** The words of a text that are ids of providers: nobody chose them, and no two things have one. */
export function idsIn(text: string): Set<string> {
  return new Set([...wordsOf(text)].flatMap((word) => word.match(UUID) ?? []));
}

type Words = ReadonlySet<string>;

/** Words of a text that others said, and nobody of one's own. */
export function foreignIn(text: string, own: readonly Words[], others: readonly Words[]): string[] {
  const said = (by: readonly Words[], word: string): boolean => by.some((words) => words.has(word));
  return [...wordsOf(text)].filter((word) => said(others, word) && !said(own, word));
}
