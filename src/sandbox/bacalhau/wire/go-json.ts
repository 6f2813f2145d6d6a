/**
 * JSON as Go's encoder writes it: 64-bit integers as bare numbers, map keys sorted, `<`, `>` and `&` escaped, one
 * newline at the end. Struct fields keep the order they are written in here; only maps are sorted (`goMap`).
 */

export interface GoJsonOptions {
  /** `<`, `>`, `&` as `\u003c`, `\u003e`, `\u0026`: everywhere except in a list of results. */
  readonly escapeHtml: boolean;
  /** Two spaces per level, asked for by the `pretty` parameter. */
  readonly pretty: boolean;
}

/** One JSON document with its newline. Fields that are `undefined` are left out, as `omitempty` does. */
export function encodeGoJson(value: unknown, options: GoJsonOptions): string {
  return `${options.pretty ? encodePretty(value, options.escapeHtml, '') : encode(value, options.escapeHtml)}\n`;
}

/** A Go map: the encoder writes its keys in byte order, at every depth. */
export function goMap(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(goMap);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, item]) => [key, goMap(item)] as const);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** A Go map with `omitempty`: absent when it has no entry. */
export function goMapOrNothing(value: Readonly<Record<string, unknown>>): unknown {
  return Object.keys(value).length === 0 ? undefined : goMap(value);
}

function encode(value: unknown, escapeHtml: boolean): string {
  if (typeof value !== 'object' || value === null) return encodeScalar(value, escapeHtml);
  let text = '';
  if (Array.isArray(value)) {
    for (const item of value) text += `${text === '' ? '' : ','}${encode(item, escapeHtml)}`;
    return `[${text}]`;
  }
  for (const [key, item] of Object.entries(value)) {
    if (item === undefined) continue;
    text += `${text === '' ? '' : ','}${encodeString(key, escapeHtml)}:${encode(item, escapeHtml)}`;
  }
  return `{${text}}`;
}

function encodePretty(value: unknown, escapeHtml: boolean, indent: string): string {
  if (typeof value !== 'object' || value === null) return encodeScalar(value, escapeHtml);
  const inner = `${indent}  `;
  const parts = Array.isArray(value)
    ? value.map((item) => encodePretty(item, escapeHtml, inner))
    : Object.entries(value)
        .filter(([, item]) => item !== undefined)
        .map(([key, item]) => `${encodeString(key, escapeHtml)}: ${encodePretty(item, escapeHtml, inner)}`);
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  if (parts.length === 0) return `${open}${close}`;
  return `${open}\n${parts.map((part) => inner + part).join(',\n')}\n${indent}${close}`;
}

function encodeScalar(value: unknown, escapeHtml: boolean): string {
  if (typeof value === 'string') return encodeString(value, escapeHtml);
  if (typeof value === 'bigint' || typeof value === 'boolean' || Number.isFinite(value)) return String(value);
  return 'null';
}

const HTML = /[<>&]/g;
// Go escapes these two line separators, and the replacement of bytes that are not UTF-8, whatever the options are.
const ALWAYS = /[\u2028\u2029\ufffd]/g;

// What most strings lack.
const UNUSUAL = /[^ !#-%'-;=?-[\]-~]/;

function encodeString(text: string, escapeHtml: boolean): string {
  if (!UNUSUAL.test(text)) return `"${text}"`;
  const plain = JSON.stringify(text).replace(ALWAYS, unicodeEscape);
  return escapeHtml ? plain.replace(HTML, unicodeEscape) : plain;
}

function unicodeEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
