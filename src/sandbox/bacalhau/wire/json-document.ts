/** Finds the first JSON document of a text, as Go's decoder does: what follows it is never looked at. */

/** `end`: where the document ends. `eof`: it does not. `syntax`: the character at `at` does not belong there. */
export type FirstDocument =
  | { readonly kind: 'end'; readonly at: number }
  | { readonly kind: 'eof' }
  | { readonly kind: 'syntax'; readonly at: number };

const SPACE = /[ \t\n\r]*/y;
const PLAIN = String.raw`[^"\\\u0000-\u001f]*`;
const OPEN_STRING = String.raw`"${PLAIN}(?:\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4})${PLAIN})*`;
const STRING = new RegExp(`${OPEN_STRING}"`, 'y');
const SCALAR = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
/** The beginning of a string or a scalar, or what may follow the beginning of a number, up to the end of the text. */
const UNFINISHED = new RegExp(
  String.raw`${OPEN_STRING}(?:\\(?:u[0-9A-Fa-f]{0,3})?)?$|-$|\.$|[eE][+-]?$|t(?:ru?)?$|f(?:a(?:ls?)?)?$|n(?:ul?)?$`,
  'y',
);

class Stop extends Error {
  readonly found: FirstDocument;

  constructor(found: FirstDocument) {
    super('not a document');
    this.found = found;
  }
}

export function firstDocument(text: string): FirstDocument {
  try {
    return { kind: 'end', at: value(text, 0) };
  } catch (error) {
    if (error instanceof Stop) return error.found;
    throw error;
  }
}

/** Each reader returns where what it read ends. */
function value(text: string, from: number): number {
  const at = space(text, from);
  if (text[at] === '{') return members(text, at, '}', member);
  if (text[at] === '[') return members(text, at, ']', value);
  return token(text, at, text[at] === '"' ? STRING : SCALAR);
}

function member(text: string, from: number): number {
  const colon = space(text, token(text, space(text, from), STRING));
  if (text[colon] !== ':') throw stop(text, colon);
  return value(text, colon + 1);
}

function members(text: string, open: number, close: string, one: typeof value): number {
  let at = space(text, open + 1);
  if (text[at] === close) return at + 1;
  for (;;) {
    at = space(text, one(text, at));
    if (text[at] === close) return at + 1;
    if (text[at] !== ',') throw stop(text, at);
    at += 1;
  }
}

function space(text: string, at: number): number {
  return match(SPACE, text, at) ?? at;
}

function token(text: string, at: number, pattern: RegExp): number {
  const end = match(pattern, text, at);
  if (end === null) throw stop(text, at);
  return end;
}

function match(pattern: RegExp, text: string, at: number): number | null {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : null;
}

function stop(text: string, at: number): Stop {
  const isCut = at >= text.length || match(UNFINISHED, text, at) !== null;
  return new Stop(isCut ? { kind: 'eof' } : { kind: 'syntax', at });
}
