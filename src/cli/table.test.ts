import { expect, it } from 'vitest';
import { formatTable, oneLine, type Column } from './table.ts';

interface Row {
  readonly name: string;
  readonly ms: number | null;
}

const columns: readonly Column<Row>[] = [
  { title: 'NAME', cell: ({ name }) => name, paint: (text) => `<${text}>` },
  { title: 'LATENCY', cell: ({ ms }) => (ms === null ? '' : `${ms} ms`), align: 'right' },
  { title: 'LAST', cell: () => 'x' },
];
const rows: readonly Row[] = [
  { name: 'lab', ms: 5 },
  { name: 'crème-brûlée', ms: null },
];

it('aligns columns, and shows a dash where there is nothing', () => {
  expect(formatTable(columns, rows)).toEqual([
    'NAME          LATENCY  LAST',
    'lab              5 ms  x',
    'crème-brûlée        -  x',
  ]);
});

it('paints after aligning, and only when asked', () => {
  expect(formatTable(columns, rows, true)[1]).toBe('<lab         >     5 ms  x');
});

it('shows titles alone for no rows', () => {
  expect(formatTable(columns, [])).toEqual(['NAME  LATENCY  LAST']);
});

it('lets no text of a provider out of its cell', () => {
  expect(oneLine('\u001b[31mv1\u001b[0m\r\n\u0007 next\u202E line')).toBe('v1 next line');
});
