import { stripVTControlCharacters } from 'node:util';

/** One column: its title, and what it shows of a row. */
export interface Column<Row> {
  readonly title: string;
  readonly cell: (row: Row) => string;
  /** How to colour a padded cell; called only when colour is wanted. */
  readonly paint?: (text: string, row: Row) => string;
  readonly align?: 'left' | 'right';
}

const GAP = '  ';
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** A text as one harmless line: what a provider sends must not move the cursor of a terminal. */
export function oneLine(text: string): string {
  return stripVTControlCharacters(text)
    .replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim();
}

/** How many characters a reader counts. Wide East Asian characters count as one; such names are rare here. */
function width(text: string): number {
  return [...graphemes.segment(text)].length;
}

function padded(text: string, to: number, align: 'left' | 'right' = 'left'): string {
  const fill = ' '.repeat(Math.max(0, to - width(text)));
  return align === 'right' ? fill + text : text + fill;
}

/** Rows under aligned titles, one line each, without trailing spaces. */
export function formatTable<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  colour = false,
): string[] {
  const cells = rows.map((row) => columns.map(({ cell }) => oneLine(cell(row)) || '-'));
  const widths = columns.map(({ title }, i) =>
    Math.max(width(title), ...cells.map((line) => width(line[i] ?? ''))),
  );
  const head = columns.map(({ title, align }, i) => padded(title, widths[i] ?? 0, align));
  const body = rows.map((row, r) =>
    columns.map(({ align, paint }, i) => {
      const last = i === columns.length - 1 && align !== 'right';
      const text = last ? (cells[r]?.[i] ?? '') : padded(cells[r]?.[i] ?? '', widths[i] ?? 0, align);
      return colour && paint !== undefined ? paint(text, row) : text;
    }),
  );
  return [head, ...body].map((line) => line.join(GAP).trimEnd());
}
