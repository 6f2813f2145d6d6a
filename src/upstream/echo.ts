import { MASK } from './redact.ts';

/** So much of a secret in a row is taken for a part of it. Shorter pieces stand in ordinary words, too. */
const PIECE = 12;
/** A whole secret that is shorter than a piece; anything shorter yet is too likely to be an ordinary word. */
const MIN_SECRET_LENGTH = 6;

/**
 * No secret, but language: "bad authenticator" is what a provider says of a credential that is called "my-authenticator", and
 * what it is understood by.
 */
const WORDS = /^(?:[a-z _-]+|[A-Z _-]+)$/;

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
const ESCAPES = [
  String.raw`\\u(?<unicode>[0-9a-f]{4})|\\(?<plain>["'\\/])`,
  '%(?<percent>[0-9a-f]{2})',
  '&#(?<decimal>[0-9]{1,5});|&#x(?<hex>[0-9a-f]{1,4});|&(?<name>amp|lt|gt|quot|apos);',
];
/** Of JSON, of URLs, of HTML, and of all three: whoever writes in one of them does not escape what the others do. */
const WAYS = [...ESCAPES, ESCAPES.join('|')].map((escapes) => new RegExp(escapes, 'gi'));

/** A text with its escapes undone, and where each character of that stands in the text. */
interface View {
  readonly text: string;
  /** One entry more than characters: where the last one ends. Null for the text itself. */
  readonly at: readonly number[] | null;
}

/**
 * A text of the provider's without the secrets that it was sent. They are found as they are, with the escapes of JSON, of
 * URLs and of HTML, and in part: an answer may shorten what it repeats.
 */
export function withoutEcho(text: string, secrets: readonly string[]): string {
  const sought = [...new Set(secrets)].filter((secret) => secret.length >= MIN_SECRET_LENGTH);
  if (sought.length === 0 || text === '') return text;
  const hidden: [from: number, to: number][] = [];
  for (const view of [{ text, at: null }, ...WAYS.flatMap((way) => unescaped(text, way) ?? [])]) {
    collect(view, sought, hidden);
  }
  return masked(text, hidden);
}

function collect({ text, at }: View, secrets: readonly string[], hidden: [from: number, to: number][]): void {
  const add = (from: number, to: number): void => {
    hidden.push(at === null ? [from, to] : [at[from] ?? from, at[to] ?? to]);
  };
  for (const secret of secrets) {
    for (let from = text.indexOf(secret); from !== -1; from = text.indexOf(secret, from + 1)) {
      add(from, from + secret.length);
    }
  }
  const pieces = piecesInBoth(text, secrets.filter(({ length }) => length > PIECE)); // prettier-ignore
  if (pieces.size === 0) return;
  let run: [from: number, to: number] | null = null;
  for (let from = 0; from + PIECE <= text.length; from += 1) {
    if (!pieces.has(text.slice(from, from + PIECE))) continue;
    if (run !== null && from <= run[1]) {
      run[1] = from + PIECE;
      continue;
    }
    if (run !== null && !WORDS.test(text.slice(...run))) add(...run);
    run = [from, from + PIECE];
  }
  if (run !== null && !WORDS.test(text.slice(...run))) add(...run);
}

/** All at once, and of the shorter side: a caller may have sent a megabyte of secrets, a provider says as much again. */
function piecesInBoth(text: string, secrets: readonly string[]): ReadonlySet<string> {
  if (secrets.length === 0) return NONE;
  if (secrets.reduce((sum, { length }) => sum + length, 0) < text.length) return piecesOf(secrets);
  const ofText = piecesOf([text]);
  return new Set(secrets.flatMap((secret) => piecesIn(secret, ofText)));
}

const NONE: ReadonlySet<string> = new Set();

function piecesOf(texts: readonly string[]): ReadonlySet<string> {
  return new Set(texts.flatMap((text) => piecesIn(text, null)));
}

/** `among` null: all. */
function piecesIn(text: string, among: ReadonlySet<string> | null): string[] {
  const pieces: string[] = [];
  for (let from = 0; from + PIECE <= text.length; from += 1) {
    const piece = text.slice(from, from + PIECE);
    if (among === null || among.has(piece)) pieces.push(piece);
  }
  return pieces;
}

/** Null when there is nothing to undo. */
function unescaped(text: string, way: RegExp): View | null {
  const at: number[] = [];
  let plain = '';
  let end = 0;
  const keep = (to: number): void => {
    for (; end < to; end += 1) {
      at.push(end);
      plain += text.charAt(end);
    }
  };
  for (const match of text.matchAll(way)) {
    keep(match.index);
    at.push(match.index);
    plain += meant(match.groups ?? {});
    end = match.index + match[0].length;
  }
  if (at.length === 0) return null;
  keep(text.length);
  at.push(text.length);
  return { text: plain, at };
}

function meant({
  unicode,
  plain,
  percent,
  decimal,
  hex,
  name,
}: Readonly<Record<string, string | undefined>>): string {
  if (plain !== undefined) return plain;
  if (name !== undefined) return NAMED[name.toLowerCase()] ?? ' ';
  const code =
    decimal === undefined ? Number.parseInt(unicode ?? percent ?? hex ?? '20', 16) : Number(decimal);
  return String.fromCharCode(code);
}

function masked(text: string, hidden: [from: number, to: number][]): string {
  let shown = '';
  let end = 0;
  for (const [from, to] of hidden.sort(([a], [b]) => a - b)) {
    if (from > end || (end === 0 && to > 0)) shown += text.slice(end, from) + MASK;
    end = Math.max(end, to);
  }
  return shown + text.slice(end);
}
