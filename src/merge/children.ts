import { z } from 'zod';
import { GridweaveError } from '../model/errors.ts';
import type { ExecutionRecord, TaskRecord } from '../model/records.ts';
import { NOTHING_DROPPED } from '../providers/reading.ts';
import type { Children } from '../providers/provider.ts';
import type { Provider } from '../providers/registry.ts';
import type { MergedPage } from './connection.ts';
import { outcomeOf } from './source-report.ts';

type ChildRecord = TaskRecord | ExecutionRecord;

const cursorShape = z.tuple([z.literal('c'), z.number(), z.string()]);

/**
 * Pages through the children of one parent, which are all at hand: in order of creation, oldest first. A provider that
 * could not be read gives an empty page and says why in `sources`; it never fails the parent.
 */
export function childConnection<T extends ChildRecord>(
  provider: Provider,
  answer: ChildAnswer<T>,
  page: { readonly first: number; readonly after: string | null },
): MergedPage<T> {
  const failure = answer instanceof GridweaveError ? answer : null;
  const children = answer instanceof GridweaveError ? null : answer;
  const all = [...(children?.records ?? [])].sort(byCreation);
  const from = page.after === null ? all : after(all, page.after);
  const records = from.slice(0, page.first);
  const dropped = children?.dropped ?? NOTHING_DROPPED;
  const last = records.at(-1);
  return {
    edges: records.map((node) => ({ node, cursor: () => cursorOf(node) })),
    hasNextPage: from.length > records.length,
    hasPreviousPage: page.after !== null,
    endCursor: () => (last === undefined ? page.after : cursorOf(last)),
    sources: [
      {
        provider,
        outcome: outcomeOf(failure, records.length, dropped),
        rows: records.length,
        observedAt: children?.observedAt ?? null,
        pushedDown: [],
        filteredHere: [],
        dropped,
        notes: [],
        error: failure,
      },
    ],
    totalCount: children === null ? null : all.length,
  };
}

export type ChildAnswer<T extends ChildRecord> =
  (Pick<Children<T['kind']>, 'dropped' | 'observedAt'> & { readonly records: readonly T[] }) | GridweaveError;

function byCreation(a: ChildRecord, b: ChildRecord): number {
  return a.createdAt - b.createdAt || (a.key < b.key ? -1 : 1);
}

function cursorOf(record: ChildRecord): string {
  return Buffer.from(JSON.stringify(['c', record.createdAt, record.key])).toString('base64url');
}

function after<T extends ChildRecord>(records: readonly T[], cursor: string): T[] {
  const [, createdAt, key] = parseCursor(cursor);
  return records.filter(
    (record) => record.createdAt > createdAt || (record.createdAt === createdAt && record.key > key),
  );
}

function parseCursor(cursor: string): z.infer<typeof cursorShape> {
  try {
    return cursorShape.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')));
  } catch (cause) {
    throw new GridweaveError('INVALID_CURSOR', 'The value of "after" is not a cursor of this list.', {
      field: 'after',
      cause,
    });
  }
}
