/** A walk over text that is not parsed yet: cheaper than any parser, and without the recursion that they break at. */

const QUOTE = 0x22;
const HASH = 0x23;
const BACKSLASH = 0x5c;
const NEWLINE = 0x0a;
const RETURN = 0x0d;

function opens(code: number): boolean {
  return code === 0x7b || code === 0x5b || code === 0x28;
}

function closes(code: number): boolean {
  return code === 0x7d || code === 0x5d || code === 0x29;
}

/** Where a string ends that begins at `start`; GraphQL's end at the end of the line if they do not before. */
function endOfString(text: string, start: number): number {
  for (let i = start + 1; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === BACKSLASH) i += 1;
    else if (code === QUOTE || code === NEWLINE || code === RETURN) return i;
  }
  return text.length;
}

function endOfBlockString(text: string, start: number): number {
  let end = text.indexOf('"""', start + 3);
  while (end > 0 && text.charCodeAt(end - 1) === BACKSLASH) end = text.indexOf('"""', end + 3);
  return end < 0 ? text.length : end + 2;
}

/** Whether brackets of any kind stand in each other more than `most` deep in a GraphQL document. Strings and comments do not count. */
export function isNestedDeeper(text: string, most: number): boolean {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) i = text.startsWith('"""', i) ? endOfBlockString(text, i) : endOfString(text, i);
    else if (code === HASH) {
      while (i + 1 < text.length && text.charCodeAt(i + 1) !== NEWLINE && text.charCodeAt(i + 1) !== RETURN)
        i += 1;
    } else if (opens(code)) {
      depth += 1;
      if (depth > most) return true;
    } else if (closes(code)) depth -= 1;
  }
  return false;
}

export interface JsonBounds {
  /** Values in all, lists and objects included. */
  readonly maxValues: number;
  /** Lists and objects in each other. */
  readonly maxNesting: number;
}

/** What no request of ours comes near, and what V8 reads in a few milliseconds. */
export const JSON_BOUNDS: JsonBounds = { maxValues: 20_000, maxNesting: 128 };

/** Whether a text, were it JSON, holds more values or more levels than is read. A megabyte of brackets takes V8 a tenth of a second. */
export function isTooMuchJson(text: string, { maxValues, maxNesting }: JsonBounds = JSON_BOUNDS): boolean {
  let depth = 0;
  let values = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) i = endOfString(text, i);
    else if (code === 0x2c) values += 1;
    else if (opens(code)) {
      depth += 1;
      values += 1;
    } else if (closes(code)) depth -= 1;
    else continue;
    if (depth > maxNesting || values > maxValues) return true;
  }
  return false;
}
