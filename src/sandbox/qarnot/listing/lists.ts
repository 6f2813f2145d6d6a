import type { Call, Handler } from '../routing/route.ts';
import { textList } from '../wire/json.ts';
import { json } from '../wire/replies.ts';
import type { ListedKind } from './fields.ts';
import type { Row } from './rows.ts';
import { inDefaultOrder, search, wantedTags } from './search.ts';

export type RowSource = (call: Call) => readonly Row[];

function tagged(call: Call, rows: readonly Row[]): readonly Row[] {
  const wanted = wantedTags(call.queryAll('tag'));
  return wanted === null
    ? rows
    : rows.filter((row) => textList(row.filterable()['tags']).some((tag) => wanted.has(tag)));
}

/** Every row as a bare array, without paging. */
export const listAll =
  (source: RowSource): Handler =>
  (call) =>
    json(inDefaultOrder(tagged(call, source(call))).map((row) => row.full()));

/** The same in short. */
export const listSummaries =
  (source: RowSource): Handler =>
  (call) =>
    json(inDefaultOrder(tagged(call, source(call))).map((row) => row.summary()));

export const searchRows =
  (kind: ListedKind, source: RowSource): Handler =>
  (call) =>
    json(search(kind, source(call), call.fields));

export const paginateRows =
  (kind: ListedKind, source: RowSource): Handler =>
  (call) =>
    json(call.walks.page(kind, source(call), call.fields, (row) => row.full()));

/** Pages of summaries. They honour a filter as the specification allows; whether the service does is unverified. */
export const paginateSummaries =
  (kind: ListedKind, source: RowSource): Handler =>
  (call) =>
    json(call.walks.page(kind, source(call), call.fields, (row) => row.summary()));
