/** Reading lists the way the cases need it: a page, everything, and page by page. */
import { expect } from 'vitest';
import type { NativeKey, RecordKind } from '../../src/model/ids.ts';
import type { Direction } from '../../src/model/order.ts';
import type { RecordOfKind } from '../../src/model/records.ts';
import {
  DEFAULT_ORDER,
  type ListFilter,
  type ListPage,
  type ListQuery,
  type ListRow,
} from '../../src/providers/provider.ts';
import type { Rig } from './rig.ts';

export interface ReadOptions {
  readonly direction?: Direction;
  readonly filter?: ListFilter;
  readonly limit?: number;
  readonly after?: string | null;
}

/** Larger than any list of the worlds used here. */
const EVERYTHING = 500;
/** More than any walk over such a list takes, one row at a time. */
const MAX_PAGES = 2_000;

export function queryFor(kind: RecordKind, options: ReadOptions = {}): ListQuery {
  const { field, direction } = DEFAULT_ORDER[kind];
  return {
    after: options.after ?? null,
    limit: options.limit ?? EVERYTHING,
    filter: options.filter ?? {},
    order: { field, direction: options.direction ?? direction },
  };
}

export function readPage<K extends RecordKind>(
  rig: Rig,
  kind: K,
  options: ReadOptions = {},
): Promise<ListPage<K>> {
  return rig.adapter.list(kind, queryFor(kind, options), rig.ctx());
}

/** Reads page by page to the end. `between` runs after every page but the last. */
export async function readPages<K extends RecordKind>(
  rig: Rig,
  kind: K,
  options: ReadOptions = {},
  between: () => void = () => {},
): Promise<ListPage<K>[]> {
  const pages: ListPage<K>[] = [];
  let after = options.after ?? null;
  while (pages.length < MAX_PAGES) {
    const page = await readPage(rig, kind, { ...options, after });
    pages.push(page);
    if (!page.hasMore) return pages;
    expect(page.endPosition, 'a page that promises more goes on from another place').not.toBe(after);
    expect(page.endPosition).not.toBeNull();
    after = page.endPosition;
    between();
  }
  throw new Error(`The list of ${kind} did not end after ${String(MAX_PAGES)} pages.`);
}

export async function readRows<K extends RecordKind>(
  rig: Rig,
  kind: K,
  options: ReadOptions = {},
): Promise<ListRow<K>[]> {
  return (await readPages(rig, kind, options)).flatMap((page) => page.rows);
}

export async function readRecords<K extends RecordKind>(
  rig: Rig,
  kind: K,
  options: ReadOptions = {},
): Promise<RecordOfKind[K][]> {
  return (await readRows(rig, kind, options)).map((row) => row.record);
}

export function keysOf(items: readonly ({ key: NativeKey } | { record: { key: NativeKey } })[]): NativeKey[] {
  return items.map((item) => ('record' in item ? item.record.key : item.key));
}

/** Keys that a walk owes its reader: what was there before it began and is still there after it ended. */
export function lasting(before: readonly NativeKey[], after: readonly NativeKey[]): NativeKey[] {
  const still = new Set(after);
  return before.filter((key) => still.has(key));
}

export function repeated(keys: readonly NativeKey[]): NativeKey[] {
  return keys.filter((key, i) => keys.indexOf(key) !== i);
}
