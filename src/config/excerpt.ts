/** One line of the file as it may be shown, and how many characters stand before the place that is meant. */
export interface Excerpt {
  readonly text: string;
  readonly caret: number;
}

/** A piece of the text that holds no secret, as offsets; `end` is exclusive. */
export interface Shown {
  readonly start: number;
  readonly end: number;
}

const MASK = '***';
const WIDTH = 100;
const STRUCTURE = /[\s{}[\],:?"'-]/;

/** How much of a line is looked at on either side of the place that is meant: a file may be one long line. */
const REACH = 200;

/**
 * The line that starts at `lineStart`, with only the pieces in `shown` (in the order of the text) and the structure of
 * YAML left readable; runs of everything else become a mask, comments go. Working from what is known to be harmless
 * means that a file which is broken in an unforeseen way shows too little, never too much.
 */
export function excerptLine(
  text: string,
  lineStart: number,
  offset: number,
  shown: readonly Shown[],
): Excerpt {
  const start = Math.max(lineStart, offset - REACH);
  const rest = text.slice(start, Math.max(start, offset) + REACH);
  const newline = rest.search(/\r?\n/);
  const end = newline < 0 ? start + rest.length : start + newline;
  const pieces = shown.filter((piece) => piece.start >= start && piece.end <= end);
  let next = 0;
  let out = '';
  let caret: number | null = null;
  let i = start;
  while (i < end) {
    if (i >= offset && caret === null) caret = out.length;
    while ((pieces[next]?.start ?? end) < i) next++;
    const piece = pieces[next];
    if (piece?.start === i) {
      if (offset > i && offset < piece.end) caret = out.length + (offset - i);
      out += text.slice(piece.start, piece.end);
      i = piece.end;
      continue;
    }
    const character = text[i] ?? '';
    if (character === '#' && /(?:^|\s)$/.test(out)) break;
    if (STRUCTURE.test(character)) out += /\s/.test(character) ? ' ' : character;
    else if (!out.endsWith(MASK)) out += MASK;
    else if (caret === out.length) caret -= MASK.length;
    i++;
  }
  return window(out.trimEnd(), caret ?? out.length);
}

function window(line: string, caret: number): Excerpt {
  if (line.length <= WIDTH) return { text: line, caret };
  const from = Math.max(0, Math.min(caret - WIDTH / 2, line.length - WIDTH));
  const head = from > 0 ? '…' : '';
  const tail = from + WIDTH < line.length ? '…' : '';
  return { text: `${head}${line.slice(from, from + WIDTH)}${tail}`, caret: caret - from + head.length };
}
